"""What the indexer makes of a change: fields move without an embedding, a title with, forced embeds anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from tantivy import Query

from catalog.content import pack_fields
from catalog.database import Catalog
from catalog.documents import pending_documents
from catalog.tables import chunks, documents
from indexer.lexical.reader import LexicalReader
from indexer.pipeline import Pipeline
from indexer.progress import Progress
from indexer.retrieval.facets import tally
from indexer.retrieval.question import Facet
from settings.configuration import Settings
from settings.fields import FieldSettings, FieldType
from tests.indexer.pipeline.support import WordEmbedder, add, found, lexical_documents, served

URL = "https://intranet.example/leave"


def with_department(settings: Settings) -> Settings:
    department = FieldSettings(type=FieldType.STRING, facet=True)
    return settings.model_copy(update={"fields": {**settings.fields, "department": department}})


def run(catalog: Catalog, settings: Settings) -> tuple[Progress, list[str]]:
    """What a new indexer process did, and the texts that it embedded."""
    embedder = WordEmbedder()
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        return pipeline.run_once(), embedder.seen


def touch(catalog: Catalog, document: str, **values: Any) -> None:
    with catalog.write() as connection:
        connection.execute(
            update(documents)
            .where(documents.c.id == document)
            .values(pending=True, version=documents.c.version + 1, **values)
        )


def chunk_ids(catalog: Catalog) -> list[int]:
    with catalog.read() as connection:
        return sorted(connection.execute(select(chunks.c.id)).scalars())


def facet(settings: Settings) -> dict[str, int]:
    """How many documents a search finds of each department."""
    build = served(settings)
    assert build is not None
    snapshot = LexicalReader.open(build.lexical).snapshot
    assert snapshot is not None
    counts = tally(snapshot, Query.all_query(), [Facet("department")]).facets["department"]
    return {value.value: value.count for value in counts.values}


def test_fields_that_move_alone_embed_nothing_and_keep_every_chunk(
    catalog: Catalog, settings: Settings
) -> None:
    document = add(catalog, URL, "About vacation.", "About sickness.")
    run(catalog, settings)
    before = chunk_ids(catalog)
    touch(catalog, document, fields=pack_fields({"department": "HR"}))
    done, embedded = run(catalog, settings)
    assert (done.documents, done.embedded, done.pending, embedded) == (1, 0, 0, [])
    assert found(settings) == chunk_ids(catalog) == before


def test_fields_that_moved_alone_are_searchable(catalog: Catalog, settings: Settings) -> None:
    settings = with_department(settings)
    document = add(catalog, URL, "About vacation.")
    run(catalog, settings)
    for department in ("HR", "Marine"):
        touch(catalog, document, fields=pack_fields({"department": department}))
        run(catalog, settings)
        assert facet(settings) == {department: 1}


def test_a_title_is_embedded_with_each_chunk_so_a_new_one_embeds_them_again(
    catalog: Catalog, settings: Settings
) -> None:
    document = add(catalog, URL, "About vacation.", "About sickness.")
    run(catalog, settings)
    touch(catalog, document, title="Leave of absence")
    done, embedded = run(catalog, settings)
    assert done.embedded == 2
    assert embedded == [
        "Leave of absence\nPart 0\n\nAbout vacation.",
        "Leave of absence\nPart 1\n\nAbout sickness.",
    ]
    assert found(settings) == chunk_ids(catalog)


def test_what_is_wanted_anew_is_embedded_again_and_shown_once(catalog: Catalog, settings: Settings) -> None:
    document = add(catalog, URL, "About vacation.", "About sickness.")
    add(catalog, "https://intranet.example/other", "Something else.")
    run(catalog, settings)
    before = chunk_ids(catalog)
    touch(catalog, document, anew=True)
    done, embedded = run(catalog, settings)
    assert (done.documents, done.embedded, len(embedded)) == (1, 2, 2)
    assert found(settings) == chunk_ids(catalog)
    assert len(set(before) & set(chunk_ids(catalog))) == 1  # the other document's
    assert lexical_documents(settings) == 2


def test_it_is_embedded_anew_only_once(catalog: Catalog, settings: Settings) -> None:
    document = add(catalog, URL, "About vacation.")
    touch(catalog, document, anew=True)
    with catalog.read() as connection:
        assert [pending.anew for pending in pending_documents(connection, 9)] == [True]
    run(catalog, settings)
    touch(catalog, document)
    assert run(catalog, settings)[1] == []
