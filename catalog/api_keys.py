"""API keys of programs: only their hashes are kept, each has scopes and can be revoked.

Of a key that requests are signed with (AWS Signature Version 4) the key itself is kept too, sealed: whoever
checks a signature must know the secret.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from catalog.errors import CatalogError
from catalog.tables import api_keys
from catalog.vault import Purpose, Vault

PREFIX: Final = "sitelore_"
"""What every key begins with, so that scanners of repositories can find a leaked one."""
LONGEST_NAME: Final = 100

_RANDOM_BYTES: Final = 32
_ID_PREFIX: Final = "SITELORE"
_ID_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID_LENGTH: Final = 16
"""80 random bits: no id is given twice, and none tells how many keys there are."""


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
    access_key_id: str | None = None
    """Names the key in requests that are signed with it."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A living key, and the secret that its requests are signed with."""

    key: ApiKey
    secret: str = field(repr=False)


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


def make_signing(connection: Connection, vault: Vault, key: str) -> str:
    """Let requests be signed with a key that was just created; returns its access key id."""
    access_key_id = _ID_PREFIX + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
    sealed = vault.seal(key.encode(), Purpose.KEY_SECRETS)
    connection.execute(
        update(api_keys)
        .where(api_keys.c.digest == digest_of(key))
        .values(access_key_id=access_key_id, sealed_secret=sealed)
    )
    return access_key_id


def find_signing_key(connection: Connection, vault: Vault, access_key_id: str) -> SigningKey | None:
    """The living key that signs under this id; None where there is none, or another vault sealed it."""
    wanted = select(api_keys).where(
        api_keys.c.access_key_id == access_key_id, api_keys.c.revoked_at.is_(None)
    )
    row = connection.execute(wanted).one_or_none()
    secret = None if row is None else vault.unseal(row.sealed_secret, Purpose.KEY_SECRETS)
    return None if row is None or secret is None else SigningKey(_key(row), secret.decode())


def revoke_key(connection: Connection, name: str) -> bool:
    """From now on the key opens nothing; False when there is no such key, or it was revoked before."""
    revoked = (
        update(api_keys)
        .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC), sealed_secret=None)
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


def key_digest(connection: Connection, name: str) -> bytes | None:
    """What `find_key_of_digest` finds the living key of that name by; None where there is none."""
    digest: bytes | None = connection.scalar(
        select(api_keys.c.digest).where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
    )
    return digest


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
        name=row.name,
        groups=tuple(row.groups),
        scopes=frozenset(map(Scope, row.scopes)),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        access_key_id=row.access_key_id,
    )
