"""A parser process and our end of the connection to it; light, so that a sync can start it first."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass

_SOCKET_BYTES = 1 << 20


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
    def one_per_core(cls) -> tuple[StartedParser, ...]:
        """Start as many as this process may use cores: the crawler itself needs little of one."""
        return tuple(cls.start() for _ in range(len(os.sched_getaffinity(0))))

    def end(self) -> None:
        """End a process that nobody took over: it stops when its connection closes."""
        self.connection.close()
        self.process.wait()
