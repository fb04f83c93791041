"""Runs as `/v1/runs` shows them: their counts, how far one that goes on has come, its URLs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from catalog.lease import abandoned_runs
from catalog.reports import run_summary
from catalog.run_report import RunPage, Wanted, refused_hosts, report_page, verdict_counts
from catalog.runs import Run, read_run, recent_runs
from catalog.vocabulary import Reason, RunState, UrlState
from search_api.admin.administration import UnknownThingError

LARGEST_NUMBER = 2**31 - 1
LARGEST_ROW = 2**63 - 1
MOST_COUNTED_LIVE: Final = 100_000
"""Of a run that goes on and found more URLs, refusals and failures are told by reason once it has ended."""
RunNumber = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]


class Progress(BaseModel):
    """How far a run has come: of the URLs found so far, how many were visited."""

    found: int
    visited: int


class RunObject(BaseModel, extra="allow"):
    """A run with its counts, as `crawler runs --json` has it."""

    run: int = Field(examples=[17])
    connector: str = Field(examples=["intranet"])
    mode: str
    state: str
    limit: str | None = Field(description="The configured limit that it reached.")
    error: str | None
    started_at: datetime
    finished_at: datetime | None
    seconds: float
    pages_per_second: float
    added: int
    changed: int
    unchanged: int
    deleted: int
    protected: int = Field(description="Documents that the deletion guard kept.")
    documents: int
    visited: int
    duplicates: int
    redirects: int
    gone: int
    refused: dict[str, int] = Field(description="URLs by reason.")
    failed: dict[str, int] = Field(description="URLs by reason.")
    warnings: list[str]
    abandoned: bool = Field(
        False, description="Its process was killed: the next sync of the connector goes on with it."
    )
    progress: Progress | None = Field(None, description="While it goes on.")


class RunList(BaseModel):
    """Runs, the newest first."""

    runs: list[RunObject]
    next: int | None = Field(description="What to ask `before` for older ones.")


class RunUrls(BaseModel):
    """URLs of a run, as it left them, in the order in which they were found."""

    urls: list[dict[str, Any]] = Field(description="Rows as of `crawler report RUN --csv`.")
    next: int | None = Field(description="What to ask `after` for more.")


class RunsQuery(BaseModel, extra="forbid"):
    """Which runs."""

    connector: str | None = Field(
        None, max_length=64, description="Only of this connector.", examples=["handbook"]
    )
    before: RunNumber | None = Field(None, description="Only those with a smaller number.", examples=[17])
    page_size: int = Field(20, ge=1, le=100, examples=[20])


class UrlsFilter(BaseModel, extra="forbid"):
    """Which URLs of a run."""

    state: UrlState | None = Field(None, examples=["refused"])
    reason: Reason | None = Field(None, examples=["noindex"])


class UrlsQuery(UrlsFilter):
    """Which page of the URLs of a run."""

    after: int = Field(0, ge=0, le=LARGEST_ROW, description="`next` of the page before.", examples=[0])
    page_size: int = Field(50, ge=1, le=1_000, examples=[50])


def run_list(connection: Connection, query: RunsQuery) -> RunList:
    """A page of runs."""
    found = recent_runs(connection, query.connector, query.page_size + 1, before=query.before)
    shown = found[: query.page_size]
    abandoned = abandoned_runs(connection)
    return RunList(
        runs=[run_object(run, abandoned=run.id in abandoned) for run in shown],
        next=shown[-1].id if len(found) > len(shown) else None,
    )


def known_run(connection: Connection, number: int) -> Run:
    """The run of that number; raises `UnknownThingError`."""
    run = read_run(connection, number)
    if run is None:
        raise UnknownThingError(f"There is no run {number}; `store.keep_runs` says how many are kept.")
    return run


def one_run(connection: Connection, number: int) -> RunObject:
    """A run as it stands, with the hosts that it left out."""
    run = known_run(connection, number)
    told = run_object(run, abandoned=run.id in abandoned_runs(connection))
    if told.progress is not None and told.progress.found <= MOST_COUNTED_LIVE:
        told = told.model_copy(update=_reasons(connection, number))
    hosts = [
        {"host": each.host, "reason": each.reason, "links": each.count, "examples": each.examples}
        for each in refused_hosts(connection, number)[:100]
    ]
    return told.model_copy(update={"refused_hosts": hosts})


def _reasons(connection: Connection, number: int) -> dict[str, dict[str, int]]:
    """What a run refused and failed at so far, as it is counted when it ends."""
    counted: dict[UrlState, dict[str, int]] = {UrlState.REFUSED: {}, UrlState.FAILED: {}}
    for verdict in verdict_counts(connection, number):
        if verdict.state in counted and verdict.reason not in {None, Reason.SITEMAP}:
            assert verdict.reason is not None
            counted[verdict.state][verdict.reason.value] = verdict.count
    return {"refused": counted[UrlState.REFUSED], "failed": counted[UrlState.FAILED]}


def run_urls(connection: Connection, number: int, query: UrlsQuery) -> RunPage:
    """A page of the URLs of a run; raises `UnknownThingError`."""
    known_run(connection, number)
    return report_page(connection, number, Wanted(query.state, query.reason, query.after, query.page_size))


def run_object(run: Run, *, abandoned: bool = False) -> RunObject:
    """A run with its counts so far."""
    told = RunObject(**run_summary(run), abandoned=abandoned)
    if run.state is not RunState.RUNNING:
        return told
    progress = Progress(found=run.counts.get("found", 0), visited=run.counts.get("fetched", 0))
    return told.model_copy(update={"progress": progress})
