"""The catalog for what must work before anything is indexed: signing in, and starting the first sync."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection

from catalog.api_keys import ApiKey, SigningKey, find_key, find_signing_key
from catalog.database import Catalog, open_catalog
from catalog.errors import CatalogError
from catalog.groups import Groups
from catalog.sign_ins import Person, close_sign_in, find_sign_in, open_key_sign_in, open_sign_in
from catalog.vault import Vault
from search_api.backend import UnavailableError
from settings.store import StoreSettings


class CatalogDoor:
    """Opens the catalog when it is first needed, and again while it cannot be; any thread may use it.

    Everything raises `UnavailableError` while the catalog cannot be used, and blocks: call it in threads.
    """

    def __init__(self, store: StoreSettings) -> None:
        self.directory: Final = store.directory
        self._store: Final = store
        self._lock: Final = threading.Lock()
        self._catalog: Catalog | None = None
        self.callers: Final = CatalogCallers(self)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; on SQLite all its reads see one moment."""
        with unavailable(), self._opened().read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection inside a transaction, committed at the end, rolled back by an exception."""
        with unavailable(), self._opened().write() as connection:
            yield connection

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            if self._catalog is not None:
                self._catalog.close()
                self._catalog = None

    def _opened(self) -> Catalog:
        with self._lock:
            if self._catalog is None:
                self._catalog = open_catalog(self._store.database, self._store.directory)
            return self._catalog


class Openable(Protocol):
    """A catalog, or the door to it."""

    @property
    def directory(self) -> Path: ...

    def read(self) -> AbstractContextManager[Connection]: ...

    def write(self) -> AbstractContextManager[Connection]: ...


class CatalogCallers:
    """Keys, sign-ins and groups from the catalog."""

    def __init__(self, catalog: Openable) -> None:
        self._catalog = catalog
        self._groups = Groups()

    def key(self, text: str) -> ApiKey | None:
        """The living key with this text."""
        with self._reading() as connection:
            return find_key(connection, text)

    def signing_key(self, access_key_id: str) -> SigningKey | None:
        """The living key that signs requests under this id."""
        with self._reading() as connection:
            return find_signing_key(connection, self._vault, access_key_id)

    def signed_in(self, identifier: str) -> Person | ApiKey | None:
        """Who is signed in by that id."""
        with self._reading() as connection:
            return find_sign_in(connection, identifier)

    def sign_in(self, person: Person, id_token: str, lifetime: timedelta) -> str:
        """Sign someone in; returns the id that proves it."""
        with unavailable(), self._catalog.write() as connection:
            return open_sign_in(connection, self._vault, person, id_token, lifetime)

    def sign_in_by_key(self, key: str, lifetime: timedelta) -> str | None:
        """Sign in whoever has that key; returns the id that proves it, None where there is no such key."""
        with unavailable(), self._catalog.write() as connection:
            return open_key_sign_in(connection, key, lifetime)

    def sign_out(self, identifier: str) -> str | None:
        """Sign out; returns the identity provider's token, where there was one."""
        with unavailable(), self._catalog.write() as connection:
            return close_sign_in(connection, self._vault, identifier)

    def expanded(self, principals: frozenset[str]) -> frozenset[str]:
        """The principals with every group that they are in through others."""
        with self._reading() as connection:
            return self._groups.expanded(connection, principals)

    def paths(self, principals: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
        """How each principal is held."""
        with self._reading() as connection:
            return self._groups.paths(connection, principals)

    @cached_property
    def _vault(self) -> Vault:
        return Vault.open(self._catalog.directory)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with unavailable(), self._catalog.read() as connection:
            yield connection


@contextmanager
def unavailable() -> Iterator[None]:
    """Errors of the catalog become `UnavailableError`."""
    try:
        yield
    except CatalogError as error:
        raise UnavailableError(str(error)) from error
