"""Giving the space of removed rows back to the file system: SQLite keeps it in its file until told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import select

from catalog.database import Catalog
from catalog.tables import runs
from catalog.vocabulary import RunState


def compact_database(catalog: Catalog) -> int | None:
    """Rewrite a SQLite file without its free pages; return the bytes given back.

    None where that would be in the way: a sync is under way, which would wait for all of it, or another
    process is writing or reading; the free pages are used again all the same. PostgreSQL sees to it by itself
    (autovacuum): 0.
    """
    database = catalog.engine.url.database
    if catalog.engine.dialect.name != "sqlite" or database is None:
        return 0
    with catalog.read() as connection:
        if connection.scalar(select(runs.c.id).where(runs.c.state == RunState.RUNNING.value).limit(1)):
            return None
    file = Path(database.removeprefix("file:").partition("?")[0])
    before = _size(file)
    connection_ = sqlite3.connect(file, isolation_level=None, timeout=1.0)
    try:
        connection_.execute("PRAGMA temp_store=FILE")
        connection_.execute("VACUUM")
        connection_.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:  # locked, or no room for the second copy: nothing was changed
        return None
    finally:
        connection_.close()
    return max(before - _size(file), 0)


def _size(file: Path) -> int:
    """Of the file and its log of changes."""
    files = (file, file.with_name(f"{file.name}-wal"))
    return sum(each.stat().st_size for each in files if each.exists())
