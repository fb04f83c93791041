"""The answer of `/v1/analytics`: what was asked, opened and missed over a period."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from catalog.failed_queries import read_failed_queries, read_opened_instead, read_refused_urls
from catalog.query_statistics import (
    Kind,
    Period,
    QueryCount,
    Tally,
    read_days,
    read_latencies,
    read_tally,
    read_top_documents,
    read_top_queries,
)
from indexer.retrieval.dense import Embedded
from search_api.analytics.gaps import MOST_SHOWN, Gap, clustered, proposed_seeds, proposed_synonyms
from search_api.backend import Source

LONGEST_DAYS: Final = 366
"""What one report may span."""
_FROZEN: Final = ConfigDict(frozen=True)


class Totals(BaseModel):
    """What some questions come to."""

    model_config = _FROZEN

    queries: int
    callers: int = Field(description="Different ones, as far as they can be told apart.")
    zero_results: int
    low_confidence: int = Field(description="With results, of which the first is doubtful.")
    no_clicks: int = Field(description="With results, of which none was opened.")
    answered: int = Field(description="With an answer above the results.")
    clicks: int
    click_position: float | None = Field(description="The mean, from 1.")


class Day(Totals):
    """A day of UTC."""

    day: date


class Latency(BaseModel):
    """Percentiles of the milliseconds that an answer took."""

    model_config = _FROZEN

    p50: float | None
    p95: float | None
    p99: float | None


class AskedQuery(BaseModel):
    """A question as typed last; what differs in case, spaces or outer punctuation counts as one."""

    model_config = _FROZEN

    query: str
    count: int
    callers: int
    clicks: int
    click_position: float | None


class OpenedDocument(BaseModel):
    """A document that was opened from results; its title and address only for those who may read it."""

    model_config = _FROZEN

    id: str
    title: str | None
    url: str | None
    clicks: int


class SeedProposal(BaseModel):
    """An address that a connector's rules refuse and that has words of the questions."""

    model_config = _FROZEN

    url: str
    link_text: str | None
    reason: str


class SynonymProposal(BaseModel):
    """A word of the questions, one of what was opened instead, and how many callers went that way."""

    model_config = _FROZEN

    words: tuple[str, str]
    callers: int


class ContentGap(BaseModel):
    """Questions that mean the same and found nothing good."""

    model_config = _FROZEN

    question: str = Field(description="The most frequent of them.")
    count: int
    questions: list[AskedQuery]
    seeds: list[SeedProposal]
    synonyms: list[SynonymProposal]


class AnalyticsAnswer(BaseModel):
    """What was asked from the day `since` to the day `until`, both counted."""

    model_config = _FROZEN

    since: date
    until: date
    totals: Totals
    latency_ms: Latency
    days: list[Day]
    queries: list[AskedQuery]
    zero_results: list[AskedQuery]
    low_confidence: list[AskedQuery]
    no_clicks: list[AskedQuery]
    documents: list[OpenedDocument]
    gaps: list[ContentGap]


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days of UTC, both ends counted."""

    since: date
    until: date

    @property
    def period(self) -> Period:
        """The same as moments."""
        return Period(_midnight(self.since), _midnight(self.until + timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a report reads: the query log, the catalog, the documents that its reader may see, the model."""

    log: Callable[[], AbstractContextManager[Connection]]
    catalog: Callable[[], AbstractContextManager[Connection]]
    documents: Callable[[Collection[str]], Mapping[str, Source]]
    embed: Callable[[Sequence[str]], Embedded | None]


def analytics(sources: Sources, days: Days, limit: int) -> AnalyticsAnswer:
    """The report of some days with lists of up to `limit` entries."""
    period = days.period
    with sources.log() as connection:
        lists = {kind: read_top_queries(connection, period, kind, limit) for kind in Kind}
        opened = read_top_documents(connection, period, limit)
        latencies = read_latencies(connection, period)
        totals, by_day = read_tally(connection, period), read_days(connection, period)
    known = sources.documents(opened)
    return AnalyticsAnswer(
        since=days.since,
        until=days.until,
        totals=_totals(totals),
        latency_ms=Latency(p50=latencies[50], p95=latencies[95], p99=latencies[99]),
        days=[Day(day=day, **asdict(tally)) for day, tally in by_day.items()],
        documents=[_opened(name, count, known.get(name)) for name, count in opened.items()],
        gaps=[_gap(each) for each in _gaps(sources, period, limit)],
        **{kind.value: _asked(found) for kind, found in lists.items()},
    )


def _gaps(sources: Sources, period: Period, limit: int) -> list[Gap]:
    """The largest gaps with what may help; one address or pair of words may be proposed for several."""
    with sources.log() as connection:
        failed = read_failed_queries(connection, period)
        opened = read_opened_instead(connection, period)
    embedded = sources.embed([each.query for each in failed]) if failed else None
    gaps = clustered(failed, None if embedded is None else embedded.vectors)[:limit]
    with sources.catalog() as connection:
        refused = read_refused_urls(connection, {word for gap in gaps for word in gap.words})
    readable = sources.documents({each.document_id for each in opened})
    titles = {name: document.title for name, document in readable.items()}
    known = [each for each in opened if each.document_id in titles]
    return [
        replace(gap, seeds=proposed_seeds(gap, refused), synonyms=proposed_synonyms(gap, known, titles))
        for gap in gaps
    ]


def _totals(tally: Tally) -> Totals:
    return Totals(**asdict(tally))


def _asked(found: Iterable[QueryCount]) -> list[AskedQuery]:
    return [AskedQuery(**asdict(each)) for each in found]


def _opened(name: str, count: int, source: Source | None) -> OpenedDocument:
    return OpenedDocument(id=name, title=source and source.title, url=source and source.url, clicks=count)


def _gap(gap: Gap) -> ContentGap:
    return ContentGap(
        question=gap.questions[0].query,
        count=gap.count,
        questions=_asked(gap.questions[:MOST_SHOWN]),
        seeds=[SeedProposal(**asdict(each)) for each in gap.seeds],
        synonyms=[SynonymProposal(words=each.words, callers=each.callers) for each in gap.synonyms],
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
