"""Tuning that was put through the interface: every version is kept, the newest one holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select

from catalog.tables import tuning_versions
from settings.tuning.kinds import TuningKind

KEPT_VERSIONS: Final = 1_000
"""Of each kind; the oldest ones go."""


@dataclass(frozen=True, slots=True)
class TuningVersion:
    """One version, counted from 1: `entries` are how many rules its content holds, `author` is a user or the
    name of a key, `restored` the version whose content was brought back by it."""

    kind: TuningKind
    version: int
    entries: int
    author: str | None
    restored: int | None
    created_at: datetime


def put_tuning(
    connection: Connection,
    kind: TuningKind,
    content: str,
    entries: int,
    *,
    author: str | None = None,
    restored: int | None = None,
) -> TuningVersion:
    """Keep a content as the newest version; from now on it holds."""
    version = newest_version(connection, kind) + 1
    made = TuningVersion(kind, version, entries, author, restored, datetime.now(UTC))
    row = {
        "kind": kind.value, "version": version, "content": content, "entries": entries, "author": author,
        "restored": restored, "created_at": made.created_at,
    }  # fmt: skip
    connection.execute(insert(tuning_versions).values(row))
    too_old = tuning_versions.c.version <= version - KEPT_VERSIONS
    connection.execute(delete(tuning_versions).where(tuning_versions.c.kind == kind.value, too_old))
    return made


def newest_version(connection: Connection, kind: TuningKind) -> int:
    """The version that holds; 0 where nothing was put."""
    newest = select(func.max(tuning_versions.c.version)).where(tuning_versions.c.kind == kind.value)
    return connection.scalar(newest) or 0


def read_content(connection: Connection, kind: TuningKind, version: int) -> str | None:
    """What a version holds; None where there is none of this number."""
    wanted = select(tuning_versions.c.content).where(
        tuning_versions.c.kind == kind.value, tuning_versions.c.version == version
    )
    content: str | None = connection.scalar(wanted)
    return content


def read_versions(connection: Connection, kind: TuningKind) -> list[TuningVersion]:
    """All versions of a kind, the newest first."""
    told = [column for column in tuning_versions.c if column.name != "content"]
    wanted = select(*told).where(tuning_versions.c.kind == kind.value)
    return [_version(row) for row in connection.execute(wanted.order_by(tuning_versions.c.version.desc()))]


def _version(row: Row[Any]) -> TuningVersion:
    return TuningVersion(
        TuningKind(row.kind), row.version, row.entries, row.author, row.restored, row.created_at
    )
