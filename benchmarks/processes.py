"""Processes below another, and the memory that they hold together (Linux)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def descendants(ancestor: int) -> set[int]:
    """A process, its children, theirs, and so on."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
    found = {ancestor}
    while more := {child for child, parent in parents.items() if parent in found and child not in found}:
        found |= more
    return found


def pss_mb(processes: Iterable[int]) -> float:
    """What they hold together, shared memory divided among those that share it, in MB."""
    kilobytes = 0
    for process in processes:
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024
