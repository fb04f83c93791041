"""Rows that the tests put into a catalog by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert

from catalog.connectors import connector_id
from catalog.content import pack_blocks
from catalog.document import Block, BlockKind, document_id, url_key
from catalog.tables import chunks, documents, urls
from catalog.vocabulary import PUBLIC

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def add_url(connection: Connection, url: str, *, connector: str = "intranet", **columns: Any) -> int:
    """A ledger row, indexed at depth 0 unless said otherwise; returns its id."""
    row = {
        "connector_id": connector_id(connection, connector),
        "key": url_key(connector, url),
        "url": url,
        "host": url.split("/")[2],
        "depth": 0,
        "found_by": "seed",
        "run_id": 1,
        "state": "indexed",
    } | columns
    made = connection.execute(insert(urls).values(row))
    assert made.inserted_primary_key is not None
    number: int = made.inserted_primary_key[0]
    return number


def add_document(connection: Connection, url: str, *, connector: str = "intranet", **columns: Any) -> str:
    """A public document of one paragraph; returns its id."""
    name = document_id(connector, url)
    row = {
        "id": name,
        "connector_id": connector_id(connection, connector),
        "url_id": 1,
        "url": url,
        "kind": "page",
        "version": 1,
        "title": f"About {url}",
        "language": "en",
        "fields": {},
        "content": pack_blocks([Block(BlockKind.PARAGRAPH, f"The text of {url}")]),
        "content_hash": bytes(16),
        "access_id": PUBLIC,
        "created_at": NOON,
        "changed_at": NOON,
        "fetched_at": NOON,
        "run_id": 1,
        "pending": True,
    } | columns
    connection.execute(insert(documents).values(row))
    return name


def add_chunks(connection: Connection, document: str, number: int) -> None:
    """Chunks of a document, all of them short."""
    connection.execute(
        insert(chunks),
        [
            {
                "document_id": document,
                "version": 1,
                "ordinal": ordinal,
                "text": f"part {ordinal}",
                "heading_path": [],
                "start": ordinal,
                "end": ordinal + 1,
                "embedding_key": bytes(16),
            }
            for ordinal in range(number)
        ],
    )
