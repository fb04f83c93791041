"""The decision of `catalog.due` as a condition over rows of `urls`, so that the database finds what is due.

`tests/catalog/test_due_rows.py` holds both to the same answers.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, cast, extract, func, literal, or_, select

from catalog.change_rate import PRIOR_CHANGES, PRIOR_INTERVALS, PRIOR_SECONDS
from catalog.due import LIKELY, SITEMAP_TRUST, STARTS
from catalog.tables import hubs, urls
from catalog.vocabulary import PASSING, UrlState

_DAY = 86_400.0


def is_due(now: datetime, dialect: str) -> ColumnElement[bool]:
    """Whether an incremental run that begins `now` visits a known URL."""
    said = urls.c.sitemap_lastmod
    return or_(
        urls.c.state.in_((UrlState.QUEUED, UrlState.FAILED)),
        urls.c.reason.in_(sorted(PASSING)),
        urls.c.fetched_at.is_(None),
        urls.c.found_by.in_(sorted(STARTS)),
        urls.c.id.in_(select(hubs.c.url_id)),
        said > urls.c.fetched_at,
        and_(or_(said.is_(None), urls.c.fetched_at <= now - SITEMAP_TRUST), _rather_changed(now, dialect)),
    )


def _rather_changed(now: datetime, dialect: str) -> ColumnElement[bool]:
    """Whether the probability of a change reaches `LIKELY`: where rate · since ≥ −ln(1 − LIKELY)."""
    visits = case((urls.c.visits > 1, urls.c.visits - 1), else_=0)
    changes = case((urls.c.changes < visits, urls.c.changes), else_=visits)
    n = visits + PRIOR_INTERVALS
    rate = -func.ln((n - (changes + PRIOR_CHANGES) + 0.5) / (n + 0.5)) * n
    first_read_at = func.coalesce(urls.c.first_read_at, urls.c.fetched_at)
    # One expression, not a case of two: reading moments is what a scan of a large ledger spends its time on.
    greatest = func.greatest if dialect == "postgresql" else func.max
    seconds = greatest(_seconds(first_read_at, urls.c.fetched_at, dialect), 0.0) + PRIOR_SECONDS
    since = _seconds(urls.c.fetched_at, literal(now, urls.c.fetched_at.type), dialect)
    return rate * since >= -math.log1p(-LIKELY) * seconds


def _seconds(begin: ColumnElement[Any], end: ColumnElement[Any], dialect: str) -> ColumnElement[float]:
    if dialect == "postgresql":
        return cast(extract("epoch", end - begin), Float)
    return (func.julianday(end) - func.julianday(begin)) * _DAY
