"""What someone would see, and by which entry of which list: for operators who ask why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from catalog.access import AccessList
from settings.access import EVERYONE


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a document may be read, and what decided it.

    `allowed_by` and `denied_by` are the entries of its list that the caller holds; an entry that denies
    outweighs every one that allows.
    """

    may_read: bool
    allowed_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    access: AccessList


def judge(access: AccessList, principals: Collection[str]) -> Verdict:
    """The verdict on a document with this list, for a caller with these principals."""
    held = frozenset(principals) | {EVERYONE}
    return Verdict(access.permits(held), _held(access.allow, held), _held(access.deny, held), access)


def because(verdict: Verdict, paths: Mapping[str, tuple[str, ...]]) -> str:
    """The verdict as a sentence; `paths` tell how the caller comes to each principal."""
    if verdict.denied_by:
        return f"denied as {_way(verdict.denied_by[0], paths)}"
    if verdict.allowed_by:
        return f"allowed as {_way(verdict.allowed_by[0], paths)}"
    if not verdict.access.allow:
        return "nobody may read it: no rule of `access` allows anyone"
    return f"allowed are only {', '.join(verdict.access.allow)}"


def _way(entry: str, paths: Mapping[str, tuple[str, ...]]) -> str:
    *steps, last = paths.get(entry, (entry,))
    return f"{last} (through {' in '.join(steps)})" if steps else last


def _held(entries: Iterable[str], held: frozenset[str]) -> tuple[str, ...]:
    return tuple(entry for entry in entries if entry in held)
