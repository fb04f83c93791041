"""Sessions of people who signed in on the search page: kept here, so that signing out really ends one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from catalog.tables import sign_ins


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who signed in. `groups` are names without `group:`."""

    user: str
    groups: tuple[str, ...]
    expires_at: datetime


def open_sign_in(connection: Connection, user: str, groups: Iterable[str], lasting: timedelta) -> str:
    """Begin a session and return its id, of which only the hash is kept; ended ones are removed."""
    now = datetime.now(UTC)
    connection.execute(delete(sign_ins).where(sign_ins.c.expires_at < now))
    identifier = secrets.token_urlsafe(32)
    row = {"user": user, "groups": sorted(set(groups)), "expires_at": now + lasting}
    connection.execute(insert(sign_ins).values(digest=_digest(identifier), **row))
    return identifier


def find_sign_in(connection: Connection, identifier: str) -> SignIn | None:
    """The session of that id; None where there is none any more."""
    row = connection.execute(select(sign_ins).where(sign_ins.c.digest == _digest(identifier))).one_or_none()
    if row is None or row.expires_at <= datetime.now(UTC):
        return None
    return SignIn(row.user, tuple(row.groups), row.expires_at)


def close_sign_in(connection: Connection, identifier: str) -> None:
    """Sign out: the id opens nothing any more."""
    connection.execute(delete(sign_ins).where(sign_ins.c.digest == _digest(identifier)))


def _digest(identifier: str) -> bytes:
    return hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).digest()
