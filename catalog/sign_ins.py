"""Who is signed in on the pages: kept here, so that signing out ends it in every process."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from catalog.api_keys import ApiKey, digest_of, find_key, find_key_of_digest
from catalog.tables import sign_ins
from catalog.vault import Purpose, Vault

_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in, as the identity provider said it. `groups` are names without `group:`."""

    user: str
    groups: tuple[str, ...]


def open_sign_in(
    connection: Connection, vault: Vault, person: Person, id_token: str, lifetime: timedelta
) -> str:
    """Sign someone in and return the id that proves it, of which only the hash is kept.

    `id_token` names the provider's own session when this one is closed.
    """
    row = {
        "user": person.user,
        "groups": sorted(set(person.groups)),
        "id_token": vault.seal(id_token.encode(), Purpose.SIGN_INS),
    }
    return _opened(connection, row, lifetime)


def open_key_sign_in(connection: Connection, key: str, lifetime: timedelta) -> str | None:
    """Sign in whoever has a key, for as long as the key lives at most; None where there is no such key."""
    if find_key(connection, key) is None:
        return None
    return _opened(connection, {"key_digest": digest_of(key)}, lifetime)


def find_sign_in(connection: Connection, identifier: str) -> Person | ApiKey | None:
    """Who is signed in by that id, or the key as it is now; None when nobody is, any more."""
    wanted = select(sign_ins.c.user, sign_ins.c.groups, sign_ins.c.key_digest).where(
        sign_ins.c.digest == _digest(identifier), sign_ins.c.expires_at > datetime.now(UTC)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    if row.key_digest is not None:
        return find_key_of_digest(connection, row.key_digest)
    return Person(row.user, tuple(row.groups))


def close_sign_in(connection: Connection, vault: Vault, identifier: str) -> str | None:
    """Sign out: the id proves nothing any more. Returns the provider's token of it, where there was one."""
    row = sign_ins.c.digest == _digest(identifier)
    sealed = connection.scalar(select(sign_ins.c.id_token).where(row))
    connection.execute(delete(sign_ins).where(row))
    token = None if sealed is None else vault.unseal(sealed, Purpose.SIGN_INS)
    return None if token is None else token.decode()


def close_sign_ins_of(connection: Connection, user: str) -> int:
    """Sign a user out everywhere; returns how many sign-ins that ended."""
    return connection.execute(delete(sign_ins).where(sign_ins.c.user == user)).rowcount


def _opened(connection: Connection, row: Mapping[str, object], lifetime: timedelta) -> str:
    """Those that have ended are removed by the way."""
    now = datetime.now(UTC)
    connection.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
    identifier = secrets.token_urlsafe(_RANDOM_BYTES)
    connection.execute(insert(sign_ins).values(digest=_digest(identifier), expires_at=now + lifetime, **row))
    return identifier


def _digest(identifier: str) -> bytes:
    """A plain hash is enough: of 256 random bits nothing can be guessed."""
    return hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).digest()
