"""Opening the catalog: SQLite in WAL mode or PostgreSQL, always at the newest migration."""

from __future__ import annotations

import math
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from catalog.durable import make_durably
from catalog.errors import CatalogError, translated
from catalog.migrations.upgrade import migrate

BUSY_SECONDS: Final = 60.0
"""How long a connection waits for another process's write lock before it gives up."""

_BEGIN: Final = "sqlite_begin"  # an execution option of ours: how a SQLite transaction starts
_PRAGMAS: Final = (
    # NORMAL would lose no transaction to a killed process, but to a power failure all since the last
    # checkpoint (sqlite.org/pragma.html#pragma_synchronous): pages would be fetched again by the thousand,
    # and numbers of chunks given a second time that the indexes already show. FULL costs an fsync a batch.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-32768",  # KiB, for each connection
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA wal_autocheckpoint=8192",  # pages: a big batch touches pages all over a large ledger
)


class Catalog:
    """An open catalog; any thread may use it, each `read` and `write` has a connection of its own."""

    def __init__(self, engine: Engine, directory: Path) -> None:
        self.engine: Final = engine
        self.directory: Final = directory
        self.name: Final = engine.url.render_as_string(hide_password=True)
        self._writing: Final = engine.execution_options(**{_BEGIN: "IMMEDIATE"})

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; on SQLite all its reads see one moment."""
        with translated(self.name), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection inside a transaction, committed at the end, rolled back by an exception.

        On SQLite it holds the write lock from the start, so that no read of it can be out of date when
        it writes, and waits up to a minute for another writer.
        """
        with translated(self.name), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()


def open_catalog(database: str, directory: Path) -> Catalog:
    """Open the catalog at the SQLAlchemy URL `database`, with its files under `directory`.

    Both are created when absent, and migrated when older than this program. Several processes may start
    at once. Raises `CatalogError` for a database that is newer than this program, read-only, locked,
    broken or out of reach.
    """
    url = _parse(database)
    make_folder(directory)
    engine = _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _postgresql_engine(url)
    catalog = Catalog(engine, directory)
    try:
        with translated(catalog.name):
            migrate(catalog.read, catalog.write, catalog.name)
    except BaseException:
        catalog.close()
        raise
    return catalog


def _parse(database: str) -> URL:
    try:
        url = make_url(database)
    except ArgumentError as error:
        raise CatalogError(
            "`store.database` is not a database URL: write sqlite:///data/catalog.db or "
            "postgresql+psycopg://user:password@host/name"
        ) from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise CatalogError(
            f"`store.database` names {url.get_backend_name()!r}: only sqlite and postgresql are supported"
        )
    return url


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably; raises `CatalogError`."""
    try:
        make_durably(folder)
    except OSError as error:
        raise CatalogError(f"the folder {folder} cannot be made: {error.strerror}") from error


def _sqlite_engine(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise CatalogError("the catalog must be a file: write sqlite:///data/catalog.db")
    assert url.database is not None
    if not url.database.startswith("file:"):
        file = Path(url.database)
        make_folder(file.parent)
        if file.exists() and not os.access(file, os.W_OK):
            raise CatalogError(f"the catalog {file} is read-only: make it writable for this user")
    return sqlite_engine(url)


def sqlite_engine(url: URL) -> Engine:
    """An engine over a SQLite file in WAL mode whose transactions really begin with BEGIN.

    Python's own driver delays BEGIN to the first change, which lets a transaction read what is out of
    date by the time it writes; so its transaction handling is switched off (SQLAlchemy, "SQLite
    Transactions").
    """
    arguments: dict[str, Any] = {} if "timeout" in url.query else {"timeout": BUSY_SECONDS}
    engine = create_engine(url, pool_size=5, max_overflow=59, connect_args=arguments, **_json())
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql_engine(url: URL) -> Engine:
    try:
        return create_engine(url, pool_size=5, max_overflow=59, pool_pre_ping=True, **_json())
    except (ImportError, NoSuchModuleError) as error:
        raise CatalogError(
            f"the driver for {url.drivername} is missing: pip install 'sitelore[postgres]' and write "
            "postgresql+psycopg://…"
        ) from error


def _json() -> dict[str, Any]:
    return {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    _enter_wal(connection)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    try:
        connection.execute("SELECT ln(1)")
    except sqlite3.OperationalError:  # a SQLite that was built without its mathematical functions
        connection.create_function("ln", 1, math.log, deterministic=True)


def _enter_wal(connection: sqlite3.Connection) -> None:
    """The journal mode is kept in the file; SQLite does not wait when another process is changing it."""
    deadline = time.monotonic() + connection.execute("PRAGMA busy_timeout").fetchone()[0] / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, 'DEFERRED')}")
