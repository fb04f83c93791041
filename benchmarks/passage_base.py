"""A catalog and both indexes of as many passages as wanted, made of the real ones without embedding any anew.

The texts of `benchmarks.passages` over and over, ten to a document, each time with a little noise in their
vectors: some 20 minutes and 4 GB for a million, two minutes for 100,000.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import Connection, insert

from benchmarks.passages import cache_folder, make_passages, read_texts, read_vectors
from catalog.access import intern
from catalog.chunks import chunks_of_documents
from catalog.connectors import connector_id
from catalog.content import pack_blocks
from catalog.database import Catalog, open_catalog
from catalog.document import Block, BlockKind, document_id
from catalog.documents import read_documents
from catalog.tables import chunks, documents
from catalog.vocabulary import PUBLIC
from indexer.embedding.opening import open_embedder
from indexer.layout import IndexLayout
from indexer.lexical.writer import LexicalWriter
from indexer.serving import begin_build, read_served, recipe, serve
from indexer.vectors.backend import VectorBatch
from indexer.vectors.writer import rebuild_vectors
from settings.configuration import Settings

PER_DOCUMENT: Final = 10
_DOCUMENTS: Final = 1_000
_NOISE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Row:
    """What the document of a number is, besides its passages: who is allowed it, and its fields."""

    allow: tuple[str, ...] = ("everyone",)
    fields: dict[str, str] | None = None


Describe = Callable[[int], Row]


def everyones(_: int) -> Row:
    """A public document without fields."""
    return Row()


def make_base(folder: Path, settings: Settings, passages: int, describe: Describe = everyones) -> None:
    """A catalog and both indexes of so many passages, unless they are there for these very settings."""
    layout = IndexLayout(settings.store.directory)
    served = read_served(layout) if layout.served.exists() else None
    if served is not None and served.recipe == recipe(settings):
        return
    make_passages(cache_folder())
    for made in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
        (folder / made).unlink(missing_ok=True)
    shutil.rmtree(layout.data, ignore_errors=True)
    embedder = open_embedder(settings.index, layout)
    with closing(open_catalog(settings.store.database, settings.store.directory)) as catalog:
        build = begin_build(catalog, layout, settings, embedder.model_key)
        with LexicalWriter(build.lexical, settings.fields) as lexical:
            batches = _batches(catalog, lexical, passages, describe)
            rebuild_vectors(build.vectors, embedder.model_key, embedder.dimension, batches)
            lexical.commit()
        serve(layout, build)


def _batches(
    catalog: Catalog, lexical: LexicalWriter, passages: int, describe: Describe
) -> Iterator[VectorBatch]:
    """Writes documents and their words; their vectors, some thousand at a time."""
    texts = cycle(read_texts(cache_folder()))
    vectors = read_vectors(cache_folder())
    random = np.random.default_rng(6)
    for start in range(0, passages, _DOCUMENTS * PER_DOCUMENT):
        count = min(_DOCUMENTS * PER_DOCUMENT, passages - start)
        names = _add_documents(catalog, start // PER_DOCUMENT, list(islice(texts, count)), describe)
        with catalog.read() as connection:
            found = read_documents(connection, names)
            stored = chunks_of_documents(connection, names)
        for name in names:
            lexical.replace(found[name], [(chunk.id, chunk.content) for chunk in stored[name]])
        rows = vectors[np.arange(start, start + count) % len(vectors)].astype(np.float32)
        rows += random.standard_normal(rows.shape, dtype=np.float32) * _NOISE
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        print(f"{start + count:,} passages", file=sys.stderr, flush=True)
        yield VectorBatch(
            np.array([chunk.id for name in names for chunk in stored[name]], dtype=np.int64),
            tuple(name for name in names for _ in stored[name]),
            np.array([found[name].access_id for name in names for _ in stored[name]], dtype=np.uint32),
            rows.astype(np.float16),
        )


def _add_documents(catalog: Catalog, first: int, texts: Sequence[str], describe: Describe) -> list[str]:
    now = datetime.now(UTC)
    names: list[str] = []
    with catalog.write() as connection:
        connector = connector_id(connection, "base")
        rows, parts = [], []
        for number in range(0, len(texts), PER_DOCUMENT):
            place = first + number // PER_DOCUMENT
            url = f"https://base.example/{place}"
            names.append(document_id("base", url))
            said = texts[number : number + PER_DOCUMENT]
            described = describe(place)
            rows.append(
                _document_row(names[-1], url, said, now)
                | {
                    "connector_id": connector,
                    "access_id": _access_id(connection, described.allow),
                    "fields": described.fields or {},
                }
            )
            parts += list(_chunk_rows(names[-1], said))
        connection.execute(insert(documents), rows)
        connection.execute(insert(chunks), parts)
    return names


def _access_id(connection: Connection, allow: tuple[str, ...]) -> int:
    return PUBLIC if allow == ("everyone",) else intern(connection, allow, ())


def _document_row(name: str, url: str, said: Sequence[str], now: datetime) -> dict[str, object]:
    return {
        "id": name,
        "url_id": 1,
        "url": url,
        "kind": "page",
        "version": 1,
        "title": said[0].partition("\n")[0][:80],
        "language": "en",
        "content": pack_blocks([Block(BlockKind.PARAGRAPH, text) for text in said]),
        "content_hash": secrets.token_bytes(16),
        "created_at": now,
        "changed_at": now,
        "fetched_at": now,
        "run_id": 1,
        "pending": False,
    }


def _chunk_rows(name: str, said: Sequence[str]) -> Iterator[dict[str, object]]:
    """A chunk for each block."""
    start = 0
    for ordinal, text in enumerate(said):
        yield {
            "document_id": name,
            "version": 1,
            "ordinal": ordinal,
            "text": text,
            "heading_path": [],
            "start": start,
            "end": start + len(text),
            "embedding_key": secrets.token_bytes(16),
        }
        start += len(text) + len("\n\n")
