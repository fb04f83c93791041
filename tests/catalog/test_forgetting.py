"""All that a connector left goes, and nothing that another has; portion by portion, as often as it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from catalog.access import intern
from catalog.columns import metadata
from catalog.compaction import compact_database
from catalog.connectors import connector_id, find_connector
from catalog.database import Catalog, open_catalog
from catalog.forgetting import (
    OF_CONNECTORS,
    OF_DOCUMENTS,
    OF_URLS,
    Footprint,
    footprint,
    hide_documents,
    hold_for_forgetting,
    remove_rows,
)
from catalog.holder import Holder
from catalog.lease import RunHeld
from catalog.runs import begin_run, finish_run
from catalog.tables import (
    access_lists,
    chunks,
    documents,
    page_links,
    refused_links,
    runs,
    sessions,
    urls,
)
from catalog.vocabulary import RunMode, RunState
from tests.catalog.rows import NOON, add_chunks, add_document, add_url

SHARED = {
    *("robots", "host_turns", "access_lists", "bodies", "embeddings", "rejected_credentials", "commands"),
    *("api_keys", "group_members", "sign_ins", "tuning_versions", "saved_searches", "alerts", "leases"),
}
"""Tables that belong to no connector."""


def fill(catalog: Catalog, name: str, pages: int) -> int:
    """A connector with a finished run, documents, passages, links, a session; its number."""
    with catalog.write() as connection:
        number = connector_id(connection, name)
        run = begin_run(connection, number, RunMode.FULL, "s")
        finish_run(connection, run.id, RunState.SUCCEEDED, counts={}, seconds=1)
        readers = intern(connection, [f"group:{name}"], [])
        for page in range(pages):
            url = f"https://{name}.test/{page}"
            url_id = add_url(connection, url, connector=name)
            document = add_document(connection, url, connector=name, url_id=url_id, access_id=readers)
            add_chunks(connection, document, 2)
            connection.execute(insert(page_links), {"url_id": url_id, "links": b"[]"})
        connection.execute(
            insert(refused_links),
            {
                "connector_id": number,
                "host": "x",
                "reason": "out_of_scope",
                "run_id": 1,
                "count": 1,
                "examples": [],
            },
        )
        connection.execute(
            insert(sessions), {"connector_id": number, "login": "a", "sealed": b"", "saved_at": NOON}
        )
    return number


def forget(catalog: Catalog, number: int) -> int:
    with catalog.write() as connection:
        run = hold_for_forgetting(connection, number)
    hidden = hide_documents(catalog, number, run, NOON)
    remove_rows(catalog, number, run)
    return hidden


def row_counts(catalog: Catalog) -> dict[str, int]:
    with catalog.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_what_is_left_is_counted(catalog: Catalog) -> None:
    number = fill(catalog, "wiki", 3)
    fill(catalog, "portal", 5)
    with catalog.read() as connection:
        assert footprint(connection, number) == Footprint(3, 0, 6, 3, 1, 1, 0)


def test_everything_of_the_connector_goes_and_nothing_of_another(catalog: Catalog) -> None:
    fill(catalog, "portal", 2)
    before = row_counts(catalog)
    number = fill(catalog, "wiki", 3)
    fill(catalog, "last", 0)
    assert forget(catalog, number) == 3
    after = row_counts(catalog)
    for table in ("documents", "urls", "chunks", "page_links"):
        assert after[table] == before[table], table
    with catalog.read() as connection:
        assert find_connector(connection, "wiki") is None
        for each in (urls, documents, sessions, refused_links, runs):
            assert connection.scalar(select(func.count()).where(each.c.connector_id == number)) == 0
        assert connection.scalar(select(func.count()).select_from(chunks)) == 4


def test_more_than_one_portion_goes(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.forgetting.PORTION", 4)
    number = fill(catalog, "wiki", 10)
    assert forget(catalog, number) == 10
    counts = row_counts(catalog)
    assert counts["documents"] == counts["urls"] == counts["chunks"] == counts["connectors"] == 0


def test_a_connector_that_is_being_synchronised_is_refused(catalog: Catalog) -> None:
    number = fill(catalog, "wiki", 1)
    elsewhere = Holder("crawler-9.example", 77, "aaaa")
    with catalog.write() as connection:
        begin_run(connection, number, RunMode.FULL, "s", holder=elsewhere)
    with (
        pytest.raises(RunHeld, match="connector 'wiki' is being crawled by process 77"),
        catalog.write() as connection,
    ):
        hold_for_forgetting(connection, number)


def test_a_sync_is_refused_while_the_connector_is_being_forgotten(catalog: Catalog) -> None:
    number = fill(catalog, "wiki", 1)
    with catalog.write() as connection:
        hold_for_forgetting(connection, number)
    with pytest.raises(RunHeld), catalog.write() as connection:
        begin_run(connection, number, RunMode.FULL, "s", holder=Holder("crawler-9.example", 77, "aaaa"))


def test_it_goes_on_where_it_was_killed(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.forgetting.PORTION", 2)
    number = fill(catalog, "wiki", 5)
    with catalog.write() as connection:
        run = hold_for_forgetting(connection, number)
    hide_documents(catalog, number, run, NOON)
    with catalog.write() as connection:
        connection.execute(update(runs).values(holder=None))  # as of a process that is no more
    assert forget(catalog, number) == 0
    assert row_counts(catalog)["documents"] == 0


def test_access_lists_go_but_no_number_is_given_twice(catalog: Catalog) -> None:
    number = fill(catalog, "wiki", 1)
    fill(catalog, "portal", 1)
    with catalog.write() as connection:
        of_wiki = intern(connection, ["group:wiki"], [])
    forget(catalog, number)
    with catalog.write() as connection:
        assert connection.scalar(select(access_lists.c.id).where(access_lists.c.id == of_wiki)) is None
        assert intern(connection, ["group:new"], []) > of_wiki


def test_access_lists_stay_while_a_sync_is_under_way(catalog: Catalog) -> None:
    number = fill(catalog, "wiki", 1)
    fill(catalog, "portal", 1)
    with catalog.write() as connection:
        begin_run(connection, connector_id(connection, "portal"), RunMode.FULL, "s")
        of_wiki = intern(connection, ["group:wiki"], [])
    forget(catalog, number)
    with catalog.read() as connection:
        assert connection.scalar(select(access_lists.c.id).where(access_lists.c.id == of_wiki)) == of_wiki


def test_every_table_is_somebodys() -> None:
    handled = {column.table.name for column in (*OF_DOCUMENTS, *OF_URLS)}
    handled |= {table.name for table in OF_CONNECTORS} | {"documents", "urls", "connectors"}
    others = {table.name for table in metadata.sorted_tables} - handled
    assert others == SHARED, "a new table: say in catalog/forgetting.py whose it is"


def test_the_file_of_the_catalog_shrinks(tmp_path: Path) -> None:
    catalog = open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path)
    try:
        columns: dict[str, Any] = {"detail": "x" * 2000}
        with catalog.write() as connection:
            for page in range(2000):
                add_url(connection, f"https://wiki.test/{page}", connector="wiki", **columns)
            number = connector_id(connection, "wiki")
        forget(catalog, number)
        freed = compact_database(catalog)
        assert freed is not None
        assert freed > 4_000_000
        assert (tmp_path / "catalog.db").stat().st_size < 1_000_000
    finally:
        catalog.close()


def test_the_file_stays_as_it_is_while_a_sync_is_under_way(tmp_path: Path) -> None:
    catalog = open_catalog(f"sqlite:///{tmp_path}/catalog.db", tmp_path)
    try:
        with catalog.write() as connection:
            begin_run(connection, connector_id(connection, "wiki"), RunMode.FULL, "s")
        assert compact_database(catalog) is None
    finally:
        catalog.close()
