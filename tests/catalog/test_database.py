"""Opening the catalog: new, old, newer, broken, locked, and by several at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from catalog.connectors import connector_id, connector_names
from catalog.database import Catalog, open_catalog
from catalog.errors import CatalogError
from catalog.tables import access_lists, connectors
from catalog.vocabulary import NOBODY, PUBLIC
from tests.catalog.conftest import PostgreSQLServer
from tests.catalog.rows import NOON


def test_a_new_catalog_has_its_folders_and_the_two_access_lists(catalog: Catalog) -> None:
    assert catalog.directory.is_dir()
    with catalog.read() as connection:
        rows = connection.execute(select(access_lists).order_by(access_lists.c.id)).all()
    assert [(row.id, row.allow, row.deny) for row in rows] == [(NOBODY, [], []), (PUBLIC, ["everyone"], [])]


def test_opening_again_keeps_what_is_there(opened: Callable[[], Catalog]) -> None:
    first = opened()
    with first.write() as connection:
        connector_id(connection, "intranet")
    first.close()
    with opened().read() as connection:
        assert list(connector_names(connection).values()) == ["intranet"]


def test_an_exception_rolls_a_write_back(catalog: Catalog) -> None:
    def fail() -> None:
        with catalog.write() as connection:
            connector_id(connection, "intranet")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with catalog.read() as connection:
        assert connector_names(connection) == {}


def test_a_time_comes_back_aware_and_in_utc(catalog: Catalog) -> None:
    with catalog.write() as connection:
        connection.execute(connectors.insert().values(name="intranet", created_at=NOON))
    with catalog.read() as connection:
        assert connection.scalar(select(connectors.c.created_at)) == NOON


def test_foreign_keys_hold(catalog: Catalog) -> None:
    with pytest.raises(IntegrityError), catalog.write() as connection:
        connection.execute(
            text(
                "INSERT INTO refused_links (connector_id, host, reason, run_id, count, examples) "
                "VALUES (77, 'a', 'b', 1, 1, '[]')"
            )
        )


def test_threads_write_one_after_the_other_and_lose_nothing(catalog: Catalog) -> None:
    def add(thread: int) -> None:
        for number in range(10):
            with catalog.write() as connection:
                connector_id(connection, f"c-{thread}-{number}")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with catalog.read() as connection:
        assert len(connector_names(connection)) == 40


def test_processes_that_open_a_new_catalog_at_once_all_succeed(
    postgresql: PostgreSQLServer, tmp_path: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; from catalog.database import open_catalog\n"
        "catalog = open_catalog(sys.argv[1], Path(sys.argv[2]))\n"
        "with catalog.read() as c: print(c.exec_driver_sql('SELECT count(*) FROM access_lists').scalar())"
    )
    empty = postgresql.new_database()
    for url in (f"sqlite:///{tmp_path}/catalog.db", empty):
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", program, url, str(tmp_path)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        assert [process.communicate() for process in processes] == [("2\n", "")] * 3
    postgresql.drop(empty)


def test_a_database_of_a_newer_program_is_refused(opened: Callable[[], Catalog]) -> None:
    catalog = opened()
    with catalog.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CatalogError, match=r"newer Sitelore \(its schema is 9999.*upgrade Sitelore"):
        opened()


def test_a_file_that_is_no_database_is_called_broken(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"not a database at all" * 400)
    with pytest.raises(CatalogError, match=r"catalog\.db is broken.*restore a backup"):
        open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path)


def test_a_locked_database_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalog.db"
    catalog = open_catalog(url + "?timeout=0.1", tmp_path)
    other = sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CatalogError, match="locked by another process"), catalog.write():
        pass
    other.close()
    with catalog.write():
        pass
    catalog.close()


def test_a_read_only_database_says_so(tmp_path: Path) -> None:
    open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path).close()
    catalog = open_catalog(f"sqlite:///file:{tmp_path}/catalog.db?mode=ro&uri=true", tmp_path)
    sentence = "is read-only: make the file and its folder writable"
    with pytest.raises(CatalogError, match=sentence), catalog.write() as connection:
        connector_id(connection, "intranet")
    catalog.close()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(CatalogError, match="data cannot be made: File exists"):
        open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path / "data")


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("catalog.db", "is not a database URL: write sqlite:///data/catalog.db or postgresql"),
        ("mysql://root@localhost/x", "names 'mysql': only sqlite and postgresql are supported"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("postgresql+nothing://localhost/x", r"pip install 'sitelore\[postgres\]'"),
        ("postgresql+psycopg://eva:secret@127.0.0.1:1/x", r"eva:\*\*\*@.*cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_used_is_explained(database: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=message) as raised:
        open_catalog(database, tmp_path)
    assert "secret" not in str(raised.value)


def test_a_missing_postgresql_database_says_how_to_make_it(
    postgresql: PostgreSQLServer, tmp_path: Path
) -> None:
    with pytest.raises(CatalogError, match="does not exist on this server: create it with `createdb`"):
        open_catalog(postgresql.url("nowhere"), tmp_path)
