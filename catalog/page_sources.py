"""What rendered pages were made of (`crawler.rendering.sources`), by the ids of their URLs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from catalog.dialect import put
from catalog.tables import page_sources


def save_sources(connection: Connection, sources: Sequence[tuple[int, bytes]]) -> None:
    """Keep what pages were made of, instead of what is known of them so far."""
    put(connection, page_sources, ({"url_id": url_id, "sources": packed} for url_id, packed in sources))


def read_sources(connection: Connection, url_id: int) -> bytes | None:
    """What a page was made of when it was rendered last, or None."""
    return connection.scalar(select(page_sources.c.sources).where(page_sources.c.url_id == url_id))
