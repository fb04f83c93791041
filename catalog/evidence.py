"""What a run's visits say against documents: their URLs were found gone, excluded, or leading elsewhere."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_

from catalog.tables import urls
from catalog.vocabulary import Reason, UrlState

# A refused login, a failure or a redirect to nowhere is no evidence: those keep a document.
_EVIDENCE: Final = (
    Reason.NOINDEX,
    Reason.OUT_OF_SCOPE,
    Reason.TOO_DEEP,
    Reason.ROBOTS_DISALLOWED,
    Reason.EXCLUDED_BY_CRAWL_FILTER,
    Reason.NOT_INCLUDED_BY_CRAWL_FILTER,
    Reason.EXCLUDED_BY_INDEX_FILTER,
    Reason.NOT_INCLUDED_BY_INDEX_FILTER,
    Reason.EXCLUDED_BY_FILE_FILTER,
    Reason.NOT_INCLUDED_BY_FILE_FILTER,
    Reason.FILE_TYPE_NOT_WANTED,
    Reason.ATTACHMENTS_OFF,
)

LEADS_ELSEWHERE: Final = (UrlState.DUPLICATE, UrlState.REDIRECT)


def ended(row: FromClause, run_id: int) -> ColumnElement[bool]:
    """Whether a ledger row (of `urls` or an alias) says that this run found its URL gone or excluded."""
    excluded = and_(row.c.state == UrlState.REFUSED, row.c.reason.in_(_EVIDENCE))
    return and_(row.c.run_id == run_id, or_(row.c.state == UrlState.GONE, excluded))


def stands(document: FromClause, run_id: int) -> ColumnElement[bool]:
    """Whether a document (of `documents` or an alias) lives and this run found nothing else at its URL.

    Only such a document can be the original of a copy or replace another: one that is about to go, or
    that its own URL leads away from, would take the content with it.
    """
    own = urls.alias()
    elsewhere = and_(own.c.run_id == run_id, own.c.state.in_(LEADS_ELSEWHERE))
    found_otherwise = exists().where(own.c.id == document.c.url_id, or_(ended(own, run_id), elsewhere))
    return and_(document.c.deleted_at.is_(None), ~found_otherwise)
