"""Seconds that `crawler --help` takes, the whole process, and what it must not have imported by then."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import Final

from benchmarks.report import Figure, print_figure

RUNS: Final = 11
HEAVY: Final = ("torch", "playwright", "sqlalchemy", "pydantic", "faiss")


def main() -> None:
    """Measure and print the figure."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "crawler", "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - begun)
    look = f"import sys, crawler.cli; print(*[name for name in {HEAVY} if name in sys.modules])"
    imported = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    if imported.stdout.strip():
        sys.exit(f"crawler --help imports {imported.stdout.strip()}")
    print_figure(Figure("crawler --help", statistics.median(times), "s"))


if __name__ == "__main__":
    main()
