"""The lists of an analytics report as tables, for CSV and the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from search_api.analytics.report import AnalyticsAnswer

Row = tuple[object, ...]


class Table(StrEnum):
    """A list of the report."""

    DAYS = "days"
    QUERIES = "queries"
    ZERO_RESULTS = "zero_results"
    LOW_CONFIDENCE = "low_confidence"
    NO_CLICKS = "no_clicks"
    DOCUMENTS = "documents"
    GAPS = "gaps"


def rows(report: AnalyticsAnswer, table: Table) -> Iterator[Row]:
    """The headings, then an entry a row; what a gap lists is parted by ` | `."""
    if table is Table.GAPS:
        yield ("question", "count", "questions", "seeds", "synonyms")
        for gap in report.gaps:
            yield (
                gap.question,
                gap.count,
                " | ".join(each.query for each in gap.questions),
                " | ".join(each.url for each in gap.seeds),
                " | ".join(", ".join(each.words) for each in gap.synonyms),
            )
        return
    entries = [each.model_dump(mode="json") for each in getattr(report, table.value)]
    headings = _HEADINGS[table]
    yield headings
    for entry in entries:
        yield tuple(entry[heading] for heading in headings)


_TALLY = (
    "queries",
    "callers",
    "zero_results",
    "low_confidence",
    "no_clicks",
    "answered",
    "clicks",
    "click_position",
)
_ASKED = ("query", "count", "callers", "clicks", "click_position")
_HEADINGS = {
    Table.DAYS: ("day", *_TALLY),
    Table.QUERIES: _ASKED,
    Table.ZERO_RESULTS: _ASKED,
    Table.LOW_CONFIDENCE: _ASKED,
    Table.NO_CLICKS: _ASKED,
    Table.DOCUMENTS: ("id", "title", "url", "clicks"),
}
