"""Whether an incremental run visits a URL that is known, and why: a pure decision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from catalog.change_rate import ChangeRate, estimate
from catalog.task import FoundBy
from catalog.vocabulary import PASSING, UrlState

LIKELY: Final = 0.5
"""A page is visited as soon as it has rather changed than not."""

SITEMAP_TRUST: Final = timedelta(days=30)
"""How long a sitemap that says nothing new of a page is believed; then the page is visited by its rate."""

STARTS: Final = frozenset({FoundBy.SEED, FoundBy.SITEMAP_FILE})
"""Crawls begin at what was found so: every run visits it."""
_DATE_ALONE: Final = timedelta(days=1)  # many sitemaps give the day without the time


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What the ledger keeps of a URL that bears on when to visit it again; moments are aware.

    `is_hub` says that many other URLs were found on it. `sitemap_lastmod` is what a sitemap or feed said.
    """

    state: str
    found_by: str
    visits: int = 0
    changes: int = 0
    first_read_at: datetime | None = None
    fetched_at: datetime | None = None
    sitemap_lastmod: datetime | None = None
    is_hub: bool = False
    reason: str | None = None

    @property
    def rate(self) -> ChangeRate:
        """How often it changes, by its history."""
        watched = timedelta()
        if self.first_read_at is not None and self.fetched_at is not None:
            watched = self.fetched_at - self.first_read_at
        return estimate(self.visits - 1, self.changes, watched)


@dataclass(frozen=True, slots=True)
class Due:
    """A yes or no, and its reason in words for people.

    `at` is the moment from which on a no becomes a yes, should nothing else be learned until then.
    """

    is_due: bool
    because: str
    at: datetime | None = None


def due(page: KnownPage, now: datetime) -> Due:
    """Whether an incremental run that begins `now` visits a known page."""
    if page.state == UrlState.QUEUED or page.fetched_at is None:
        return Due(True, "it was never visited")
    if (always := _always(page)) is not None:
        return Due(True, always)
    if page.sitemap_lastmod is not None:
        if page.sitemap_lastmod > page.fetched_at:
            return Due(True, f"its sitemap says that it changed on {page.sitemap_lastmod:%Y-%m-%d}")
        trusted_until = page.fetched_at + SITEMAP_TRUST
        if now < trusted_until:
            later = max(trusted_until, _likely_from(page, page.fetched_at))
            return Due(False, "its sitemap says nothing of a change since its last visit", later)
    return _by_rate(page, page.fetched_at, now)


def _always(page: KnownPage) -> str | None:
    if page.found_by in STARTS:
        return "crawls begin here"
    if page.state == UrlState.FAILED:
        return "its last visit failed"
    if page.reason in PASSING:
        return "what stood there last passes by itself"
    return "many pages were found on it, and new ones may be" if page.is_hub else None


def _by_rate(page: KnownPage, fetched_at: datetime, now: datetime) -> Due:
    since = now - fetched_at
    likely = page.rate.probability_of_change(since) >= LIKELY
    said = f"it changes about every {_in_words(page.rate.mean)} and was visited {_in_words(since)} ago"
    return Due(likely, said, None if likely else _likely_from(page, fetched_at))


def _likely_from(page: KnownPage, fetched_at: datetime) -> datetime:
    """When it will rather have changed than not."""
    return fetched_at - math.log1p(-LIKELY) * page.rate.mean


def is_newer(lastmod: datetime, known: datetime | None, fetched_at: datetime | None) -> bool:
    """Whether what a sitemap says of a page now is news: it says something else than before.

    Of a page of which it had said nothing, that it changed after the last visit, or on the day of it.
    """
    if fetched_at is None:
        return True
    if known is not None:
        return lastmod != known
    return lastmod > fetched_at - _DATE_ALONE


def _in_words(time: timedelta) -> str:
    days = time.total_seconds() / 86_400
    if days >= 1.5:
        return f"{days:,.0f} days"
    hours = time.total_seconds() / 3_600
    return f"{hours:.0f} hours" if hours >= 1.5 else f"{max(hours * 60, 0):.0f} minutes"
