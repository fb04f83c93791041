"""Runs every benchmark and writes docs/performance.md: `python -m benchmarks.run_all [NAME…]`."""

from __future__ import annotations

import argparse
import os
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

import benchmarks

REPOSITORY: Final = Path(__file__).resolve().parents[1]
REPORT: Final = REPOSITORY / "docs" / "performance.md"
RECORD: Final = REPOSITORY / "docs" / "performance.json"
NOT_BENCHMARKS: Final = frozenset(
    {
        "report",
        "run_all",
        "big_ledger",
        "peers",
        "synthetic",
        "mixed_site",
        "login_matrix",
        "chaos",
        "passages",
        "passage_base",
        "processes",
        "http_load",
        "floors",
        "found_files",
        "judged_sets",
        "answer_sets",
        "reader_training",
        "judged_intranet",
        "vector_collections",
    }
)

ARGUMENTS: Final[Mapping[str, Sequence[str]]] = {
    "crawl": ("--peer", "scrapy"),
    "index_chaos": ("--seeds", "10"),
    "render": ("--peer", "crawlee"),
    "resync": ("--changed",),
    "serve": ("--passages", "100000", "1000000", "--workers", "2"),
}
"""What a benchmark is called with, besides its name."""
TARGETS: Final[Mapping[str, str]] = {
    "auth": "ratio ≥ 0.6",
    "crawl": "ratio ≥ 3",
    "incremental": "≤ 15 % of the requests, ≥ 95 % of the changes",
    "embed": "ratio ≥ 3.5 on a CPU with AMX, ≥ 1.8 on one without",
    "embed on a GPU": "≥ 85 % of the forward pass; ≥ 20,000 chunks/s end to end",
    "embed on an H100": "≥ 85 % of the forward pass; ≥ 20,000 chunks/s end to end",
    "files": "no string missing",
    "first_paint": "≤ 100 ms",
    "freshness": "≤ 5 s after it was fetched",
    "index_chaos": "0 errors of a reader, 0 differences",
    "frontier": "≥ 5,000 URLs/s, last tenth ≥ 80 % of the first, ≤ 500 MB",
    "render": "ratio ≥ 2 on both",
    "render_auto": "all 1,000 right; ratio ≥ 5",
    "render_memory": "≤ 1,000 MB, growth ≤ 10 %, no process left",
    "politeness": "≥ 95 % of the ceiling, no host over its rate",
    "ledger": "explain ≤ 50 ms, start of a sync ≤ 5 s, plan ≤ 60 s",
    "resync": "≥ 800 pages/s; ≤ 0.5 of the first sync's processor seconds; 1 % changed: 100 pages read",
    "queries": "a question ≤ 3 ms; 32 clients: ratio ≥ 4",
    "startup": "≤ 0.4 s",
    "manuals": "≥ 85 of 100 terms; 9 of 10 plain questions",
    "manual_pages": "every page",
    "answers": "≥ 60 % of the unanswerable left unanswered, ≥ 85 % of the answerable answered",
    "search": "recall ≥ .98; p95 ≤ 5 ms at a million, ≤ 15 ms at 5 %; opening ≤ 0.5 s",
    "search_quality": "squad11_dev ≥ .905, cranfield ≥ .415; hybrid above both halves",
    "spelling": "≥ 80 % restored, ≥ 90 % left alone",
    "suggest": "p95: suggestions ≤ 10 ms, spelling ≤ 5 ms",
    "traps": "≤ 50 pages a pattern, no honest page lost",
    "serve": (
        "100,000: p50 ≤ 20, p95 ≤ 40 ms; 16 clients ≥ 80/s, p99 ≤ 300 ms, 0 errors; start ≤ 5 s; "
        "1,000,000: p95 ≤ 80 ms"
    ),
    "words": "with the vectors ≤ 900 bytes a passage; commit ≤ 1 s",
    "extraction": "word F1 ≥ .95, 4-gram F1 ≥ .945, ≤ 2.5 ms/page beside trafilatura (15 ms)",
}
"""What we hold ourselves to, by benchmark."""


