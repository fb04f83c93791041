"""`search-api analytics`: what was asked, opened and missed, in the terminal."""

from __future__ import annotations

import csv as csv_files
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from search_api.commands.catalog_access import opened_activity, opened_catalog
from settings.console import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    stop,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from rich.console import Console

    from catalog.database import Catalog
    from search_api.analytics.report import AnalyticsAnswer
    from search_api.analytics.tables import Table
    from search_api.backend import Source
    from settings.configuration import Settings

_SHOWN: Final = ("queries", "zero_results", "low_confidence", "no_clicks", "documents", "gaps")


def analytics(
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days, up to today.")] = 30,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Entries of each list.")] = 10,
    csv: Annotated[
        str | None,
        typer.Option(
            help="One list as CSV: days, queries, zero_results, low_confidence, no_clicks, documents, gaps."
        ),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Show what was asked and opened, what found nothing good, and what may help."""
    settings = load_or_exit(config)
    from search_api.analytics.tables import Table, rows
    from search_api.routes.csv_cells import harmless_cell

    if csv is not None and csv not in list(Table):
        stop(f"there is no list {csv}: choose of {', '.join(Table)}", ExitCode.WRONG_CALL)
    report = _report(settings, days, limit)
    if csv is not None:
        writer = csv_files.writer(sys.stdout, lineterminator="\n")
        writer.writerows([harmless_cell(cell) for cell in row] for row in rows(report, Table(csv)))
    elif json:
        print_json(report.model_dump(mode="json"))
    else:
        _print(report)


def _report(settings: Settings, days: int, limit: int) -> AnalyticsAnswer:
    """The report for whoever works on this machine: with the titles of all documents."""
    from datetime import UTC, datetime, timedelta
    from functools import partial

    from indexer.retrieval.opening import open_retriever
    from search_api.analytics.report import Days, Sources
    from search_api.analytics.report import analytics as report

    until = datetime.now(UTC).date()
    with opened_catalog(settings) as catalog, opened_activity(settings) as log:
        retriever = open_retriever(catalog, settings)
        sources = Sources(log.read, catalog.read, partial(_documents, catalog), retriever.embedded)
        return report(sources, Days(until - timedelta(days=days - 1), until), limit)


def _documents(catalog: Catalog, ids: Collection[str]) -> Mapping[str, Source]:
    from catalog.documents import read_documents
    from search_api.backend import Source

    with catalog.read() as connection:
        found = read_documents(connection, ids, blocks=False)
    return {
        each.id: Source(each.id, each.title, each.url, each.kind.value, each.connector)
        for each in found.values()
    }


def _print(report: AnalyticsAnswer) -> None:
    from rich.console import Console

    from search_api.analytics.tables import Table

    console = Console(highlight=False)
    totals, latency = report.totals, report.latency_ms
    console.print(f"{report.since} to {report.until}", style="bold")
    if not totals.queries:
        console.print("Nothing was asked.", style="dim")
        return
    console.print(
        f"{_counted(totals.queries, 'question')} of {_counted(totals.callers, 'caller')}: "
        f"{totals.zero_results:,} found nothing, "
        f"{totals.low_confidence:,} nothing sure, {totals.answered:,} an answer; "
        f"{totals.clicks:,} results were opened"
        + ("" if totals.click_position is None else f", on average at position {totals.click_position:.1f}")
    )
    if latency.p50 is not None:
        console.print(f"half of the answers took {latency.p50:.0f} ms, 99 % less than {latency.p99:.0f} ms")
    for name in _SHOWN:
        _print_table(console, report, Table(name))


def _print_table(console: Console, report: AnalyticsAnswer, table: Table) -> None:
    from rich.table import Table as RichTable

    from search_api.analytics.tables import rows

    headings, *entries = rows(report, table)
    if not entries:
        return
    shown = RichTable(title=table.value.replace("_", " "), title_justify="left", box=None, pad_edge=False)
    for heading, first in zip(headings, entries[0], strict=True):
        numeric = isinstance(first, int | float)
        shown.add_column(str(heading), justify="right" if numeric else "left", overflow="fold")
    for entry in entries:
        shown.add_row(*map(_cell, entry))
    console.print()
    console.print(shown)


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"


def _cell(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return escape("".join(character if character.isprintable() else " " for character in text))
