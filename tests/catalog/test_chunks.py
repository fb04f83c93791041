"""Chunks are replaced document by document; what stays keeps its id."""

from __future__ import annotations

from datetime import UTC, datetime

from catalog.chunks import (
    ChunkContent,
    StoredChunk,
    apply_changes,
    chunk_changes,
    chunks_of_documents,
    indexable_documents,
    read_chunks,
)
from catalog.database import Catalog
from catalog.deletion import delete_documents
from tests.catalog.rows import add_document


def content(text: str, start: int = 0) -> ChunkContent:
    key = text.encode().ljust(16, b"\0")[:16]
    return ChunkContent(text, ("Part", "§ 1"), "anchor", 3, start, start + len(text), key)


def store(catalog: Catalog, document: str, version: int, *wanted: ChunkContent) -> tuple[StoredChunk, ...]:
    with catalog.write() as connection:
        stored = chunks_of_documents(connection, [document]).get(document, ())
        apply_changes(connection, [chunk_changes(document, version, stored, wanted)])
    with catalog.read() as connection:
        return chunks_of_documents(connection, [document]).get(document, ())


def test_chunks_come_back_in_order_and_complete(catalog: Catalog) -> None:
    with catalog.write() as connection:
        document = add_document(connection, "https://a.example/")
    stored = store(catalog, document, 1, content("One."), content("Two.", 6))
    assert [chunk.ordinal for chunk in stored] == [0, 1]
    assert [chunk.content for chunk in stored] == [content("One."), content("Two.", 6)]
    with catalog.read() as connection:
        found = read_chunks(connection, [chunk.id for chunk in stored] + [999])
    assert found == {chunk.id: chunk for chunk in stored}


def test_an_unchanged_chunk_keeps_its_id_and_takes_its_new_place(catalog: Catalog) -> None:
    with catalog.write() as connection:
        document = add_document(connection, "https://a.example/")
    before = store(catalog, document, 1, content("One."), content("Two.", 6), content("Three.", 12))
    after = store(catalog, document, 2, content("One!!"), content("Two.", 7))
    assert [chunk.content for chunk in after] == [content("One!!"), content("Two.", 7)]
    assert after[1].id == before[1].id
    assert after[0].id not in {before[1].id}


def test_a_document_without_wanted_chunks_loses_all(catalog: Catalog) -> None:
    with catalog.write() as connection:
        document = add_document(connection, "https://a.example/")
        other = add_document(connection, "https://b.example/")
    kept = store(catalog, other, 1, content("Other."))
    store(catalog, document, 1, *(content(f"Text {number}") for number in range(1200)))
    assert store(catalog, document, 2) == ()
    with catalog.read() as connection:
        assert chunks_of_documents(connection, [document, other]) == {other: kept}


def test_changes_say_what_is_kept_removed_and_added() -> None:
    stored = [StoredChunk(number, "d", number - 7, content(text)) for number, text in ((7, "a"), (8, "b"))]
    changes = chunk_changes("d", 2, stored, [content("a", 5), content("c"), content("d")])
    assert changes.kept == {0: (7, content("a", 5))}
    assert changes.removed == (8,)
    assert changes.added == {1: content("c"), 2: content("d")}


def test_documents_to_index_are_those_not_deleted(catalog: Catalog) -> None:
    with catalog.write() as connection:
        names = sorted(add_document(connection, f"https://a.example/{number}") for number in range(4))
        delete_documents(connection, [names[1]], datetime.now(UTC))
    with catalog.read() as connection:
        assert indexable_documents(connection, 2) == (names[0], names[2])
        assert indexable_documents(connection, 2, names[2]) == (names[3],)