@dataclass(frozen=True, slots=True)
class Result:
    """The figures that one benchmark printed, where and when, or why there are none."""

    name: str
    figures: tuple[Mapping[str, str | float], ...]
    measured: str
    machine: str
    fault: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all benchmarks, or those named; 1 when one of them failed.

    Results are kept in docs/performance.json, so that running some leaves the others' figures standing.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run_all", description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks to run (all)")
    names = parser.parse_args(arguments).names or benchmark_names()
    results = read_record(RECORD)
    for name in names:
        print(f"— {name}", flush=True)
        results[name] = run(name)
        write_record(RECORD, results)
        REPORT.write_text(report(results.values()), encoding="utf-8")
    print(f"Written: {REPORT}")
    faults = [results[name] for name in names if results[name].fault]
    for result in faults:
        print(f"{result.name} failed: {result.fault}", file=sys.stderr)
    return int(bool(faults))


def benchmark_names() -> list[str]:
    """The modules of this package that measure something, in alphabetical order."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in modules if name not in NOT_BENCHMARKS)


def run(name: str) -> Result:
    """Run one benchmark in a process of its own and read the figures it prints."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *ARGUMENTS.get(name, ())]
    finished = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False)
    print(finished.stdout, end="", flush=True)
    if finished.returncode != 0:
        return _result(name, (), f"it ended with {finished.returncode}")
    return read_result(name, finished.stdout)


def read_result(name: str, output: str) -> Result:
    """The figures among the lines of a benchmark's output; the last line must be one."""
    lines = output.strip().splitlines() or [""]
    figures = tuple(figure for line in lines if (figure := _figure(line)) is not None)
    if _figure(lines[-1]) is None:
        return _result(name, (), f"its last line is no figure with name, value and unit: {lines[-1][:80]!r}")
    return _result(name, figures)


def _figure(line: str) -> Mapping[str, str | float] | None:
    try:
        figure = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return figure if isinstance(figure, dict) and {"name", "value", "unit"} <= figure.keys() else None


def _result(name: str, figures: tuple[Mapping[str, str | float], ...], fault: str = "") -> Result:
    return Result(name, figures, f"{datetime.now(UTC):%Y-%m-%d}", machine(), fault)


def read_record(path: Path) -> dict[str, Result]:
    """The results kept so far, by benchmark."""
    if not path.exists():
        return {}
    rows = orjson.loads(path.read_bytes())
    return {row["name"]: Result(**row | {"figures": tuple(row["figures"])}) for row in rows}


def write_record(path: Path, results: Mapping[str, Result]) -> None:
    """Keep the results, in alphabetical order."""
    rows = [asdict(results[name]) for name in sorted(results)]
    path.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def report(results: Iterable[Result]) -> str:
    """The text of docs/performance.md."""
    ordered = sorted(results, key=lambda result: result.name)
    machines = sorted({result.machine for result in ordered})
    marks = {each: f" [{number}]" if len(machines) > 1 else "" for number, each in enumerate(machines, 1)}
    lines = [
        "# Performance",
        "",
        "Written by `make bench` (`python -m benchmarks.run_all [NAME…]`); do not edit. Figures of other",
        "machines differ, ratios to a peer less so: both run in turn on the same machine, servers included,",
        "and medians are compared.",
        "",
        *(f"Measured on {each}{marks[each]}." for each in machines),
        "",
        "| benchmark | figure | value | peer | ratio | target | measured |",
        "|---|---|---|---|---|---|---|",
        *(row for result in ordered for row in _rows(result, marks[result.machine])),
    ]
    return "\n".join(lines) + "\n"


def _rows(result: Result, mark: str) -> Iterator[str]:
    """`mark` tells the machine where there are several."""
    target = TARGETS.get(result.name, "")
    if result.fault:
        yield f"| {result.name} | | not measured: {result.fault} | | | {target} | {result.measured}{mark} |"
    for figure in result.figures:
        peer = (
            f"{figure['peer']}: {_number(figure['peer_value'])} {figure['unit']}" if "peer" in figure else ""
        )
        ratio = _number(figure["ratio"]) if "ratio" in figure else ""
        value = f"{_number(figure['value'])} {figure['unit']}"
        cells = (result.name, figure["name"], value, peer, ratio, target, f"{result.measured}{mark}")
        yield f"| {' | '.join(map(str, cells))} |"
        target = ""


def machine() -> str:
    """What the figures depend on: processor, cores, memory, system, Python."""
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory()}, {platform.system()},"
        f" Python {platform.python_version()}"
    )


def _number(value: str | float) -> str:
    return f"{value:,}" if isinstance(value, int | float) else value


def processor() -> str:
    """The model of the processor as Linux names it, elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def memory() -> str:
    """The machine's main memory in GiB."""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


if __name__ == "__main__":
    sys.exit(main())
