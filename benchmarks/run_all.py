"""Runs every benchmark and writes docs/performance.md: `python -m benchmarks.run_all [NAME…]`."""

from __future__ import annotations

import argparse
import os
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

import benchmarks

REPOSITORY: Final = Path(__file__).resolve().parents[1]
REPORT: Final = REPOSITORY / "docs" / "performance.md"
NOT_BENCHMARKS: Final = frozenset({"report", "run_all", "peers"})

ARGUMENTS: Final[Mapping[str, Sequence[str]]] = {"crawl": ("--peer", "scrapy")}
"""What a benchmark is called with, besides its name."""
TARGETS: Final[Mapping[str, str]] = {
    "crawl": "ratio ≥ 3",
    "frontier": "≥ 5,000 URLs/s, last tenth ≥ 80 % of the first, ≤ 500 MB",
    "politeness": "≥ 95 % of the ceiling, no host over its rate",
    "startup": "≤ 0.4 s",
}
"""What we hold ourselves to, by benchmark."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark printed last, or why there is no such line."""

    name: str
    figure: Mapping[str, str | float] | None
    fault: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all benchmarks, or those named; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run_all", description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks to run (all)")
    names = parser.parse_args(arguments).names or benchmark_names()
    results = []
    for name in names:
        print(f"— {name}", flush=True)
        results.append(run(name))
    REPORT.write_text(report(results, datetime.now(UTC)), encoding="utf-8")
    print(f"Written: {REPORT}")
    for result in results:
        if result.fault:
            print(f"{result.name} failed: {result.fault}", file=sys.stderr)
    return int(any(result.fault for result in results))


def benchmark_names() -> list[str]:
    """The modules of this package that measure something, in alphabetical order."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in modules if name not in NOT_BENCHMARKS)


def run(name: str) -> Result:
    """Run one benchmark in a process of its own and read its last line."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *ARGUMENTS.get(name, ())]
    finished = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=False)
    print(finished.stdout, end="", flush=True)
    if finished.returncode != 0:
        return Result(name, None, f"it ended with {finished.returncode}")
    return read_result(name, finished.stdout)


def read_result(name: str, output: str) -> Result:
    """The figure in the last line of a benchmark's output."""
    last = (output.strip().splitlines() or [""])[-1]
    try:
        figure = orjson.loads(last)
    except orjson.JSONDecodeError:
        return Result(name, None, f"its last line is not JSON: {last[:80]!r}")
    if not (isinstance(figure, dict) and {"name", "value", "unit"} <= figure.keys()):
        return Result(name, None, f"its last line has no name, value and unit: {last[:80]!r}")
    return Result(name, figure)


def report(results: Sequence[Result], moment: datetime) -> str:
    """The text of docs/performance.md."""
    lines = [
        "# Performance",
        "",
        "Written by `make bench`; do not edit. Figures of other machines differ, ratios to a peer less so:",
        "both run in turn on the same machine, servers included, and medians are compared.",
        "",
        f"Measured on {moment:%d %B %Y} on {processor()}, {os.cpu_count()} cores, {memory()},"
        f" {platform.system()}, Python {platform.python_version()}.",
        "",
        "| benchmark | value | peer | ratio | target |",
        "|---|---|---|---|---|",
        *(_row(result) for result in results),
    ]
    return "\n".join(lines) + "\n"


def _row(result: Result) -> str:
    target = TARGETS.get(result.name, "")
    if result.figure is None:
        return f"| {result.name} | not measured: {result.fault} | | | {target} |"
    figure = result.figure
    peer = f"{figure['peer']}: {_number(figure['peer_value'])} {figure['unit']}" if "peer" in figure else ""
    ratio = _number(figure["ratio"]) if "ratio" in figure else ""
    value = f"{_number(figure['value'])} {figure['unit']}"
    return f"| {figure['name']} | {value} | {peer} | {ratio} | {target} |"


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
