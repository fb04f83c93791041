"""The links of each page, and the hosts that links lead to but the scope leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, select

from catalog.dialect import fitting, put
from catalog.tables import page_links, refused_links
from catalog.visit import EXAMPLES_PER_HOST, HostRefused
from catalog.vocabulary import Reason

_BATCH: Final = 500  # hosts or ids in one IN list: below every engine's limit of bound variables


def save_links(connection: Connection, links: Sequence[tuple[int, bytes]]) -> None:
    """Keep the packed links (`catalog.content.pack_links`) of pages, given by the ids of their URLs."""
    put(connection, page_links, ({"url_id": url_id, "links": packed} for url_id, packed in links))


def read_links_of(connection: Connection, url_ids: Sequence[int]) -> dict[int, bytes]:
    """The packed links of some pages, by the ids of their URLs; pages of which none are kept are left out."""
    found: dict[int, bytes] = {}
    for start in range(0, len(url_ids), _BATCH):
        known = select(page_links.c.url_id, page_links.c.links).where(
            page_links.c.url_id.in_(url_ids[start : start + _BATCH])
        )
        found.update((row.url_id, row.links) for row in connection.execute(known))
    return found


def count_refused_hosts(
    connection: Connection, connector_id: int, run_id: int, refused: Sequence[HostRefused]
) -> None:
    """Add to the counters of hosts out of scope; those of an earlier run start anew."""
    sums: dict[tuple[str, str], HostRefused] = {}
    for item in refused:
        host = fitting(item.host, refused_links.c.host)
        before = sums.get((host, item.reason))
        sums[host, item.reason] = item if before is None else _together(before, item)
    if not sums:
        return
    for before in _counted(connection, connector_id, run_id, sorted({host for host, _ in sums})):
        if (before.host, before.reason) in sums:
            sums[before.host, before.reason] = _together(before, sums[before.host, before.reason])
    rows = [
        {
            "connector_id": connector_id,
            "host": host,
            "reason": reason,
            "run_id": run_id,
            "count": item.count,
            "examples": list(item.examples),
        }
        for (host, reason), item in sums.items()
    ]
    put(connection, refused_links, rows)


def _counted(
    connection: Connection, connector_id: int, run_id: int, hosts: Sequence[str]
) -> Iterator[HostRefused]:
    """What this run has counted so far for these hosts."""
    for start in range(0, len(hosts), _BATCH):
        known = select(refused_links).where(
            refused_links.c.connector_id == connector_id,
            refused_links.c.host.in_(hosts[start : start + _BATCH]),
            refused_links.c.run_id == run_id,
        )
        for row in connection.execute(known):
            yield HostRefused(row.host, Reason(row.reason), row._mapping["count"], tuple(row.examples))


def _together(first: HostRefused, second: HostRefused) -> HostRefused:
    examples = tuple(dict.fromkeys(first.examples + second.examples))[:EXAMPLES_PER_HOST]
    return HostRefused(first.host, first.reason, first.count + second.count, examples)
