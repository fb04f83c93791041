"""Kills syncs at random instants and compares what comes of it with an undisturbed crawl.

`python -m benchmarks.chaos [--seeds 50] [--indexed 10] [--first 1]`. Each seed is a trial: a real `crawler
sync` over a site of 300 pages (redirects, equal pages, dead links, pages that fail at first, noindex,
canonical links) is killed one to three times by SIGKILL: all its processes, the main one alone, the indexer
alone, or all with a simulated power failure (`tests.support.power_loss.losing` says what that models); then
one more sync runs to its end. `--indexed` of the trials embed, too, and are killed as well while only the
indexer works. The end is compared by `tests.support.catalog_picture`; no page whose visit was committed may
be asked for again. It takes some 20 minutes on two cores, so that `run_all` leaves it out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.report import Figure, print_figure
from catalog.writer import LARGEST_BATCH
from tests.support.changing_site import ChangingSite, serve_site
from tests.support.killing import CONCURRENCY, How, Trial, plan, reference, run_trial

SEEDS: Final = 50
INDEXED: Final = 10


@dataclass(slots=True)
class Row:
    """The trials of one kind, added up."""

    trials: int = 0
    kills: Counter[How] = field(default_factory=Counter)
    after_the_crawl: int = 0
    repeated: list[int] = field(default_factory=list)
    commits_lost: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, trial: Trial) -> None:
        """Count a trial."""
        self.trials += 1
        self.kills += trial.kills
        self.after_the_crawl += trial.after_the_crawl
        self.repeated.append(trial.repeated)
        self.commits_lost += sum("a commit lost" in each for each in trial.lost)
        self.faults += trial.faults
        if trial.repeated > LARGEST_BATCH + CONCURRENCY:
            self.faults.append(f"{trial.repeated} requests were repeated: more than a write batch")

    def cells(self) -> tuple[object, ...]:
        """As the table shows them."""
        mean = sum(self.repeated) / len(self.repeated) if self.repeated else 0.0
        kills = [self.kills[how] for how in How]
        counts = (self.kills.total(), *kills, self.after_the_crawl)
        return (self.trials, *counts, f"{mean:.1f}", max(self.repeated, default=0), len(self.faults))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trials; 1 when one of them came to another end than an undisturbed crawl."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--indexed", type=int, default=INDEXED)
    parser.add_argument("--first", type=int, default=1)
    chosen = parser.parse_args(arguments)
    rows = {"crawl": Row(), "crawl and index": Row()}
    with tempfile.TemporaryDirectory(prefix="sitelore-chaos-") as name, serve_site() as site:
        seeds = range(chosen.first, chosen.first + chosen.seeds)
        indexed = seeds[: chosen.indexed]
        _run(rows["crawl and index"], Path(name) / "indexed", site, indexed, index=True)
        _run(rows["crawl"], Path(name) / "crawled", site, seeds[chosen.indexed :], index=False)
    _print_table(rows)
    faults = [fault for row in rows.values() for fault in row.faults]
    print_figure(Figure("seeds that came to another end", float(len(faults)), "differences"))
    return int(bool(faults))


def _run(row: Row, folder: Path, site: ChangingSite, seeds: Sequence[int], *, index: bool) -> None:
    if not seeds:
        return
    expected = reference(folder / "undisturbed", site, index=index)
    requests = sum(expected.requests[0].values())
    for seed in seeds:
        trial = run_trial(plan(seed, index=index, requests=requests), folder / str(seed), site, expected)
        row.add(trial)
        killed = ", ".join(f"{how.value} {times}" for how, times in trial.kills.items()) or "never in time"
        print(
            f"seed {seed}: killed {killed}; {trial.repeated} requests repeated; "
            f"{len(trial.faults)} differences{'; ' if trial.lost else ''}{'; '.join(trial.lost)}",
            flush=True,
        )
        for fault in trial.faults[:10]:
            print(f"  {fault[:400]}", file=sys.stderr, flush=True)


def _print_table(rows: dict[str, Row]) -> None:
    hows = (f"of {how.value}" for how in How)
    names = ("trials", "kills", *hows, "after the crawl", "repeated: mean", "at most", "differences")
    print("| | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for name, row in rows.items():
        print(f"| {name} | " + " | ".join(str(cell) for cell in row.cells()) + " |")
    print(f"Commits that were not acknowledged, and that the power failures took: {_lost(rows)}")


def _lost(rows: dict[str, Row]) -> int:
    return sum(row.commits_lost for row in rows.values())


if __name__ == "__main__":
    sys.exit(main())
