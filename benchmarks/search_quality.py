"""nDCG@10 of dense, lexical and hybrid retrieval over public judged sets, through the real path.

Every text is a page of a real web server, crawled and indexed by `crawler sync`; every question is asked over
HTTP at `/v1/search` of `search-api serve`, started once for each pair of weights, and scored by the suite's
own scorer. Of squad11_dev's 10,570 questions 1,500 are drawn by a fixed seed (the standard error of the mean
is below .01; `--questions 0` asks all); cranfield is asked in full. A set below its floor fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2

from benchmarks.floors import (
    FLOORS,
    INTRANET,
    Measured,
    fingerprint,
    raised,
    read_floors,
    set_files,
    write_floors,
)
from benchmarks.judged_intranet import measure_intranet
from benchmarks.judged_sets import NAMES, SETS, JudgedSet, read_set, write_site, write_sitemap
from benchmarks.report import Figure, print_figure
from tests.support.ports import free_port
from tests.support.static_site import serve_folder

MOST_QUESTIONS: Final = 1500
MODES: Final[Mapping[str, tuple[int, int]]] = {"dense": (1, 0), "lexical": (0, 1), "hybrid": (1, 1)}
"""The weights of meaning and words by mode."""
MEASURES: Final = ("nDCG@10", "R@10", "MRR@10")

_ASKING: Final = 4
_START_SECONDS: Final = 120.0
_CONFIGURATION: Final = """\
version: 1
store: {{database: 'sqlite:///{folder}/catalog.db', directory: '{folder}/data'}}
search: {{hybrid: {{dense: {weights[0]}, lexical: {weights[1]}}}}}
connectors:
  - name: judged
    sitemaps: ['{site}/sitemap.xml']
    render: never
    politeness: {{requests_per_minute: unlimited, concurrency: 8}}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the named sets (both public ones); 1 where one falls below its floor."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_quality", description=__doc__)
    parser.add_argument(
        "names", nargs="*", default=NAMES, help="sets of shared/suites/ir, or intranet (both)"
    )
    parser.add_argument("--questions", type=int, default=MOST_QUESTIONS, help="how many are asked; 0: all")
    parser.add_argument("--pin", action="store_true", help="write the floors that the figures allow")
    wanted = parser.parse_args(arguments)
    if not SETS.is_dir() and {*wanted.names} != {INTRANET}:
        print(f"the judged sets are expected in {SETS}", file=sys.stderr)
        return 1
    measured = {name: _measured(name, wanted.questions) for name in wanted.names}
    faults = check(measured, pin=wanted.pin)
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    count = len(measured)
    hybrid = sum(each.hybrid for each in measured.values()) / count
    halves = sum(each.better_half for each in measured.values()) / count
    print_figure(Figure("search_quality", hybrid, "mean nDCG@10, hybrid", "the better half", halves))
    return int(bool(faults))


def check(measured: Mapping[str, Measured], *, pin: bool = False, file: Path = FLOORS) -> list[str]:
    """What is below its floor, in sentences; with `pin` the floors of the other sets are written anew."""
    floors, faults = read_floors(file), []
    for name, figures in measured.items():
        try:
            floor = raised(
                floors.get(name), figures, fingerprint(set_files(name)), f"{datetime.now(UTC):%Y-%m-%d}"
            )
        except ValueError as error:
            faults.append(f"{name}: {error}")
        else:
            floors[name] = floor
    if pin:
        write_floors(floors, file)
    return faults


def _measured(name: str, questions: int) -> Measured:
    if name == INTRANET:
        return measure_intranet()
    return measure(read_set(SETS / name).drawn(questions))


def measure(judged: JudgedSet) -> Measured:
    """Serve, crawl, index and ask; a table of all measures goes to standard output."""
    with tempfile.TemporaryDirectory() as folder:
        scores = _scores(Path(folder), judged)
    for mode, values in scores.items():
        shown = ", ".join(f"{measure} {values[measure]:.4f}" for measure in MEASURES)
        print(f"{judged.name}, {len(judged.questions):,} questions, {mode}: {shown}", flush=True)
    measured = Measured(len(judged.questions), *(scores[mode]["nDCG@10"] for mode in MODES))
    for half in ("dense", "lexical"):
        value = scores[half]["nDCG@10"]
        print_figure(Figure(f"{judged.name}, hybrid", measured.hybrid, "nDCG@10", half, value))
    return measured


def _scores(folder: Path, judged: JudgedSet) -> dict[str, dict[str, float]]:
    """The suite's measures by mode."""
    pages, config = folder / "pages", folder / "connectors.yaml"
    pages.mkdir()
    names = write_site(pages, judged.texts)
    with serve_folder(pages) as site:
        write_sitemap(pages, site.url, names)
        config.write_text(_CONFIGURATION.format(folder=folder, site=site.url, weights=MODES["hybrid"]))
        sync = [sys.executable, "-m", "crawler", "sync", "--config", str(config)]
        subprocess.run(sync, stdout=sys.stderr, check=True)
    text_at = {f"{site.url}/{name}": text.id for name, text in zip(names, judged.texts, strict=True)}
    scores = {}
    for mode, weights in MODES.items():
        config.write_text(_CONFIGURATION.format(folder=folder, site=site.url, weights=weights))
        with _serving(config) as address:
            scores[mode] = judged.score(_rankings(address, judged.questions, text_at))
    return scores


def _rankings(
    address: str, questions: Mapping[str, str], text_at: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Text ids by question id, as `/v1/search` orders them."""
    with (
        httpx2.Client(base_url=address, trust_env=False, timeout=60) as client,
        ThreadPoolExecutor(_ASKING) as threads,
    ):

        def ask(text: str) -> tuple[str, ...]:
            response = client.post("/v1/search", json={"query": text, "page_size": 10})
            response.raise_for_status()
            answer = response.json()
            if answer["notices"]:
                raise RuntimeError(f"{text!r} was not answered in full: {'; '.join(answer['notices'])}")
            return tuple(text_at[result["url"]] for result in answer["results"])

        return dict(zip(questions, threads.map(ask, questions.values()), strict=True))


@contextmanager
def _serving(config: Path) -> Iterator[str]:
    """`search-api serve` until the block ends; yields its address once it is ready."""
    port = free_port()
    command = [sys.executable, "-m", "search_api", "serve", "--config", str(config), "--port", str(port)]
    process = subprocess.Popen(command, stdout=sys.stderr)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, address)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"search-api serve ended with {process.returncode} before it was ready")
        try:
            if httpx2.get(f"{address}/readyz", trust_env=False).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass  # it does not listen yet
        time.sleep(0.1)
    raise RuntimeError(f"search-api serve was not ready within {_START_SECONDS:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
