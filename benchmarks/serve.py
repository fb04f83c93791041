"""How fast the search service answers over HTTP: hybrid, with an access filter and facets; loader included.

`python -m benchmarks.serve [--passages N …] [--questions N] [--workers N]`. `search-api serve` in a process
of its own over real passages (see `benchmarks.passage_base`), a third of which the caller may not read; 40
groups own them, 15 departments are counted. Each question is asked once: words as they stand in some passage,
or a sentence about them, in which answers are looked for. The base is kept in `SITELORE_BENCH_SERVE`
(/tmp/sitelore-serve).
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import orjson

from benchmarks.http_load import Load, ask
from benchmarks.passage_base import Row, make_base
from benchmarks.passages import cache_folder, read_texts
from benchmarks.processes import descendants, pss_mb
from benchmarks.report import Figure, print_figure
from catalog.api_keys import Scope, create_key
from catalog.database import open_catalog
from settings.configuration import Settings
from settings.load import load_settings

PASSAGES: Final = 100_000
QUESTIONS: Final = 1_000
CLIENTS: Final = 16
_GROUPS: Final = 40
_READABLE: Final = range(20)
_WARM: Final = 50
_SEED: Final = 8
_START_SECONDS: Final = 60.0

CONFIGURATION: Final = """\
version: 1
store: {{database: 'sqlite:///{folder}/catalog.db', directory: '{folder}/data'}}
search: {{authentication: {{type: api_keys}}}}
fields:
  department: {{type: string, facet: true}}
connectors:
  - {{name: base, seeds: ['https://base.example/'], access: public}}
"""


def main() -> int:
    """Measure and print; 1 where an answer was an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve", description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[PASSAGES])
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    errors = sum(_measure(passages, chosen.questions, chosen.workers) for passages in chosen.passages)
    return int(errors > 0)


def _measure(passages: int, questions: int, workers: int) -> int:
    """Print the figures of one base; how many answers were errors."""
    config, settings = _base(passages)
    headers = {"authorization": f"Bearer {_key(settings)}"}
    bodies = _bodies(2 * questions + _WARM)
    name = f"{passages:,} passages"
    with _serving(config, workers, bodies[0], headers) as (url, seconds, server):
        ask(url, bodies[:_WARM], 4, headers)
        rest = bodies[_WARM:]
        one = ask(url, rest[:questions], 1, headers)
        many = ask(url, rest[questions:], CLIENTS, headers)
        memory = pss_mb(descendants(server))
    _print_load(f"{name}, one client", one)
    for kind, latencies in (("sentences", one.latencies[::2]), ("words", one.latencies[1::2])):
        _print_load(f"{name}, one client, {kind}", replace(one, latencies=latencies))
    _print_load(f"{name}, {CLIENTS} clients", many)
    print_figure(Figure(f"{name}, memory of {workers} workers (PSS)", memory, "MB"))
    print_figure(Figure(f"{name}, start to the first answer", seconds, "s"))
    print_figure(Figure(f"{name}, {CLIENTS} clients", many.rate, "answers/s"))
    return one.errors + many.errors


def _print_load(name: str, load: Load) -> None:
    for percentile in (50, 95, 99):
        print_figure(Figure(f"{name}: p{percentile}", load.milliseconds(percentile), "ms"))
    print_figure(Figure(f"{name}: errors", load.errors, f"of {len(load.latencies)} answers"))


def _base(passages: int) -> tuple[Path, Settings]:
    folder = Path(os.environ.get("SITELORE_BENCH_SERVE", "/tmp/sitelore-serve")) / str(passages)
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "connectors.yaml"
    config.write_text(CONFIGURATION.format(folder=folder))
    settings = load_settings(config)
    make_base(folder, settings, passages, _describe)
    for log in settings.store.directory.glob(
        "activity.db*"
    ):  # else the questions of earlier runs are popular
        log.unlink()
    return config, settings


def _describe(number: int) -> Row:
    """A third is public; of the rest the caller may read every second group's."""
    chance = random.Random(number)
    allow = "everyone" if number % 3 == 0 else f"group:g{chance.randrange(_GROUPS)}"
    return Row((allow,), {"department": f"Department {min(int(chance.expovariate(0.3)), 14)}"})


def _key(settings: Settings) -> str:
    with (
        closing(open_catalog(settings.store.database, settings.store.directory)) as catalog,
        catalog.write() as connection,
    ):
        groups = [f"g{number}" for number in _READABLE]
        return create_key(connection, f"benchmark-{time.time_ns()}", groups, [Scope.SEARCH])


def _bodies(count: int) -> list[bytes]:
    """Searches: a sentence and a few words in turn."""
    chance = random.Random(_SEED)
    texts = list(islice(read_texts(cache_folder()), 4_000))
    return [
        orjson.dumps({"query": _question(chance, texts, number), "facets": ["connector", "department"]})
        for number in range(count)
    ]


def _question(chance: random.Random, texts: Sequence[str], number: int) -> str:
    words: list[str] = []
    while len(words) < 12:
        words = re.findall(r"[A-Za-z]{3,}", chance.choice(texts))
    first = chance.randrange(len(words) - 8)
    if number % 2:
        return " ".join(words[first : first + 2 + number % 3])
    return f"how does {' '.join(words[first : first + 6])} work?"


@contextmanager
def _serving(
    config: Path, workers: int, body: bytes, headers: dict[str, str]
) -> Iterator[tuple[str, float, int]]:
    """The address of a service, and the seconds until its first answer."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}/v1/search"
    command = [sys.executable, "-m", "search_api", "serve", "--config", str(config)]
    command += ["--port", str(port), "--workers", str(workers)]
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while _errors(url, body, headers):
                if process.poll() is not None or time.monotonic() - started > _START_SECONDS:
                    raise SystemExit(f"`{' '.join(command)}` did not answer")
                time.sleep(0.02)
            yield url, time.monotonic() - started, process.pid
        finally:
            process.terminate()


def _errors(url: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        return ask(url, [body], 1, headers).errors > 0
    except OSError:
        return True


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
