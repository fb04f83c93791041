"""Sessions of logins, encrypted, and credentials that were rejected, so that no schedule locks an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select

from catalog.dialect import put
from catalog.tables import rejected_credentials, sessions
from catalog.vault import Purpose, Vault


@dataclass(frozen=True, slots=True)
class Rejection:
    """What a server said of credentials when they were last tried."""

    sentence: str
    rejected_at: datetime


def load_session(connection: Connection, vault: Vault, connector_id: int, login: str) -> bytes | None:
    """The session that a former run kept for a login, or None."""
    sealed = connection.scalar(
        select(sessions.c.sealed).where(sessions.c.connector_id == connector_id, sessions.c.login == login)
    )
    return None if sealed is None else vault.unseal(sealed, Purpose.SESSIONS)


def save_session(connection: Connection, vault: Vault, connector_id: int, login: str, state: bytes) -> None:
    """Keep a session in place of the former one of that login."""
    row = {
        "connector_id": connector_id,
        "login": login,
        "sealed": vault.seal(state, Purpose.SESSIONS),
        "saved_at": datetime.now(UTC),
    }
    put(connection, sessions, [row])


def forget_session(connection: Connection, connector_id: int, login: str) -> None:
    """Drop a session that is over."""
    connection.execute(
        delete(sessions).where(sessions.c.connector_id == connector_id, sessions.c.login == login)
    )


def rejection_of(connection: Connection, mark: str) -> Rejection | None:
    """What was said when the credentials of a mark (`Vault.mark`) were rejected; None: they never were."""
    row = connection.execute(
        select(rejected_credentials).where(rejected_credentials.c.mark == mark)
    ).one_or_none()
    return None if row is None else Rejection(row.sentence, row.rejected_at)


def remember_rejection(connection: Connection, mark: str, sentence: str) -> None:
    """Never try these credentials again, until `forget_rejection`."""
    row = {"mark": mark, "sentence": sentence, "rejected_at": datetime.now(UTC)}
    put(connection, rejected_credentials, [row])


def forget_rejection(connection: Connection, mark: str) -> bool:
    """Let these credentials be tried again: someone unlocked the account. Whether they were rejected."""
    forgotten = connection.execute(delete(rejected_credentials).where(rejected_credentials.c.mark == mark))
    return forgotten.rowcount > 0
