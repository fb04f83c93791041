"""Blocks that the pages of a host share (`extract.boilerplate`): found over documents, kept for later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, select, update

from catalog.content import pack_blocks, unpack_blocks
from catalog.dialect import fitting, put
from catalog.document import Block, DocumentKind
from catalog.learned_tables import boilerplate
from catalog.tables import documents, urls

SAMPLE: Final = 2_000
"""Pages of a host that are looked at: those whose documents' ids, which are hashes, come first. So the same
ones are, whatever the order of a crawl, and memory is bounded."""

MOST_KEPT: Final = 20_000
"""Blocks of a connector that are known again, those first that most pages have."""

_PORTION: Final = 500


def load_boilerplate(connection: Connection, connector_id: int) -> dict[str, frozenset[int]]:
    """The fingerprints of shared blocks by host."""
    kept = (
        select(boilerplate.c.host, boilerplate.c.fingerprint)
        .where(boilerplate.c.connector_id == connector_id)
        .order_by(boilerplate.c.pages.desc(), boilerplate.c.host, boilerplate.c.fingerprint)
        .limit(MOST_KEPT)
    )
    found: defaultdict[str, set[int]] = defaultdict(set)
    for row in connection.execute(kept):
        found[row.host].add(row.fingerprint)
    return {host: frozenset(marks) for host, marks in found.items()}


def save_boilerplate(connection: Connection, connector_id: int, host: str, pages: Mapping[int, int]) -> None:
    """Keep what was found of a host: fingerprints, and how many pages have each."""
    rows = (
        {
            "connector_id": connector_id,
            "host": fitting(host, boilerplate.c.host),
            "fingerprint": mark,
            "pages": number,
        }
        for mark, number in pages.items()
    )
    put(connection, boilerplate, rows)


def hosts_with_new_pages(connection: Connection, connector_id: int, run_id: int) -> list[str]:
    """The hosts on which this run found documents that are new or say something else."""
    found = (
        select(urls.c.host)
        .join(documents, documents.c.url_id == urls.c.id)
        .where(_pages_of(connector_id), documents.c.run_id == run_id, documents.c.pending)
        .distinct()
        .order_by(urls.c.host)
    )
    return list(connection.scalars(found))


def sample_pages(connection: Connection, connector_id: int, host: str) -> list[tuple[Block, ...]]:
    """The blocks of up to `SAMPLE` pages of a host."""
    found = _content_of(connector_id, host).order_by(documents.c.id).limit(SAMPLE)
    return [unpack_blocks(row.content) for row in connection.execute(found)]


def rewrite_pages(
    connection: Connection,
    connector_id: int,
    host: str,
    rewritten: Callable[[Sequence[Block]], Sequence[Block]],
) -> int:
    """Store anew those pages of a host that come out otherwise, and tell the indexer; return how many.

    What the pages said when they were read is the same as before: neither their hash nor the time of their
    last change moves.
    """
    changed = 0
    for portion in _portions(connection, connector_id, host):
        rows = []
        for name, content in portion:
            blocks = unpack_blocks(content)
            kept = rewritten(blocks)
            if len(kept) < len(blocks):
                rows.append({"document_id": name, "new_content": pack_blocks(kept)})
        if rows:
            connection.execute(_REWRITE, rows)
        changed += len(rows)
    return changed


def _portions(connection: Connection, connector_id: int, host: str) -> Iterator[Sequence[tuple[str, bytes]]]:
    last = ""
    while rows := connection.execute(
        _content_of(connector_id, host).where(documents.c.id > last).order_by(documents.c.id).limit(_PORTION)
    ).all():
        last = rows[-1].id
        yield [(row.id, row.content) for row in rows]


def _pages_of(connector_id: int) -> Any:
    return and_(
        documents.c.connector_id == connector_id,
        documents.c.kind == DocumentKind.PAGE.value,
        documents.c.deleted_at.is_(None),
    )


def _content_of(connector_id: int, host: str) -> Any:
    of_host = and_(_pages_of(connector_id), urls.c.host == host)
    return (
        select(documents.c.id, documents.c.content).join(urls, urls.c.id == documents.c.url_id).where(of_host)
    )


_REWRITE: Final = (
    update(documents)
    .where(documents.c.id == bindparam("document_id"))
    .values(content=bindparam("new_content"), version=documents.c.version + 1, pending=True)
)
