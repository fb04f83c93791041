"""Kills real indexers at random instants while another process asks questions all the time.

`python -m benchmarks.index_chaos [--seeds 30] [--first 1]`. Each seed is a trial of three kills (SIGKILL) in
a rebuild, in a batch of changes or around a merge of segments; `tests.support.killed_indexing` says how. The
reader may not meet one error, and the index must come to what an undisturbed one holds and answers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from benchmarks.report import Figure, print_figure
from indexer.overlap import MOST_LOST
from tests.support.embedding_server import serve_embeddings
from tests.support.killed_indexing import Trial, Where, run_trial

SEEDS: Final = 30


def main() -> int:
    """Run the trials; 1 when the reader met an error or an index came to another end."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index_chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--first", type=int, default=1)
    chosen = parser.parse_args()
    trials: list[Trial] = []
    with tempfile.TemporaryDirectory(prefix="sitelore-index-chaos-") as name, serve_embeddings() as server:
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            trial = run_trial(seed, Path(name) / str(seed), server)
            trials.append(trial)
            print(f"seed {seed}: {_in_words(trial)}", file=sys.stderr, flush=True)
    kills = sum((trial.kills for trial in trials), Counter[Where]())
    faults = [fault for trial in trials for fault in trial.faults]
    twice = sum(trial.twice for trial in trials)
    print(f"kills: {', '.join(f'{where} {times}' for where, times in kills.items())}")
    print_figure(
        Figure("questions asked meanwhile", float(sum(trial.asked for trial in trials)), "questions")
    )
    print_figure(Figure("embeddings made twice", twice / max(1, kills.total()), "a kill"))
    print_figure(Figure("reader's errors and differences", float(len(faults)), "faults"))
    return int(bool(faults) or twice > MOST_LOST * kills.total())


def _in_words(trial: Trial) -> str:
    killed = ", ".join(f"{where} {times}" for where, times in trial.kills.items()) or "never in time"
    faults = "".join(f"\n  {fault[:300]}" for fault in trial.faults[:5])
    return f"killed in {killed}; {trial.asked} questions, {trial.twice} embedded twice{faults}"


if __name__ == "__main__":
    sys.exit(main())
