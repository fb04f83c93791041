"""Nested groups: who is a member of what through others, from a file that replaces what was known."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from catalog.tables import group_members

Membership = tuple[str, str]
"""A group and one of its members, both as principals: ``group:hr``, ``user:eva`` or another group."""

_BATCH: Final = 5_000


def replace_groups(connection: Connection, memberships: Iterable[Membership]) -> int:
    """Replace every membership by these; return how many there are now."""
    rows = [{"group": group, "member": member} for group, member in dict.fromkeys(memberships)]
    connection.execute(delete(group_members))
    for start in range(0, len(rows), _BATCH):
        connection.execute(insert(group_members), rows[start : start + _BATCH])
    return len(rows)


class Groups:
    """The memberships of one catalog, kept in memory until a file is loaded again; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._highest: int | None = -1
        self._groups_of: Mapping[str, frozenset[str]] = {}

    def expanded(self, connection: Connection, principals: Iterable[str]) -> frozenset[str]:
        """`principals` and every group that one of them is in, directly or through other groups."""
        return frozenset(self.paths(connection, principals))

    def paths(self, connection: Connection, principals: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Each principal that `principals` come to hold, with the shortest way to it.

        The way of one that was given is itself alone; groups may contain each other.
        """
        groups_of = self._current(connection)
        found: dict[str, tuple[str, ...]] = {principal: (principal,) for principal in principals}
        waiting = list(found)
        for member in waiting:  # grows while it is read: breadth first
            for group in sorted(groups_of.get(member, ())):
                if group not in found:
                    found[group] = (*found[member], group)
                    waiting.append(group)
        return found

    def _current(self, connection: Connection) -> Mapping[str, frozenset[str]]:
        highest = connection.scalar(select(func.max(group_members.c.id)))
        with self._lock:
            if highest != self._highest:
                self._groups_of, self._highest = _load(connection), highest
            return self._groups_of


def _load(connection: Connection) -> dict[str, frozenset[str]]:
    groups_of: defaultdict[str, set[str]] = defaultdict(set)
    for group, member in connection.execute(select(group_members.c.group, group_members.c.member)):
        groups_of[member].add(group)
    return {member: frozenset(groups) for member, groups in groups_of.items()}
