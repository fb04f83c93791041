"""How `crawler status`, `runs` and `report` look at a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from rich.console import Console
from rich.text import Text
from sqlalchemy import Connection

from catalog.holder import Holder
from catalog.reports import ConnectorStatus, Health, run_summary
from catalog.run_report import misfits, refused_hosts, report_rows, verdict_counts
from catalog.runs import Run, latest_runs
from catalog.vocabulary import Reason, UrlState
from catalog.words import because, duration, minute, moment
from crawler.commands import terminal

_SHOWN_URLS: Final = 40

_HEALTH_COLOURS: Final = {
    Health.NEW: "dim",
    Health.RUNNING: "cyan",
    Health.INTERRUPTED: "yellow",
    Health.HEALTHY: "green",
    Health.INCOMPLETE: "yellow",
    Health.STOPPED: "yellow",
    Health.FAILED: "red",
}


def print_statuses(
    statuses: Sequence[tuple[ConnectorStatus, datetime | None]], configured: Collection[str]
) -> None:
    """One line for each connector; one that is not in the configuration any more says so."""
    table = terminal.table(
        "connector",
        "health",
        "documents",
        "chunks",
        "to index",
        "last run",
        "next run",
        right={"documents", "chunks", "to index"},
    )
    for each, following in statuses:
        name = each.name if each.name in configured else f"{each.name} (not configured)"
        table.add_row(
            Text(name),
            Text(each.health, style=_HEALTH_COLOURS[each.health]),
            f"{each.documents:,}",
            f"{each.chunks:,}",
            f"{each.waiting:,}",
            "never" if each.last_run is None else minute(each.last_run.started_at),
            "when asked" if following is None else f"{following:%Y-%m-%d %H:%M %Z}",
        )
    terminal.console().print(table)


def print_scheduler(scheduler: Holder | None, has_schedules: bool) -> None:
    """Who runs what is due, or that nobody does although something is."""
    if scheduler is not None:
        terminal.console().print(f"`crawler schedule` runs: {scheduler.in_words}", markup=False)
    elif has_schedules:
        terminal.console().print("`crawler schedule` does not run: nothing begins by itself", markup=False)


def print_runs(found: Sequence[Run]) -> None:
    """One line for each run."""
    if not found:
        terminal.console().print("No connector ran yet: `crawler sync` runs them.")
        return
    numbers = ("added", "changed", "unchanged", "deleted", "refused", "failed", "pages/s")
    table = terminal.table(
        "run", "connector", "mode", "state", "began", "took", *numbers, right={"run", *numbers}
    )
    for run in found:
        summary = run_summary(run)
        table.add_row(
            str(run.id),
            run.connector,
            run.mode,
            run.state if run.limit is None else f"{run.state} ({run.limit})",
            minute(run.started_at),
            duration(run.seconds),
            *(f"{summary[kind]:,}" for kind in ("added", "changed", "unchanged", "deleted")),
            f"{sum(summary['refused'].values()):,}",
            f"{sum(summary['failed'].values()):,}",
            f"{summary['pages_per_second']:.1f}",
        )
    terminal.console().print(table)


def print_report(connection: Connection, run: Run) -> None:
    """The verdicts of a run with their meanings, the hosts it left out, and what did not get in."""
    console = terminal.console()
    console.print(
        f"Run {run.id} of {run.connector}: {run.mode}, {run.state}"
        + (f", {run.limit} reached" if run.limit else "")
        + f", began {moment(run.started_at)}, took {duration(run.seconds)}"
    )
    if run.error:
        console.print(Text(run.error, style="red"))
    if latest_runs(connection)[run.connector].id != run.id:
        console.print("What a later run met again is in that run's report.", style="dim")
    table = terminal.table("URLs", "state", "reason", right={"URLs"})
    for verdict in verdict_counts(connection, run.id):
        state = "read" if verdict.reason is Reason.SITEMAP else verdict.state.value
        table.add_row(f"{verdict.count:,}", state, because(verdict.reason))
    console.print(table)
    _print_refused_hosts(console, connection, run.id)
    _print_rejected(console, connection, run.id)
    _print_kept(console, connection, run.id)
    _print_misfits(console, connection, run.id)


def _print_refused_hosts(console: Console, connection: Connection, run_id: int) -> None:
    hosts = refused_hosts(connection, run_id)
    if hosts:
        table = terminal.table("links", "to host", "reason", "such as", right={"links"})
        for host in hosts:
            example = host.examples[0] if host.examples else ""
            table.add_row(f"{host.count:,}", host.host, because(host.reason), Text(example))
        console.print("\nNot followed:", table, sep="\n")


def _print_rejected(console: Console, connection: Connection, run_id: int) -> None:
    accepted = {UrlState.INDEXED, UrlState.UNCHANGED, UrlState.QUEUED}
    rejected = (
        row
        for row in report_rows(connection, run_id)
        if row.state not in accepted and row.reason != Reason.SITEMAP
    )
    shown = list(islice(rejected, _SHOWN_URLS + 1))
    if not shown:
        return
    table = terminal.table("state", "reason", "rule", "URL")
    for row in shown[:_SHOWN_URLS]:
        table.add_row(row.state, row.reason or "", Text(row.rule or ""), Text(row.url))
    console.print("\nNot indexed:", table, sep="\n")
    if len(shown) > _SHOWN_URLS:
        console.print(f"… and more: `crawler report {run_id} --csv` prints every URL.")


def _print_misfits(console: Console, connection: Connection, run_id: int) -> None:
    found = list(islice(misfits(connection, run_id), _SHOWN_URLS + 1))
    if not found:
        return
    table = terminal.table("field", "source", "value", "URL")
    for url, fault in found[:_SHOWN_URLS]:
        table.add_row(fault.field, Text(fault.source), Text(fault.message), Text(url))
    console.print("\nValues that did not fit their field:", table, sep="\n")
    if len(found) > _SHOWN_URLS:
        console.print("… and more: `crawler explain URL` shows those of any page.")


def _print_kept(console: Console, connection: Connection, run_id: int) -> None:
    kept = list(islice((row for row in report_rows(connection, run_id) if row.kept), _SHOWN_URLS + 1))
    if not kept:
        return
    table = terminal.table("kept", "reason", "URL")
    for row in kept[:_SHOWN_URLS]:
        table.add_row(row.kept, row.reason or "", Text(row.url))
    console.print("\nKept, protected by the deletion guard, as orphans or in quarantine:", table, sep="\n")
    if len(kept) > _SHOWN_URLS:
        console.print(f"… and more: `crawler report {run_id} --csv` prints every URL.")
