"""What Chromium holds while 2,000 pages are rendered (PSS of all its processes), and what is left of it.

`python -m benchmarks.render_memory [--pages 2000]`. A whole `crawler sync --no-index` with `render: always`
over the PostgreSQL manual, under several folders, and pages that a script fills. Growth compares the median
of each eighth of the run after the first quarter with that of the eighth before. Then the same sync is
killed with SIGKILL in the middle.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.processes import descendants, pss_mb
from benchmarks.report import Figure, print_figure
from tests.support.static_site import serve_folder
from tests.support.syncing import configure

MANUAL: Final = Path("/usr/share/doc/postgresql-doc-15/html")
SCRIPTED_EVERY: Final = 10
"""One page in so many is filled by a script."""
SAMPLE_SECONDS: Final = 0.5
GONE_SECONDS: Final = 10.0
EIGHTHS: Final = 8
_SCRIPTED: Final = """<!doctype html><title>Scripted {number}</title><div id=app></div><script>
const app = document.querySelector('#app');
for (let row = 0; row < 500; row++) {{
  const line = document.createElement('p');
  line.textContent = `Row ${{row}} of page {number} says how the wind was at ${{row * 7 % 24}} o'clock.`;
  app.append(line);
}}
</script>"""


@contextmanager
def site(pages: int) -> Iterator[str]:
    """The address of a list of so many pages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        addresses = list(_fill(folder, pages))
        links = "\n".join(f'<li><a href="{address}">{address}</a></li>' for address in addresses)
        (folder / "list.html").write_text(f"<!doctype html><title>Pages</title><ul>{links}</ul>", "utf-8")
        with serve_folder(folder) as served:
            yield f"{served.url}/list.html"


def _fill(folder: Path, pages: int) -> Iterator[str]:
    names = sorted(file.name for file in MANUAL.glob("*.html"))
    (folder / "scripted").mkdir()
    for number in range(pages):
        if number % SCRIPTED_EVERY == 0:
            (folder / "scripted" / f"{number}.html").write_text(_SCRIPTED.format(number=number), "utf-8")
            yield f"scripted/{number}.html"
            continue
        turn, index = divmod(number, len(names))
        manual = folder / f"manual-{turn}"
        if not manual.exists():
            manual.symlink_to(MANUAL)
        yield f"{manual.name}/{names[index]}"


def begin(seed: str, folder: Path, pages: int) -> subprocess.Popen[bytes]:
    """Start the sync; it is ended by whoever asked for it."""
    connector = {"name": "pages", "seeds": [seed], "render": "always", "scope": {"max_links_per_page": pages}}
    config = configure(folder, connector)
    command = ["-m", "crawler", "sync", "--no-index", "--json", "--config", str(config)]
    return subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def browser_processes(crawler: int) -> list[int]:
    """The ids of all processes of Chromium below a crawler."""
    return [process for process in descendants(crawler) if "chrom" in _executable(process)]


def _executable(process: int) -> str:
    try:
        return Path(f"/proc/{process}/exe").readlink().name
    except OSError:
        return ""


def watch(sync: subprocess.Popen[bytes]) -> tuple[list[float], set[int]]:
    """PSS twice a second until the sync has ended, and every process that was seen."""
    samples, seen = [], set[int]()
    while sync.poll() is None:
        if processes := browser_processes(sync.pid):
            samples.append(pss_mb(processes))
            seen.update(processes)
        time.sleep(SAMPLE_SECONDS)
    return samples, seen


def growth(samples: Sequence[float]) -> float:
    """By how many per cent the median of a later eighth exceeds that of the second one, at most."""
    size = max(1, len(samples) // EIGHTHS)
    eighths = [median(samples[start : start + size]) for start in range(0, size * EIGHTHS, size)]
    return (max(eighths[2:]) / eighths[1] - 1) * 100


def left_after_kill(seed: str, pages: int) -> int:
    """How many processes of the browser are there seconds after its crawler was killed."""
    with tempfile.TemporaryDirectory() as folder:
        sync = begin(seed, Path(folder), pages)
        while not (processes := browser_processes(sync.pid)) or pss_mb(processes) < 200:
            if sync.poll() is not None:
                raise SystemExit("the sync ended before it could be killed")
            time.sleep(SAMPLE_SECONDS)
        time.sleep(5)
        processes = browser_processes(sync.pid)
        os.kill(sync.pid, signal.SIGKILL)
        sync.communicate()
        return alive_after(processes, GONE_SECONDS)


def alive_after(processes: Sequence[int], seconds: float) -> int:
    """How many of these processes do not end within some seconds."""
    deadline = time.monotonic() + seconds
    while (left := [each for each in processes if "chrom" in _executable(each)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    return len(left)


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000)
    options = parser.parse_args()
    with site(options.pages) as seed, tempfile.TemporaryDirectory() as folder:
        sync = begin(seed, Path(folder), options.pages)
        started = time.monotonic()
        samples, seen = watch(sync)
        seconds = time.monotonic() - started
        said, _ = sync.communicate()
        print(said.decode().strip()[-600:], file=sys.stderr)
        print(f"{options.pages} pages in {seconds:.0f} s, {len(samples)} samples", file=sys.stderr)
        print_figure(Figure("processes left after the sync", alive_after(list(seen), 0), "processes"))
        left = left_after_kill(seed, options.pages)
        print_figure(Figure(f"processes left {GONE_SECONDS:g} s after SIGKILL", left, "processes"))
    print_figure(Figure("growth after the first quarter", growth(samples), "%"))
    print_figure(Figure("render memory", max(samples), "MB of PSS, all processes of the browser"))


if __name__ == "__main__":
    main()
