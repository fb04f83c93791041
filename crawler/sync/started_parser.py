"""A parser process and our end of the connection to it; light, so that a sync can start it first."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_SOCKET_BYTES = 1 << 20


def most_parsers() -> int:
    """As many as this process may use cores: the crawler itself needs little of one."""
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class StartedParser:
    """A process that loads what parsing needs and then waits for rules and bodies."""

    process: subprocess.Popen[bytes]
    connection: socket.socket

    @classmethod
    def start(cls) -> StartedParser:
        """Start a process."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        command = [sys.executable, "-m", "crawler.sync.parser_process", str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603
        theirs.close()
        return cls(process, ours)

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
        self.process.wait()
