"""A ledger of a million URLs in SQLite: how long `explain`, `plan` and the start of a sync take.

`python -m benchmarks.ledger [--urls 1000000] [--hosts 1000] [--folder DIR]`. The ledger is made in a
temporary folder, or kept in the one that is named and used again. `explain` is measured as a call of the
command line in a process that has its imports done (median over URLs all over the ledger), and as a command;
the start of a sync as a command, until its first request reaches a server of ours: of a full one, and of an
incremental one for which one URL in twenty is due. The last line is the seconds of a plan.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import resource
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson
import typer

from benchmarks.big_ledger import configure, fill, grow_old
from benchmarks.report import Figure, print_figure
from crawler.cli import app
from crawler.sync.reading_mark import reading_mark
from settings.load import load_settings

EXPLAINED: Final = 100
_COMMAND: Final = typer.main.get_command(app)
PATIENCE: Final = 60.0


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", type=int, default=1_000_000)
    parser.add_argument("--hosts", type=int, default=1_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        seed = f"http://127.0.0.1:{server.getsockname()[1]}/"
        if not (folder / "catalog.db").exists():
            begun = time.perf_counter()
            fill(folder, options.urls, options.hosts, seed)
            print_figure(Figure("ledger made", time.perf_counter() - begun, "s"))
        _measure(folder, server, seed)


def _measure(folder: Path, server: socket.socket, seed: str) -> None:
    config = configure(folder, seed, edited=False)
    addresses = _addresses(folder / "catalog.db")
    explain = ("explain", "--config", str(config), "--json")
    _call(*explain, addresses[0])
    times = [_call(*explain, address) for address in addresses]
    print_figure(Figure("explain, slowest of a hundred", max(times) * 1000, "ms"))
    print_figure(Figure("explain", statistics.median(times) * 1000, "ms"))
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "crawler", *explain, addresses[1]], check=True, capture_output=True)
    print_figure(Figure("explain as a command", time.perf_counter() - begun, "s"))
    print_figure(Figure("start of a sync as a command", _until_first_request(config, server), "s"))
    _measure_incremental(folder, config, server)
    config = configure(folder, seed, edited=True)
    begun = time.perf_counter()
    finished = subprocess.run(
        [sys.executable, "-m", "crawler", "plan", "--config", str(config), "--json"],
        check=True,
        capture_output=True,
    )
    seconds = time.perf_counter() - begun
    (plan,) = orjson.loads(finished.stdout)["plans"]
    if not (plan["added"] and plan["removed"] and plan["newly_crawled"]):
        sys.exit("the edited configuration changed nothing: the plan is wrong")
    print_figure(
        Figure("plan peak memory", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "MB")
    )
    print_figure(Figure(f"plan of {plan['urls']:,} URLs as a command", seconds, "s"))


def _measure_incremental(folder: Path, config: Path, server: socket.socket) -> None:
    settings = load_settings(config)
    grow_old(folder, reading_mark(settings, settings.connectors[0]))
    seconds = _until_first_request(config, server, "--mode", "incremental")
    print_figure(Figure("start of an incremental sync as a command", seconds, "s"))


def _addresses(database: Path) -> Sequence[str]:
    """URLs at even distances."""
    connection = sqlite3.connect(database)
    (rows,) = connection.execute("SELECT max(id) FROM urls").fetchone()
    step = max(1, rows // EXPLAINED)
    found = connection.execute("SELECT url FROM urls WHERE id % ? = 1 ORDER BY id", (step,)).fetchall()
    connection.close()
    return [url for (url,) in found]


def _call(*arguments: str) -> float:
    """Seconds of a call of the command line in this process."""
    printed = io.BytesIO()
    output = io.TextIOWrapper(printed)
    begun = time.perf_counter()
    with contextlib.redirect_stdout(output):
        _COMMAND.main(arguments, standalone_mode=False)
    seconds = time.perf_counter() - begun
    output.flush()
    if not orjson.loads(printed.getvalue())["state"]:
        sys.exit(f"{arguments[-1]} is not known")
    return seconds


def _until_first_request(config: Path, server: socket.socket, *options: str) -> float:
    """Seconds from the start of `crawler sync` until it connects to its seed; then it is ended."""
    _forget_waiting(server)
    server.settimeout(PATIENCE)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "crawler", "sync", "--no-index", *options, "--config", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        connection, _ = server.accept()
        connection.close()
    except TimeoutError:
        process.kill()
        sys.exit(f"no request within {PATIENCE} s: {process.communicate()[1].decode()[-500:]}")
    else:
        return time.perf_counter() - begun
    finally:
        process.kill()
        process.communicate()


def _forget_waiting(server: socket.socket) -> None:
    """Let go of connections that a sync before made and that nobody accepted."""
    server.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            server.accept()[0].close()


if __name__ == "__main__":
    main()
