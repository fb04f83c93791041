"""How much memory processes hold, and which of them hold too much. Linux; elsewhere none is seen."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def own_bytes(process: int) -> int | None:
    """What a process holds by itself, without what it shares; None where it is gone."""
    try:
        fields = Path(f"/proc/{process}/statm").read_bytes().split()
    except OSError:
        return None
    return (int(fields[1]) - int(fields[2])) * _PAGE


def held_by(processes: Iterable[int]) -> Mapping[int, int]:
    """Bytes by process, of those that are there."""
    found = ((process, own_bytes(process)) for process in processes)
    return {process: held for process, held in found if held is not None}


def too_large(held: Mapping[int, int], most_each: int, most_together: int) -> list[int]:
    """The processes to end: those over their cap, then the largest until the rest keeps to the other cap."""
    ended = [process for process, size in held.items() if size > most_each]
    rest = {process: size for process, size in held.items() if process not in ended}
    while rest and sum(rest.values()) > most_together:
        largest = max(rest, key=rest.__getitem__)
        ended.append(largest)
        del rest[largest]
    return ended


def end(process: int) -> None:
    """Kill a renderer: the browser says of its pages that they crashed."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
