"""The links of each page, and the hosts that links lead to but the scope leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from catalog.dialect import insert_or
from catalog.tables import page_links, refused_links
from catalog.vocabulary import Reason

EXAMPLES_PER_HOST: Final = 5


@dataclass(frozen=True, slots=True)
class HostRefused:
    """Links of one page to one host out of scope: no ledger row each, but a counter and some examples."""

    host: str
    reason: Reason
    count: int
    examples: tuple[str, ...]


def save_links(connection: Connection, links: Sequence[tuple[int, bytes]]) -> None:
    """Keep the packed links (`catalog.content.pack_links`) of pages, given by the ids of their URLs."""
    if not links:
        return
    insert = insert_or(connection, page_links)
    statement = insert.on_conflict_do_update(
        index_elements=[page_links.c.url_id], set_={"links": insert.excluded.links}
    )
    connection.execute(statement, [{"url_id": url_id, "links": packed} for url_id, packed in links])


def read_links(connection: Connection, url_id: int) -> bytes | None:
    """The packed links of a page as it was last read, or None."""
    return connection.scalar(select(page_links.c.links).where(page_links.c.url_id == url_id))


def count_refused_hosts(
    connection: Connection, connector_id: int, run_id: int, refused: Sequence[HostRefused]
) -> None:
    """Add to the counters of hosts out of scope; those of an earlier run start anew."""
    merged: dict[tuple[str, str], HostRefused] = {}
    for item in refused:
        before = merged.get((item.host, item.reason))
        merged[item.host, item.reason] = item if before is None else _together(before, item)
    if not merged:
        return
    known = {
        (row.host, row.reason): row
        for row in connection.execute(
            select(refused_links).where(
                refused_links.c.connector_id == connector_id,
                refused_links.c.host.in_({host for host, _ in merged}),
                refused_links.c.run_id == run_id,
            )
        )
    }
    rows = []
    for key, item in merged.items():
        row = known.get(key)
        if row is not None:
            before = HostRefused(item.host, item.reason, row._mapping["count"], tuple(row.examples))
            item = _together(before, item)  # noqa: PLW2901 - the sum is what the row says
        rows.append(
            {
                "connector_id": connector_id,
                "host": item.host,
                "reason": item.reason,
                "run_id": run_id,
                "count": item.count,
                "examples": list(item.examples),
            }
        )
    insert = insert_or(connection, refused_links)
    statement = insert.on_conflict_do_update(
        index_elements=["connector_id", "host", "reason"],
        set_={name: insert.excluded[name] for name in ("run_id", "count", "examples")},
    )
    connection.execute(statement, rows)


def _together(first: HostRefused, second: HostRefused) -> HostRefused:
    examples = tuple(dict.fromkeys(first.examples + second.examples))[:EXAMPLES_PER_HOST]
    return HostRefused(first.host, first.reason, first.count + second.count, examples)
