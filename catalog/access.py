"""Who may read what: access lists interned as small integers, and the integers that a caller may see."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import orjson
from sqlalchemy import Connection, func, select, text

from catalog.dialect import insert_or
from catalog.tables import access_lists
from catalog.vocabulary import NOBODY, PUBLIC
from settings.access import EVERYONE

_REMEMBERED_CALLERS: Final = 4096


@dataclass(frozen=True, slots=True)
class AccessList:
    """A normalised list: sorted, without repetition, and as short as its meaning allows."""

    allow: tuple[str, ...]
    deny: tuple[str, ...]

    def permits(self, principals: frozenset[str]) -> bool:
        """Whether a caller with these principals may read: an allow entry applies and no deny entry does."""
        held = principals | {EVERYONE}
        return not held.isdisjoint(self.allow) and held.isdisjoint(self.deny)


def access_list(allow: Iterable[str], deny: Iterable[str]) -> AccessList:
    """Normalise two lists of principals; raises ValueError for what is no principal.

    Lists that mean the same become equal: everyone among the allowed makes the others needless, and among
    the denied leaves nobody.
    """
    allowed, denied = _principals(allow), _principals(deny)
    if not allowed - denied or EVERYONE in denied:
        return AccessList((), ())
    if EVERYONE in allowed:
        return AccessList((EVERYONE,), tuple(sorted(denied)))
    return AccessList(tuple(sorted(allowed - denied)), tuple(sorted(denied)))


def _principals(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(_principal(entry.strip()) for entry in entries)


def _principal(entry: str) -> str:
    kind, _, name = entry.partition(":")
    if entry != EVERYONE and (kind not in {"user", "group"} or not name):
        raise ValueError(f"{entry!r} is no principal: write everyone, user:NAME or group:NAME")
    return entry


def intern(connection: Connection, allow: Iterable[str], deny: Iterable[str]) -> int:
    """The id of an access list, the same for ever; NOBODY and PUBLIC for what nobody or everyone may read.

    Raises ValueError for what is no principal.
    """
    wanted = access_list(allow, deny)
    if not wanted.allow:
        return NOBODY
    if wanted == AccessList((EVERYONE,), ()):
        return PUBLIC
    key = hashlib.blake2b(orjson.dumps([wanted.allow, wanted.deny]), digest_size=32).hexdigest()
    find = select(access_lists.c.id).where(access_lists.c.key == key)
    known: int | None = connection.scalar(find)
    if known is not None:
        return known
    if connection.dialect.name == "postgresql":
        # Until this commits nobody else adds a list: ids become visible in their order, which is what lets
        # `AccessLists` tell by the highest that it knows them all.
        connection.execute(text("LOCK TABLE access_lists IN SHARE ROW EXCLUSIVE MODE"))
    # Another process may have interned the same list since it was looked for.
    connection.execute(
        insert_or(connection, access_lists).on_conflict_do_nothing(index_elements=[access_lists.c.key]),
        {"key": key, "allow": wanted.allow, "deny": wanted.deny},
    )
    interned: int = connection.execute(find).scalar_one()
    return interned


@dataclass(slots=True)
class _Index:
    """Every access list, by the principals that it names."""

    highest: int
    allowing: dict[str, set[int]]
    denying: dict[str, set[int]]
    answers: OrderedDict[frozenset[str], frozenset[int]] = field(default_factory=OrderedDict)

    def allowed_ids(self, principals: frozenset[str]) -> frozenset[int]:
        known = self.answers.get(principals)
        if known is None:
            held = principals | {EVERYONE}
            allowed = set[int]().union(*(self.allowing.get(principal, ()) for principal in held))
            known = frozenset(allowed.difference(*(self.denying.get(principal, ()) for principal in held)))
            self.answers[principals] = known
            if len(self.answers) > _REMEMBERED_CALLERS:
                self.answers.popitem(last=False)
        return known


class AccessLists:
    """The access lists of one catalog, kept in memory until a new one is interned; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._index = _Index(-1, {}, {})

    def allowed_ids(self, connection: Connection, principals: frozenset[str]) -> frozenset[int]:
        """The ids of all lists that permit a caller with these principals; EVERYONE need not be named.

        Without an identity that is what everyone may read. Lists interned before this call are seen.
        """
        highest = connection.scalar(select(func.max(access_lists.c.id)))
        with self._lock:
            if self._index.highest != highest:
                self._index = _load(connection)
            return self._index.allowed_ids(principals)


def _load(connection: Connection) -> _Index:
    allowing, denying = defaultdict(set), defaultdict(set)
    highest = -1
    for row in connection.execute(select(access_lists.c.id, access_lists.c.allow, access_lists.c.deny)):
        highest = max(highest, row.id)
        for principal in row.allow:
            allowing[principal].add(row.id)
        for principal in row.deny:
            denying[principal].add(row.id)
    return _Index(highest, dict(allowing), dict(denying))


def read_access_list(connection: Connection, access_id: int) -> AccessList | None:
    """The list behind an id, to be shown to a person; None for an id that was never given."""
    row = connection.execute(select(access_lists).where(access_lists.c.id == access_id)).one_or_none()
    return None if row is None else AccessList(tuple(row.allow), tuple(row.deny))


def known_access_lists(connection: Connection) -> dict[AccessList, int]:
    """The id of every list that was ever interned; nobody's is `NOBODY`."""
    rows = connection.execute(select(access_lists.c.id, access_lists.c.allow, access_lists.c.deny))
    return {AccessList(tuple(row.allow), tuple(row.deny)): row.id for row in rows} | {
        AccessList((), ()): NOBODY
    }
