"""Saved searches: whose they are, what they watch, and where they tell it."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from catalog.alert_tables import alerts, saved_searches
from catalog.api_keys import key_digest
from catalog.errors import CatalogError
from catalog.vault import Purpose, Vault
from settings.secrets import Secret

MOST_OF_ONE: Final = 50
"""Saved searches of one caller."""
SIGNING_PREFIX: Final = "whsec_"
"""Of a signing key, as Standard Webhooks writes it."""
_SIGNING_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Owner:
    """Who saved a search: a user with groups as of then (without `group:`), a key, or a user by a key."""

    user: str | None
    groups: tuple[str, ...]
    key_digest: bytes | None

    @property
    def mark(self) -> bytes:
        """The same for whoever is the same: a user by whichever way, else the key."""
        who = (
            f"user:{self.user}".encode("utf-8", "surrogatepass") if self.user is not None else self.key_digest
        )
        return hashlib.blake2b(who or b"", digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """What is watched; `paused` says why nothing is sent any more."""

    id: str
    owner: Owner
    name: str
    request: Mapping[str, Any]
    origin: str
    created_at: datetime
    paused: str | None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where it is told, and the key that signs what is told."""

    url: Secret
    signing_key: Secret


def owner_of(connection: Connection, user: str | None, groups: tuple[str, ...], key: str | None) -> Owner:
    """A caller as an owner; raises `CatalogError` when the key was revoked a moment ago."""
    digest = None if key is None else key_digest(connection, key)
    if key is not None and digest is None:
        raise CatalogError(f"the key {key} was revoked")
    return Owner(user, groups, digest)


def save_search(
    connection: Connection, vault: Vault, owner: Owner, *, name: str, request: Mapping[str, Any], url: str
) -> tuple[SavedSearch, Secret]:
    """Watch something from now on; returns it with the key that signs what is told.

    Raises `CatalogError` when the owner has `MOST_OF_ONE` already.
    """
    mine = select(func.count()).select_from(saved_searches).where(saved_searches.c.owner == owner.mark)
    if (connection.scalar(mine) or 0) >= MOST_OF_ONE:
        raise CatalogError(f"a caller can have {MOST_OF_ONE} saved searches: delete one first")
    signing_key = SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(_SIGNING_BYTES)).decode()
    address = urlsplit(url)
    row = {
        "id": secrets.token_hex(16),
        "owner": owner.mark,
        "user": owner.user,
        "groups": list(owner.groups),
        "key_digest": owner.key_digest,
        "name": name,
        "request": dict(request),
        "origin": f"{address.scheme}://{address.netloc}",
        "destination": vault.seal(orjson.dumps([url, signing_key]), Purpose.WEBHOOKS),
        "created_at": datetime.now(UTC),
    }
    connection.execute(insert(saved_searches).values(row))
    found = read_search(connection, str(row["id"]))
    assert found is not None
    return found, Secret(signing_key)


def searches_of(connection: Connection, owner: Owner) -> list[SavedSearch]:
    """All of one owner, the oldest first."""
    return _read(connection, saved_searches.c.owner == owner.mark)


def active_searches(connection: Connection) -> list[SavedSearch]:
    """All that are not paused."""
    return _read(connection, saved_searches.c.paused.is_(None))


def read_search(connection: Connection, search_id: str) -> SavedSearch | None:
    """One of them, whosesoever it is."""
    return next(iter(_read(connection, saved_searches.c.id == search_id)), None)


def remove_search(connection: Connection, owner: Owner, search_id: str) -> bool:
    """Watch no more, and tell nothing that is still to be told; False when this owner has no such search."""
    mine = (saved_searches.c.id == search_id) & (saved_searches.c.owner == owner.mark)
    if connection.scalar(select(saved_searches.c.id).where(mine)) is None:
        return False
    connection.execute(delete(alerts).where(alerts.c.search_id == search_id))
    connection.execute(delete(saved_searches).where(mine))
    return True


def pause_search(connection: Connection, search_id: str, why: str) -> None:
    """Send nothing any more, nor what still had to be told; its owner is shown why."""
    connection.execute(delete(alerts).where(alerts.c.search_id == search_id))
    connection.execute(update(saved_searches).where(saved_searches.c.id == search_id).values(paused=why))


def read_destination(connection: Connection, vault: Vault, search_id: str) -> Destination | None:
    """Where it is told; None when another installation's key sealed it."""
    sealed = connection.scalar(select(saved_searches.c.destination).where(saved_searches.c.id == search_id))
    opened = None if sealed is None else vault.unseal(sealed, Purpose.WEBHOOKS)
    if opened is None:
        return None
    url, signing_key = orjson.loads(opened)
    return Destination(Secret(url), Secret(signing_key))


def _read(connection: Connection, condition: Any) -> list[SavedSearch]:
    statement = (
        select(saved_searches).where(condition).order_by(saved_searches.c.created_at, saved_searches.c.id)
    )
    return [_search(row) for row in connection.execute(statement)]


def _search(row: Row[Any]) -> SavedSearch:
    owner = Owner(row.user, tuple(row.groups or ()), row.key_digest)
    return SavedSearch(row.id, owner, row.name, row.request, row.origin, row.created_at, row.paused)
