"""Documents as the indexer and a search read them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from catalog.connectors import connector_id
from catalog.content import pack_fields
from catalog.database import Catalog
from catalog.document import Block, BlockKind, Document, DocumentKind, FieldValue
from catalog.documents import (
    chunk_count,
    document_count,
    mark_indexed,
    pending_count,
    pending_documents,
    read_documents,
)
from catalog.tables import documents
from catalog.vocabulary import PUBLIC
from tests.catalog.rows import NOON, add_chunks, add_document


def test_a_pending_document_comes_complete(catalog: Catalog) -> None:
    changed = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    fields: dict[str, FieldValue] = {"department": "HR", "updated_at": changed, "authors": ("Eva", "Ida")}
    with catalog.write() as connection:
        name = add_document(connection, "https://a.example/", fields=pack_fields(fields))
    with catalog.read() as connection:
        (pending,) = pending_documents(connection, 10)
    assert not pending.deleted
    assert pending.document == Document(
        id=name,
        connector="intranet",
        url="https://a.example/",
        kind=DocumentKind.PAGE,
        version=1,
        title="About https://a.example/",
        language="en",
        fields=fields,
        blocks=(Block(BlockKind.PARAGRAPH, "The text of https://a.example/"),),
        access_id=PUBLIC,
        fetched_at=NOON,
    )


def test_pending_documents_come_in_pages_by_id(catalog: Catalog) -> None:
    with catalog.write() as connection:
        names = sorted(add_document(connection, f"https://a.example/{number}") for number in range(5))
        add_document(connection, "https://a.example/indexed", pending=False)
    with catalog.read() as connection:
        first = pending_documents(connection, 3)
        second = pending_documents(connection, 3, first[-1].document.id)
        assert pending_documents(connection, 3, second[-1].document.id) == ()
        assert pending_count(connection) == 5
    assert [each.document.id for each in (*first, *second)] == names


def test_a_deleted_document_is_pending_until_it_left_the_indexes(catalog: Catalog) -> None:
    with catalog.write() as connection:
        name = add_document(connection, "https://a.example/", deleted_at=NOON, version=2)
    with catalog.write() as connection:
        (pending,) = pending_documents(connection, 10)
        assert (pending.deleted, pending.mark) == (True, (name, 2))
        mark_indexed(connection, [pending.mark])
        assert pending_documents(connection, 10) == ()


def test_what_changed_while_it_was_indexed_stays_pending(catalog: Catalog) -> None:
    with catalog.write() as connection:
        changed = add_document(connection, "https://a.example/changed")
        add_document(connection, "https://a.example/same")
        marks = [pending.mark for pending in pending_documents(connection, 10)]
        connection.execute(update(documents).where(documents.c.id == changed).values(version=2))
        mark_indexed(connection, marks)
        mark_indexed(connection, [])
        assert [pending.mark for pending in pending_documents(connection, 10)] == [(changed, 2)]


def test_documents_are_read_by_id_without_the_deleted(catalog: Catalog) -> None:
    with catalog.write() as connection:
        here = add_document(connection, "https://a.example/here", connector="wiki")
        gone = add_document(connection, "https://a.example/gone", deleted_at=NOON)
    with catalog.read() as connection:
        found = read_documents(connection, [here, gone, "0" * 32])
        assert list(found) == [here]
        assert found[here].connector == "wiki"
        assert found[here].blocks[0].text == "The text of https://a.example/here"
        assert read_documents(connection, [here], blocks=False)[here].blocks == ()
        assert set(read_documents(connection, [here, gone], deleted=True)) == {here, gone}
        assert read_documents(connection, []) == {}


def test_more_ids_than_one_statement_holds_can_be_read(catalog: Catalog) -> None:
    with catalog.write() as connection:
        names = [add_document(connection, f"https://a.example/{number}") for number in range(3)]
    with catalog.read() as connection:
        asked = [*(f"{number:032x}" for number in range(1200)), *names]
        assert set(read_documents(connection, asked, blocks=False)) == set(names)


def test_counts_are_of_all_or_of_one_connector(catalog: Catalog) -> None:
    with catalog.write() as connection:
        page = add_document(connection, "https://a.example/")
        other = add_document(connection, "https://b.example/", connector="wiki")
        add_document(connection, "https://a.example/gone", deleted_at=NOON)
        add_chunks(connection, page, 3)
        add_chunks(connection, other, 2)
        wiki = connector_id(connection, "wiki")
        assert (document_count(connection), document_count(connection, wiki)) == (2, 1)
        assert (chunk_count(connection), chunk_count(connection, wiki)) == (5, 2)
