"""API keys of programs: only their hashes are kept, each has scopes and can be revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from catalog.errors import CatalogError
from catalog.tables import api_keys

PREFIX: Final = "sitelore_"
"""What every key begins with, so that scanners of repositories can find a leaked one."""
LONGEST_NAME: Final = 100

_RANDOM_BYTES: Final = 32


class Scope(StrEnum):
    """What a caller may do."""

    SEARCH = "search"
    """Ask, as a member of the key's groups."""
    ADMIN = "admin"
    """Change things, and see what is for operators."""
    ACT_AS = "act-as"
    """Ask for a user that the request names."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key. `groups` are names without `group:`."""

    name: str
    groups: tuple[str, ...]
    scopes: frozenset[Scope]
    created_at: datetime
    revoked_at: datetime | None


def create_key(
    connection: Connection, name: str, groups: Iterable[str] = (), scopes: Iterable[Scope] = (Scope.SEARCH,)
) -> str:
    """Make a key and return it: 256 random bits in URL-safe Base64, which nobody can read again.

    The name of a revoked key may be used again. Raises `CatalogError` for a name that is in use.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise CatalogError(f"a key's name is 1 to {LONGEST_NAME} printable characters")
    known = read_key(connection, name)
    if known is not None and known.revoked_at is None:
        raise CatalogError(f"there is a key named {name} already: revoke it first, or choose another name")
    key = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    connection.execute(delete(api_keys).where(api_keys.c.name == name))
    connection.execute(
        insert(api_keys).values(
            name=name,
            digest=digest_of(key),
            groups=sorted(set(groups)),
            scopes=sorted(set(scopes)),
            created_at=datetime.now(UTC),
        )
    )
    return key


def revoke_key(connection: Connection, name: str) -> bool:
    """From now on the key opens nothing; False when there is no such key, or it was revoked before."""
    revoked = (
        update(api_keys)
        .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
    )
    return connection.execute(revoked).rowcount > 0


def find_key(connection: Connection, key: str) -> ApiKey | None:
    """The living key with this text; None where there is none.

    Looked up by a plain hash: of 256 random bits nothing can be guessed, so that neither salt nor a slow
    hash adds anything, and how long the look-up takes tells nothing of the keys.
    """
    return find_key_of_digest(connection, digest_of(key))


def find_key_of_digest(connection: Connection, digest: bytes) -> ApiKey | None:
    """The living key of which that is kept; None where there is none."""
    wanted = select(api_keys).where(api_keys.c.digest == digest, api_keys.c.revoked_at.is_(None))
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _key(row)


def read_key(connection: Connection, name: str) -> ApiKey | None:
    """The key of that name, revoked or not."""
    row = connection.execute(select(api_keys).where(api_keys.c.name == name)).one_or_none()
    return None if row is None else _key(row)


def read_keys(connection: Connection) -> list[ApiKey]:
    """Every key by its name, the revoked ones too."""
    return [_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.name))]


def digest_of(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        row.name, tuple(row.groups), frozenset(map(Scope, row.scopes)), row.created_at, row.revoked_at
    )
