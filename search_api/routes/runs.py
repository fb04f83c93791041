"""`/v1/runs`: runs with their counts, and one of them URL by URL, with reasons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, astuple, fields
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import StreamingResponse

from catalog.run_report import ReportRow, Wanted, report_rows
from search_api.admin.examples import RUN, RUN_URLS, RUNS
from search_api.admin.runs import (
    LARGEST_NUMBER,
    RunList,
    RunObject,
    RunsQuery,
    RunUrls,
    UrlsFilter,
    UrlsQuery,
    known_run,
    one_run,
    run_list,
    run_urls,
)
from search_api.catalog_door import CatalogDoor
from search_api.routes.administering import AdministrationOf
from search_api.routes.csv_cells import harmless_cell
from search_api.routes.examples import answer_example

router = APIRouter(tags=["administration"])

Number = Annotated[int, Path(description="The run's number", ge=1, le=LARGEST_NUMBER, examples=[1])]
_COLUMNS: Final = tuple(field.name for field in fields(ReportRow))
_PORTION: Final = 500


@router.get("/v1/runs", responses=answer_example(RUNS))
def runs(administration: AdministrationOf, query: Annotated[RunsQuery, Query()]) -> RunList:
    """Runs with their counts, the newest first."""
    with administration.catalog.read() as connection:
        return run_list(connection, query)


@router.get("/v1/runs/{run}", responses=answer_example(RUN))
def run(administration: AdministrationOf, run: Number) -> RunObject:
    """One run, with its `progress` while it goes on."""
    with administration.catalog.read() as connection:
        return one_run(connection, run)


@router.get("/v1/runs/{run}/urls", responses=answer_example(RUN_URLS))
def urls(administration: AdministrationOf, run: Number, query: Annotated[UrlsQuery, Query()]) -> RunUrls:
    """The URLs whose latest run this was: what a later one met again is in that one's list."""
    with administration.catalog.read() as connection:
        page = run_urls(connection, run, query)
    return RunUrls(urls=[asdict(row) for row in page.rows], next=page.next)


@router.get("/v1/runs/{run}/urls.csv", response_class=StreamingResponse)
def urls_csv(
    administration: AdministrationOf, run: Number, query: Annotated[UrlsFilter, Query()]
) -> StreamingResponse:
    """The same as CSV, with the columns of `crawler report --csv`."""
    with administration.catalog.read() as connection:
        known_run(connection, run)
    wanted = Wanted(query.state, query.reason)
    headers = {"content-disposition": f'attachment; filename="run-{run}.csv"'}
    return StreamingResponse(_as_csv(administration.catalog, run, wanted), 200, headers, "text/csv")


def _as_csv(catalog: CatalogDoor, number: int, wanted: Wanted) -> Iterator[str]:
    """Portion by portion: a ledger of any size is neither held in memory nor kept waiting."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    with catalog.read() as connection:
        for place, row in enumerate(report_rows(connection, number, wanted), 1):
            writer.writerow([harmless_cell(cell) for cell in astuple(row)])
            if place % _PORTION == 0:
                yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
