"""Who crawls: the name that a process leaves on its run, and whether that process still lives."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# A container that restarts gives its process the same host name and number again, so that only this tells
# the new process from the dead one.
_TOKEN = secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process; written `host:pid:token`."""

    host: str
    pid: int
    token: str

    @classmethod
    def of_this_process(cls) -> Self:
        """The process that asks."""
        return cls(socket.gethostname()[:80], os.getpid(), _TOKEN)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The holder that `str` wrote."""
        host, pid, token = text.rsplit(":", 2)
        return cls(host, int(pid), token)

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}:{self.token}"

    def is_dead(self, observer: Holder) -> bool:
        """Whether `observer` can tell that this process has ended: only on the same host, else False."""
        if self.host != observer.host:
            return False
        if self.pid == observer.pid:
            return self.token != observer.token
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # it lives, under another user
            return False
        return _is_zombie(self.pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and only waits for its parent to notice (proc(5), the third field)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:  # no /proc here, or gone this instant
        return False
    return stat.rpartition(")")[2].split()[0] == "Z"
