"""Documents in whose place a run found something else (`IMPOSTORS`): they are kept, and counted by host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select

from catalog.tables import documents, urls
from catalog.vocabulary import IMPOSTORS, Reason, UrlState

_STANDING = (UrlState.INDEXED, UrlState.UNCHANGED, UrlState.DUPLICATE)


@dataclass(frozen=True, slots=True)
class QuarantinedHost:
    """A host's documents that a run found replaced, by what stood there, and those that it found well."""

    host: str
    replaced: Mapping[Reason, int]
    well: int = 0


def quarantined_hosts(connection: Connection, connector_id: int, run_id: int) -> tuple[QuarantinedHost, ...]:
    """The hosts on which a run found documents replaced, those with most of them first."""
    found = _of_living(connector_id, run_id).where(
        urls.c.state == UrlState.REFUSED, urls.c.reason.in_(sorted(IMPOSTORS))
    )
    replaced = defaultdict[str, dict[Reason, int]](dict)
    for row in connection.execute(found):
        replaced[row.host][Reason(row.reason)] = row.number
    if not replaced:
        return ()
    standing = _of_living(connector_id, run_id).where(urls.c.state.in_(_STANDING))
    well = defaultdict[str, int](int)
    for row in connection.execute(standing):
        well[row.host] += row.number
    hosts = (QuarantinedHost(host, reasons, well[host]) for host, reasons in replaced.items())
    return tuple(sorted(hosts, key=lambda each: (-sum(each.replaced.values()), each.host)))


def _of_living(connector_id: int, run_id: int) -> Select[tuple[str, str | None, int]]:
    """Living documents whose addresses a run visited, counted by host and reason."""
    return (
        select(urls.c.host, urls.c.reason, func.count().label("number"))
        .join(documents, documents.c.url_id == urls.c.id)
        .where(
            documents.c.connector_id == connector_id,
            documents.c.deleted_at.is_(None),
            urls.c.run_id == run_id,
        )
        .group_by(urls.c.host, urls.c.reason)
    )
