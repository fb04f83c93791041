"""`crawler schedule` as its users run it: a process, the events that it prints, and its end."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from catalog.commands import Command, put_command, read_command
from catalog.database import Catalog, open_catalog
from settings.load import load_settings
from tests.support.syncing import REPOSITORY
from tests.support.warm_crawler import warm_crawler

PATIENCE_SECONDS = 120.0


class Scheduling:
    """A running scheduler; `events` are those that it printed so far."""

    def __init__(self, config: Path, environment: Mapping[str, str], *, anew: bool) -> None:
        arguments = ["schedule", "--config", str(config), "--no-index", "--json"]
        self.process = _started(arguments) if anew else warm_crawler().start(arguments, variables=environment)
        self.events: list[Mapping[str, Any]] = []
        self.said: list[str] = []
        self._arriving: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read_events, daemon=True),
            threading.Thread(target=self._read_lines, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def wait_for(self, event: str, connector: str | None = None) -> Mapping[str, Any]:
        """The next event of a kind (about a connector), which may have come already."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                found = self._arriving.get(timeout=max(deadline - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError(f"no {event} of {connector}: {self.events}, {self.said}") from None
            assert found is not None, f"it ended without {event} of {connector}: {self.events}, {self.said}"
            if found["event"] == event and connector in {None, found["connector"]}:
                return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(timeout=PATIENCE_SECONDS)
        for thread in self._threads:
            thread.join(timeout=PATIENCE_SECONDS)
        return code

    def _read_events(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event = orjson.loads(line)
            self.events.append(event)
            self._arriving.put(event)
        self._arriving.put(None)

    def _read_lines(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.decode().rstrip())


def _started(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def scheduling(
    config: Path, environment: Mapping[str, str] = MappingProxyType({}), *, anew: bool = False
) -> Iterator[Scheduling]:
    """A scheduler that ends with the block at the latest; `environment` is added to the test's.

    With `anew` it is no copy of a process that waits, but the real start.
    """
    running = Scheduling(config, environment, anew=anew)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.wait()
        for stream in (running.process.stdout, running.process.stderr):
            assert stream is not None
            stream.close()


@contextmanager
def catalog_of(config: Path) -> Iterator[Catalog]:
    """The catalog of a configuration."""
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        yield catalog
    finally:
        catalog.close()


def ask(config: Path, name: str, **arguments: Any) -> int:
    """Ask for something as the search service does; the command's number."""
    with catalog_of(config) as catalog, catalog.write() as connection:
        return put_command(connection, name, arguments)


def answer(config: Path, command_id: int) -> Command:
    """What came of a command, as soon as it is finished."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with catalog_of(config) as catalog:
        while True:
            with catalog.read() as connection:
                command = read_command(connection, command_id)
            assert command is not None
            if command.finished_at is not None:
                return command
            assert time.monotonic() < deadline, f"command {command_id} is still {command.state}"
            time.sleep(0.1)
