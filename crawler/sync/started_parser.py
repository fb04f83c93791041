"""A parser process and our end of the connection to it; light, so that a sync can start it first."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from crawler.sync.parser_kind import PAGES, ParserKind

_SOCKET_BYTES = 1 << 20
_LAST_WORDS = 300
_ENVIRONMENT: Final[Mapping[str, str]] = {
    "MALLOC_ARENA_MAX": "2",  # an arena for each thread would map 64 MiB, which count as memory
}


def most_parsers() -> int:
    """As many as this process may use cores: the crawler itself needs little of one."""
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class StartedParser:
    """A process that loads what parsing needs and then waits for rules and bodies.

    `words` holds what it writes to standard error, where that is not the crawler's own.
    """

    process: subprocess.Popen[bytes]
    connection: socket.socket
    words: IO[bytes] | None = None

    @classmethod
    def start(cls, kind: ParserKind = PAGES) -> StartedParser:
        """Start a process."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        command = [
            sys.executable,
            "-m",
            "crawler.sync.parser_process",
            str(theirs.fileno()),
            str(kind.memory),
        ]
        # What libraries say of bad files is no news for people, unless it is the last word before a death.
        words = None if kind is PAGES else tempfile.TemporaryFile()  # noqa: SIM115 - while it runs
        process = subprocess.Popen(  # noqa: S603
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=words,
            env={**os.environ, **_ENVIRONMENT},
        )
        theirs.close()
        return cls(process, ours, words)

    @classmethod
    def early(cls, database: str) -> tuple[StartedParser, ...]:
        """Start all at once where the catalog of that URL is yet to be made: then every page is to be read.

        Else they wait for a page that has to be read: of a site that did not change there may be none.
        """
        file = database.removeprefix("sqlite:///").partition("?")[0]
        if file == database or Path(file).exists():
            return ()
        return tuple(cls.start() for _ in range(most_parsers()))

    def end(self) -> None:
        """End a process that nobody took over: it stops when its connection closes."""
        self.connection.close()
        self.reap()

    def reap(self) -> None:
        """Wait for a process that was told to end, or was killed."""
        self.process.wait()
        if self.words is not None:
            self.words.close()

    def died_of(self) -> str:
        """How a process ended, and its last words: `` (SIGABRT: memory allocation of 8 bytes failed)``."""
        status = self.process.wait()
        how = _signal_name(-status) if status < 0 else f"exit status {status}"
        said = _last_words(self.words)
        return f" ({how}: {said})" if said else f" ({how})"


def _last_words(words: IO[bytes] | None) -> str:
    if words is None:
        return ""
    words.seek(max(0, words.seek(0, os.SEEK_END) - _LAST_WORDS))
    lines = words.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
