"""`/v1/analytics`: what was asked, opened and missed, for operators."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from search_api.analytics.report import LONGEST_DAYS, AnalyticsAnswer, Days, Sources, analytics
from search_api.analytics.tables import Table, rows
from search_api.backend import Backend
from search_api.problems import Problem
from search_api.query.faults import invalid
from search_api.routes.administering import AdministrationOf
from search_api.routes.context import ContextOf
from search_api.routes.csv_cells import harmless_cell
from search_api.routes.examples import answer_example

router = APIRouter(tags=["administration"])

DEFAULT_DAYS: Final = 30
MOST: Final = 1_000


OneDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class AnalyticsQuery(BaseModel):
    """Which days, and how long the lists may be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: OneDay | None = Field(
        None, description=f"The first day (UTC); default: {DEFAULT_DAYS} days", examples=["2026-11-01"]
    )
    until: OneDay | None = Field(None, description="The last day; default: today", examples=["2026-11-27"])
    limit: int = Field(20, ge=1, le=MOST, description="Entries of each list", examples=[20])

    @property
    def days(self) -> Days:
        """Raises `InvalidQuestionError` for days in the wrong order, or too many."""
        until = self.until or datetime.now(UTC).date()
        since = self.since or until - timedelta(days=DEFAULT_DAYS - 1)
        if since > until:
            raise invalid("since", f"is after `until`, which is {until.isoformat()}")
        if (until - since).days >= LONGEST_DAYS:
            raise invalid("since", f"is {(until - since).days + 1:,} days ago; a report spans {LONGEST_DAYS}")
        return Days(since, until)


_OFF: Final[dict[int | str, dict[str, Any]]] = {
    409: {"model": Problem, "description": "No questions are kept"}
}
_TOTALS: Final[dict[str, Any]] = {
    "queries": 412, "callers": 57, "zero_results": 9, "low_confidence": 31, "no_clicks": 120, "answered": 96,
    "clicks": 305, "click_position": 1.8,
}  # fmt: skip
_ASKED: Final[dict[str, Any]] = {
    "query": "travel expenses", "count": 31, "callers": 12, "clicks": 28, "click_position": 1.2
}  # fmt: skip
_EXAMPLE: Final[dict[str, Any]] = {
    "since": "2026-11-01",
    "until": "2026-11-27",
    "totals": _TOTALS,
    "latency_ms": {"p50": 14.2, "p95": 31.0, "p99": 48.7},
    "days": [{"day": "2026-11-27", **_TOTALS}],
    "queries": [_ASKED],
    "zero_results": [],
    "low_confidence": [],
    "no_clicks": [],
    "documents": [
        {
            "id": "80250cace05e63fa85c579d01813e7b8",
            "title": "Ternwick travel policy",
            "url": "https://intranet.example.com/files/travel-policy.pdf",
            "clicks": 41,
        }
    ],
    "gaps": [
        {
            "question": "holiday rules",
            "count": 14,
            "questions": [
                {"query": "holiday rules", "count": 14, "callers": 6, "clicks": 0, "click_position": None}
            ],
            "seeds": [
                {
                    "url": "https://people.example.com/leave/annual-leave",
                    "link_text": "Holiday rules",
                    "reason": "out_of_scope",
                }
            ],
            "synonyms": [{"words": ["holiday", "leave"], "callers": 4}],
        }
    ],
}


@router.get("/v1/analytics", responses={**answer_example(_EXAMPLE), **_OFF})
async def report(
    administration: AdministrationOf, context: ContextOf, query: Annotated[AnalyticsQuery, Query()]
) -> AnalyticsAnswer:
    """What was asked and opened, how long answers took, what found nothing good, and what may help."""
    return await report_of(administration, context, query)


@router.get("/v1/analytics/{table}.csv", response_class=Response, responses=_OFF)
async def report_csv(
    administration: AdministrationOf,
    context: ContextOf,
    table: Annotated[Table, Path(description="Which list", examples=["queries"])],
    query: Annotated[AnalyticsQuery, Query()],
) -> Response:
    """One list of it as CSV."""
    found = await report_of(administration, context, query)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([harmless_cell(cell) for cell in row] for row in rows(found, table))
    headers = {"content-disposition": f'attachment; filename="{table.value}.csv"'}
    return Response(buffer.getvalue(), 200, headers, "text/csv")


async def report_of(
    administration: AdministrationOf, context: ContextOf, query: AnalyticsQuery
) -> AnalyticsAnswer:
    """The report of some days; raises `InvalidQuestionError` for days that are none."""
    days = query.days

    def read(backend: Backend) -> AnalyticsAnswer:
        principals = administration.caller.principals
        sources = Sources(
            log=backend.query_log.read,
            catalog=administration.catalog.read,
            documents=lambda ids: backend.library.sources(ids, principals),
            embed=backend.retriever.embedded,
        )
        return analytics(sources, days, query.limit)

    return await run_in_threadpool(read, context.service.backend)
