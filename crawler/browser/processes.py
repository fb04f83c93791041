"""The processes of one browser: found by a mark in its environment, ended by id.

Helpers of Chromium overwrite their environment with a title, so they are found as what descends from the
marked one.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MARK: Final = "SITELORE_BROWSER"
"""The environment variable that says which browser a process belongs to."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process; its start (in clock ticks since boot) tells it from a later one with the same id."""

    id: int
    started: int


def processes_of(mark: str) -> list[Process]:
    """The living processes of the browser with a mark. Linux only; elsewhere none is seen."""
    living = _living()
    children: dict[int, list[int]] = {}
    for process, parent in living.items():
        children.setdefault(parent, []).append(process.id)
    found = {process.id for process in living if _carries(process.id, mark)}
    waiting = list(found)
    while waiting:
        new = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found.update(new)
        waiting += new
    return [process for process in living if process.id in found]


async def end_processes(processes: Iterable[Process], seconds: float) -> list[Process]:
    """Give processes `seconds` to end by themselves, then kill what is left; that is returned."""
    wanted = frozenset(processes)
    deadline = time.monotonic() + seconds
    while (left := wanted & _living().keys()) and time.monotonic() < deadline:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.05)
    for process in left:
        try:
            os.kill(process.id, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return list(left)


def _living() -> Mapping[Process, int]:
    """Every process but zombies, with its parent's id."""
    living = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if fields[0] not in {"Z", "X"}:
            living[Process(int(folder.name), int(fields[19]))] = int(fields[1])
    return living


def _carries(process: int, mark: str) -> bool:
    try:
        environment = Path(f"/proc/{process}/environ").read_bytes()
    except OSError:  # another user's
        return False
    return f"{MARK}={mark}".encode() in environment.split(b"\0")
