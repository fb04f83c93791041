"""`/admin/analytics`: what people ask, open and miss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from search_api.analytics.report import AnalyticsAnswer
from search_api.analytics.tables import Table
from search_api.routes.analytics import AnalyticsQuery, report_of
from search_api.routes.desk.desk import DeskOf
from search_api.routes.desk.page_route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LISTS = (
    (Table.ZERO_RESULTS, "Found nothing", "Write it, crawl it, or name it as people do (a synonym)."),
    (Table.LOW_CONFIDENCE, "Found something doubtful", "The first result is unlikely to be meant."),
    (Table.NO_CLICKS, "Opened nothing", "Answered on the page, or not at all."),
    (Table.QUERIES, "Asked most", ""),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day; `height` is its part of the highest."""

    day: date
    queries: int
    height: float


@router.get("/admin/analytics")
async def analytics(desk: DeskOf, query: Annotated[AnalyticsQuery, Query()]) -> HTMLResponse:
    """A report of some days, the last thirty unless said otherwise."""
    report = await report_of(desk.administration, desk.context, query)
    return desk.page("analytics.html", "/admin/analytics", report=report, lists=_LISTS, bars=_bars(report))


def _bars(report: AnalyticsAnswer) -> tuple[Bar, ...]:
    """The questions of each day, also of those without any."""
    asked = {each.day: each.queries for each in report.days}
    most = max(asked.values(), default=0) or 1
    days = (report.since + timedelta(days=place) for place in range((report.until - report.since).days + 1))
    return tuple(Bar(day, count := asked.get(day, 0), round(count / most, 3)) for day in days)
