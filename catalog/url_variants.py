"""What was learned of addresses that differ and show the same, per site (`crawler.variants`): kept for the
next run, and proved by what the ledger knows of two addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update

from catalog.copies import resembles
from catalog.dialect import put
from catalog.learned_tables import url_variants
from catalog.resemblance import NEARLY_ALL
from catalog.tables import urls
from catalog.vocabulary import Reason, UrlState


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """What is known of one step towards the normal form of addresses (`crawler.variants.forms.Step`).

    `host` is that of the site without ``www.``. `pages` were seen alike with and without it; `refuted` names
    the addresses that showed it to matter after all.
    """

    host: str
    kind: str
    name: str
    pages: int
    refuted: str | None = None


def load_variants(connection: Connection, connector_id: int) -> tuple[VariantRecord, ...]:
    """What is known of a connector's sites."""
    columns = url_variants.c
    known = select(columns.host, columns.kind, columns.name, columns.pages, columns.refuted)
    found = known.where(columns.connector_id == connector_id).order_by(
        columns.host, columns.kind, columns.name
    )
    return tuple(VariantRecord(*row) for row in connection.execute(found))


def save_variants(
    connection: Connection, connector_id: int, run_id: int, records: Iterable[VariantRecord]
) -> None:
    """Keep what this run found out, in place of what was known."""
    rows = (
        {
            "connector_id": connector_id,
            "host": record.host,
            "kind": record.kind,
            "name": record.name,
            "run_id": run_id,
            "pages": record.pages,
            "refuted": record.refuted,
        }
        for record in records
    )
    put(connection, url_variants, rows)


class Likeness(Enum):
    """What the ledger says of two addresses."""

    SAME = auto()
    DIFFERENT = auto()
    UNCLEAR = auto()  # nearly the same, or nothing that says much
    NOT_YET = auto()  # the second one was not visited yet


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two addresses are: the ids of their rows, the depth of the first, and the hash of what the
    second shows."""

    likeness: Likeness
    ids: tuple[int, int] = (0, 0)
    depth: int = 0
    content: bytes | None = None


_READ: Final = frozenset({UrlState.INDEXED.value, UrlState.UNCHANGED.value, UrlState.DUPLICATE.value})
_CAME_TO_NOTHING: Final = frozenset({UrlState.GONE.value, UrlState.REFUSED.value, UrlState.REDIRECT.value})

AnyRow = Row[*tuple[Any, ...]]


def compare(connection: Connection, run_id: int, variant: bytes, other: bytes) -> Comparison:
    """What this run's visits of two addresses, given by their keys, say of them.

    The same is what equal pages are (`catalog.copies`): enough text, and equal, for the same readers; or what
    a canonical link was found to be right about. A page whose other address leads to no page is different.
    """
    columns = (
        urls.c.id,
        urls.c.key,
        urls.c.depth,
        urls.c.state,
        urls.c.reason,
        urls.c.rule,
        urls.c.content_hash,
        urls.c.sketch,
        urls.c.document_id,
    )
    met = select(*columns).where(
        urls.c.key.in_([variant, other]), urls.c.run_id == run_id, urls.c.state != UrlState.QUEUED
    )
    rows = {row.key: row for row in connection.execute(met)}
    if variant not in rows or other not in rows:
        return Comparison(Likeness.NOT_YET)
    one, two = rows[variant], rows[other]
    return Comparison(_likeness(one, two), (one.id, two.id), one.depth, two.content_hash)


def _likeness(one: AnyRow, two: AnyRow) -> Likeness:
    if one.state not in _READ or _by_rule(one) or _by_rule(two):
        return Likeness.UNCLEAR
    if two.state in _CAME_TO_NOTHING:
        return Likeness.UNCLEAR if one.document_id == two.document_id else Likeness.DIFFERENT
    if two.state not in _READ or one.content_hash is None or two.content_hash is None:
        return Likeness.UNCLEAR
    if one.content_hash == two.content_hash:
        is_copy = UrlState.DUPLICATE in {one.state, two.state}
        return Likeness.SAME if is_copy else Likeness.UNCLEAR
    if one.reason == Reason.CANONICAL_ELSEWHERE and one.document_id == two.document_id:
        return Likeness.SAME
    alike = resembles(one.sketch, two.sketch, NEARLY_ALL)
    return Likeness.UNCLEAR if alike else Likeness.DIFFERENT


def _by_rule(row: AnyRow) -> bool:
    return bool(row.state == UrlState.DUPLICATE and row.reason == Reason.DUPLICATE_OF and row.rule)


def recognised() -> ColumnElement[bool]:
    """Whether a row of the ledger was taken for a variant of another address without a request."""
    return and_(
        urls.c.state == UrlState.DUPLICATE, urls.c.reason == Reason.DUPLICATE_OF, urls.c.rule.is_not(None)
    )


def count_recognised(connection: Connection, connector_id: int, run_id: int) -> int:
    """How many addresses this run did not ask for, since they are variants of others."""
    of_run = and_(urls.c.connector_id == connector_id, urls.c.run_id == run_id)
    return connection.scalar(select(func.count()).select_from(urls).where(of_run, recognised())) or 0


def refuted_in(connection: Connection, connector_id: int, run_id: int) -> tuple[VariantRecord, ...]:
    """What this run found to matter after all."""
    columns = url_variants.c
    found = select(columns.host, columns.kind, columns.name, columns.pages, columns.refuted).where(
        columns.connector_id == connector_id, columns.run_id == run_id, columns.refuted.is_not(None)
    )
    return tuple(VariantRecord(*row) for row in connection.execute(found))


def requeue_recognised(connection: Connection, connector_id: int, run_id: int, host: str, words: str) -> int:
    """Queue what this run took for variants on a site by a rule with these words; return how many.

    Each is asked for as it was met.
    """
    of_site = and_(
        urls.c.connector_id == connector_id, urls.c.run_id == run_id, urls.c.host.in_([host, f"www.{host}"])
    )
    by_rule = and_(recognised(), urls.c.rule.contains(words, autoescape=True))
    again = update(urls).where(of_site, by_rule)
    nothing = {"reason": None, "rule": None, "detail": None, "document_id": None}
    return int(connection.execute(again.values(state=UrlState.QUEUED.value, **nothing)).rowcount)
