"""Who crawls: the name that a process leaves on its run, and whether that process still lives."""

from __future__ import annotations

import os
import re
import secrets
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

# A container that restarts gives its process the same host name and number again, so that only this tells
# the new process from the dead one.
_TOKEN: Final = secrets.token_hex(4)
_SINCE: Final = int(time.time())
_WRITTEN: Final = re.compile(
    r"(?P<host>.*?):(?P<pid>\d+):(?P<token>[^:]*)(?::(?P<since>\d+):(?P<ticks>\d*))?"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process; written `host:pid:token:since:ticks`, the last two where they are known.

    `since` is when it began, in seconds since the epoch by the clock of its host; `ticks` the same in clock
    ticks since the host was started (proc(5)), which tells it from a later process of that number.
    """

    host: str
    pid: int
    token: str
    since: int | None = None
    ticks: int | None = None

    @classmethod
    def of_this_process(cls) -> Self:
        """The process that asks."""
        state = _state(os.getpid())
        return cls(
            socket.gethostname()[:64], os.getpid(), _TOKEN, _SINCE, None if state is None else state.ticks
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The holder that `str` wrote."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} names no process")
        host, pid, token, since, ticks = found.groups()
        return cls(host, int(pid), token, int(since) if since else None, int(ticks) if ticks else None)

    def __str__(self) -> str:
        name = f"{self.host}:{self.pid}:{self.token}"
        return name if self.since is None else f"{name}:{self.since}:{self.ticks or ''}"

    @property
    def in_words(self) -> str:
        """``process 4711 on crawler-1 since 2026-11-26 01:30:00 UTC``."""
        words = f"process {self.pid} on {self.host}"
        if self.since is None:
            return words
        return f"{words} since {datetime.fromtimestamp(self.since, UTC):%Y-%m-%d %H:%M:%S} UTC"

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
        except PermissionError:  # something lives there, under another user
            pass
        state = _state(self.pid)
        return state is not None and (state.is_zombie or self.ticks not in {None, state.ticks})

    def is_alive(self, observer: Holder) -> bool:
        """Whether `observer` can tell that this very process lives, whatever any clock says of its lease."""
        if self.host != observer.host or self.ticks is None or self.is_dead(observer):
            return False
        state = _state(self.pid)
        return state is not None and state.ticks == self.ticks


@dataclass(frozen=True, slots=True)
class _State:
    """`is_zombie`: it has ended and only waits for its parent to notice."""

    is_zombie: bool
    ticks: int


def _state(pid: int) -> _State | None:
    """What proc(5) says of a process, fields 3 and 22; None where there is no /proc, or no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return _State(fields[0] in {"Z", "X"}, int(fields[19]))
