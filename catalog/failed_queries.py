"""Questions that found nothing good, what callers opened instead, and refused addresses that may help."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, or_, select, text

from catalog.columns import Moment
from catalog.popular_queries import SESSION_MINUTES
from catalog.query_statistics import LOW_CONFIDENCE, Kind, Period, QueryCount, read_top_queries
from catalog.tables import urls
from catalog.vocabulary import Reason, UrlState

MOST_FAILED: Final = 300
"""Questions of each kind, the most frequent ones."""
MOST_REFUSED: Final = 5_000
_REFUSED_BY_RULES: Final = (
    Reason.OUT_OF_SCOPE,
    Reason.TOO_DEEP,
    Reason.TOO_MANY_LINKS,
    Reason.EXCLUDED_BY_CRAWL_FILTER,
    Reason.NOT_INCLUDED_BY_CRAWL_FILTER,
)
"""What another configuration would let through."""

_OPENED_INSTEAD: Final = text(
    """
    WITH asked AS (
        SELECT id, caller, normal, asked_at, total = 0 OR confidence = :low AS failed,
            LEAD(id) OVER next AS next_id, LEAD(normal) OVER next AS next_normal,
            LEAD(asked_at) OVER next AS next_at
        FROM queries
        WHERE asked_at >= :since AND asked_at < :until
            AND "offset" = 0 AND normal <> '' AND caller IS NOT NULL
        WINDOW next AS (PARTITION BY caller ORDER BY asked_at)
    )
    SELECT normal, then_asked, document_id, COUNT(DISTINCT caller) AS callers
    FROM (
        SELECT a.normal, a.normal AS then_asked, c.document_id, a.caller
        FROM asked a JOIN clicks c ON c.query_id = a.id
        WHERE a.failed
        UNION ALL
        SELECT a.normal, a.next_normal, c.document_id, a.caller
        FROM asked a JOIN clicks c ON c.query_id = a.next_id
        WHERE a.failed AND a.next_normal <> a.normal
            AND julianday(a.next_at) - julianday(a.asked_at) <= :minutes / 1440.0
    )
    GROUP BY normal, then_asked, document_id
    """
).bindparams(bindparam("since", type_=Moment()), bindparam("until", type_=Moment()))


@dataclass(frozen=True, slots=True)
class OpenedInstead:
    """After a failed question (in its normal form) so many callers opened a document, of its own results or
    of those of `then_asked`, which they asked next."""

    normal: str
    then_asked: str
    document_id: str
    callers: int


@dataclass(frozen=True, slots=True)
class RefusedUrl:
    """An address that the rules of a connector keep out."""

    url: str
    link_text: str | None
    reason: str


def read_failed_queries(connection: Connection, period: Period) -> tuple[QueryCount, ...]:
    """The most frequent questions without results, and those whose first result is doubtful."""
    kinds = (Kind.ZERO_RESULTS, Kind.LOW_CONFIDENCE)
    found = [each for kind in kinds for each in read_top_queries(connection, period, kind, MOST_FAILED)]
    return tuple(sorted(found, key=lambda each: -each.count))


def read_opened_instead(connection: Connection, period: Period) -> tuple[OpenedInstead, ...]:
    """What was opened in place of what failed questions did not find."""
    given: Mapping[str, object] = {
        "since": period.since,
        "until": period.until,
        "low": LOW_CONFIDENCE,
        "minutes": SESSION_MINUTES,
    }
    return tuple(OpenedInstead(*row) for row in connection.execute(_OPENED_INSTEAD, given))


def read_refused_urls(connection: Connection, words: Collection[str]) -> tuple[RefusedUrl, ...]:
    """Addresses of the ledger (the catalog's) that rules refuse and that have one of `words` (letters and
    digits) in themselves or in a link to them."""
    if not words:
        return ()
    named = [place.ilike(f"%{word}%") for word in words for place in (urls.c.url, urls.c.link_text)]
    statement = (
        select(urls.c.url, urls.c.link_text, urls.c.reason)
        .where(urls.c.state == UrlState.REFUSED, urls.c.reason.in_(_REFUSED_BY_RULES), or_(*named))
        .limit(MOST_REFUSED)
    )
    return tuple(RefusedUrl(*row) for row in connection.execute(statement))
