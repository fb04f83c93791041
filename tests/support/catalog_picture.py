"""What a catalog and its indexes hold, without what is chance: two crawls of one site draw the same picture.

Left out: times and durations, numbers that a database gives, how often a URL was tried, and which of several
ways to a URL was found first (its referrer, depth and `found_by`). Which of equal pages is the document and
which are its copies is chance too: of them only the group counts, and that it has exactly one document; those
that the crawl had made before it met a better one, and took back, are left out.
Bodies must be readable; the indexes must show each chunk of the catalog once, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, select

from catalog.bodies import BodyStore
from catalog.content import unpack_blocks, unpack_links
from catalog.database import Catalog, open_catalog
from catalog.tables import (
    access_lists,
    bodies,
    chunks,
    document_versions,
    documents,
    embeddings,
    page_links,
    refused_links,
    runs,
    urls,
)
from indexer.layout import IndexLayout
from indexer.lexical.reader import LexicalReader
from indexer.serving import read_served
from indexer.vectors.manifest import read_manifest
from indexer.vectors.storing import open_segment
from settings.load import load_settings

Picture = Mapping[str, object]
"""Facts by the place that they are about, such as `ledger http://…/7`."""

_CHANCE = ("bytes", "seconds", "rendered")  # of a run's counts


def picture(config: Path) -> Picture:
    """The picture of a configuration's catalog, and of the indexes made from it."""
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        with catalog.read() as connection:
            return dict(
                (
                    *_ledger(connection),
                    *_documents(connection),
                    *_runs(connection),
                    *_bodies(connection, catalog),
                    *_chunks(connection),
                    *_indexes(connection, IndexLayout(settings.store.directory)),
                )
            )
    finally:
        catalog.close()


def differences(found: Picture, expected: Picture) -> list[str]:
    """What two pictures disagree about, in words."""
    return [
        f"{place}: {found.get(place, 'nothing')!r} instead of {expected.get(place, 'nothing')!r}"
        for place in sorted({*found, *expected})
        if found.get(place) != expected.get(place)
    ]


def _ledger(connection: Connection) -> Iterator[tuple[str, object]]:
    rows = connection.execute(select(urls).order_by(urls.c.url)).all()
    links = {row.url_id: row.links for row in connection.execute(select(page_links))}
    shared = Counter(row.content_hash for row in rows if row.content_hash is not None)
    for row in rows:
        yield f"ledger {row.url}", _verdict(row, is_copy=shared[row.content_hash] > 1)
        if row.id in links:
            yield f"links {row.url}", sorted(unpack_links(links[row.id]))
    refused = select(refused_links.c.host, refused_links.c.reason)
    yield "hosts refused", sorted(tuple(row) for row in connection.execute(refused))


def _verdict(row: Row[*tuple[Any, ...]], *, is_copy: bool) -> object:
    what = (row.content_type, row.size, row.renderer, row.body_hash, row.content_hash)
    if is_copy:
        return ("one of equal pages", what)
    return (row.state, row.reason, row.rule, row.detail, row.document_id, row.status, what)


def _documents(connection: Connection) -> Iterator[tuple[str, object]]:
    former: dict[str, list[tuple[object, ...]]] = {}
    for row in connection.execute(select(document_versions).order_by(document_versions.c.version)):
        former.setdefault(row.document_id, []).append((row.version, row.title, unpack_blocks(row.content)))
    lists = {row.id: (row.allow, row.deny) for row in connection.execute(select(access_lists))}
    rows = connection.execute(select(documents).order_by(documents.c.url)).all()
    equal = Counter((row.content_hash, row.access_id) for row in rows if row.deleted_at is None)
    copies = select(urls.c.content_hash).where(urls.c.state == "duplicate", urls.c.content_hash.is_not(None))
    copied = set(connection.scalars(copies))
    for row in rows:
        is_copied = row.content_hash in copied
        if is_copied and row.deleted_at is not None:
            continue
        said = (
            row.kind,
            row.title,
            row.language,
            {name: value for name, value in row.fields.items() if name != "url" or not is_copied},
            unpack_blocks(row.content),
            lists[row.access_id],
            row.version,
            row.deleted_at is not None,
            row.pending,
            former.get(row.id),
        )
        name = f"content {row.content_hash.hex()}" if is_copied else f"document {row.url}"
        yield name, (said, equal[row.content_hash, row.access_id])


def _runs(connection: Connection) -> Iterator[tuple[str, object]]:
    for number, row in enumerate(connection.execute(select(runs).order_by(runs.c.id))):
        counts = {name: value for name, value in row.counts.items() if name not in _CHANCE}
        yield f"run {number}", (row.mode, row.state, row.limit_reached, row.error, row.holder, counts)


def _bodies(connection: Connection, catalog: Catalog) -> Iterator[tuple[str, object]]:
    store = BodyStore(catalog.directory)
    for name in connection.scalars(select(bodies.c.hash)):
        yield f"body {name.hex()}", store.get(connection, name) is not None  # raises for a damaged one


def _chunks(connection: Connection) -> Iterator[tuple[str, object]]:
    """By what they say: which of equal pages they are of is chance."""
    rows = connection.execute(
        select(chunks.c.ordinal, chunks.c.text, chunks.c.embedding_key, documents.c.content_hash).join(
            documents, documents.c.id == chunks.c.document_id
        )
    )
    for row in rows:
        yield f"chunk {row.content_hash.hex()} {row.ordinal}", (row.text, row.embedding_key.hex())
    kept = set(connection.scalars(select(embeddings.c.key)))
    yield "embeddings", sorted(key.hex() for key in kept)


def _indexes(connection: Connection, layout: IndexLayout) -> Iterator[tuple[str, object]]:
    known = Counter({int(number): 1 for number in connection.scalars(select(chunks.c.id))})
    shown: Counter[int] = Counter()
    for manifest_file in sorted(layout.index.glob("*/vectors/manifest.json")):
        manifest = read_manifest(manifest_file.parent)
        for entry in () if manifest is None else manifest.segments:
            segment = open_segment(manifest_file.parent, entry)
            shown.update(int(number) for number in segment.chunk_ids[np.flatnonzero(segment.access)])
    yield "chunks that the vector index lacks", len(known - shown)
    yield "chunks that it shows twice or wrongly", len(shown - known)
    build = read_served(layout)
    snapshot = None if build is None else LexicalReader.open(build.lexical).snapshot
    yield "documents in the lexical index", 0 if snapshot is None else snapshot.document_count
