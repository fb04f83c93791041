"""`/admin/runs`: runs, and one of them URL by URL."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse

from search_api.admin.runs import LARGEST_NUMBER, RunsQuery, UrlsQuery, one_run, run_list, run_urls
from search_api.routes.desk.desk import DeskOf
from search_api.routes.desk.page_route import PageRoute
from search_api.routes.desk.run_view import addresses_of, filters_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/admin/runs")
def runs(desk: DeskOf, query: Annotated[RunsQuery, Query()]) -> HTMLResponse:
    """The latest runs, of all connectors or of one."""
    with desk.administration.catalog.read() as connection:
        found = run_list(connection, query)
    names = [each.name for each in desk.administration.settings.connectors]
    return desk.page("runs.html", "/admin/runs", found=found, query=query, names=names)


@router.get("/admin/runs/{number}")
def run(
    desk: DeskOf,
    number: Annotated[int, Path(ge=1, le=LARGEST_NUMBER)],
    query: Annotated[UrlsQuery, Query()],
) -> HTMLResponse:
    """One run: how far it has come, what it counted, its URLs by verdict."""
    with desk.administration.catalog.read() as connection:
        found = one_run(connection, number)
        page = run_urls(connection, number, query)
    return desk.page(
        "run.html",
        "/admin/runs",
        run=found,
        page=page,
        query=query,
        filters=filters_of(found, query),
        addresses=addresses_of(number, query, page.next),
    )
