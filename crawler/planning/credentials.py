"""What a throw-away catalog borrows of the real one: sessions, and which credentials were rejected."""

from __future__ import annotations

import shutil
from typing import Final

from sqlalchemy import select

from catalog.connectors import connector_id, connector_names
from catalog.database import Catalog
from catalog.sessions import remember_rejection
from catalog.tables import rejected_credentials, sessions
from catalog.vault import KEY_FILE

_NOBODY_ELSE: Final = 0o600


def lend_credentials(known: Catalog | None, borrower: Catalog) -> None:
    """Copy the key, the sessions and the rejections; without a real catalog there is nothing to copy."""
    if known is None:
        return
    key = known.directory / KEY_FILE
    if key.exists():
        copied = borrower.directory / KEY_FILE
        copied.touch(_NOBODY_ELSE)
        shutil.copyfile(key, copied)
    with known.read() as connection:
        names = connector_names(connection)
        kept = [dict(row._mapping) for row in connection.execute(select(sessions))]
        rejected = [dict(row._mapping) for row in connection.execute(select(rejected_credentials))]
    with borrower.write() as connection:
        for row in kept:
            row["connector_id"] = connector_id(connection, names[row["connector_id"]])
        if kept:
            connection.execute(sessions.insert(), kept)
        if rejected:
            connection.execute(rejected_credentials.insert(), rejected)


def return_rejections(borrower: Catalog, known: Catalog | None) -> None:
    """Remember in the real catalog what was rejected meanwhile: tried once more, it might lock an account."""
    if known is None:
        return
    with borrower.read() as connection:
        now = connection.execute(select(rejected_credentials)).all()
    with known.read() as connection:
        before = set(connection.scalars(select(rejected_credentials.c.mark)))
    fresh = [row for row in now if row.mark not in before]
    if fresh:
        with known.write() as connection:
            for row in fresh:
                remember_rejection(connection, row.mark, row.sentence)
