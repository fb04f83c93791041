"""`crawler status`, `runs`, `report`, `explain`: what the catalog knows, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    from datetime import datetime

    from sqlalchemy import Connection

    from catalog.explanation import Explanation, RefusedHostLinks
    from catalog.reports import ConnectorStatus
    from settings.configuration import Settings
    from settings.connector import ConnectorSettings


@contextmanager
def _reading(settings: Settings) -> Iterator[Connection]:
    """The catalog of a configuration, for reading; what is wrong with it ends the command."""
    from catalog.database import open_catalog
    from catalog.errors import CatalogError

    try:
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            with catalog.read() as connection:
                yield connection
        finally:
            catalog.close()
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)


def status(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """Show the connectors at a glance: documents, latest and next run, health."""
    from catalog.reports import ConnectorStatus, connector_statuses

    settings = load_or_exit(config)
    with _reading(settings) as connection:
        known = connector_statuses(connection)
    configured = {connector.name: connector for connector in settings.connectors}
    never_ran = {name: ConnectorStatus(name, 0, 0, 0, None) for name in configured}
    statuses = [(each, _next_run(configured.get(each.name))) for each in (never_ran | known).values()]
    if json:
        print_json({"connectors": [_status_object(each, following) for each, following in statuses]})
    else:
        from crawler.commands.inspection_tables import print_statuses

        print_statuses(statuses, configured)


def _next_run(connector: ConnectorSettings | None) -> datetime | None:
    if connector is None or connector.sync.schedule is None:
        return None
    from datetime import UTC, datetime

    from settings.cron_times import next_time

    return next_time(connector.sync.schedule, connector.sync.timezone, datetime.now(UTC))


def _status_object(each: ConnectorStatus, following: datetime | None) -> dict[str, Any]:
    from catalog.reports import run_summary

    return {
        "name": each.name,
        "documents": each.documents,
        "chunks": each.chunks,
        "waiting": each.waiting,
        "last_run": None if each.last_run is None else run_summary(each.last_run),
        "next_run": following,
        "health": each.health,
    }


def runs(
    config: ConfigOption = DEFAULT_CONFIG,
    connector: Annotated[str | None, typer.Option(help="Only the runs of this connector.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, from the newest.")] = 20,
    json: JsonOption = False,
) -> None:
    """List the latest runs with their counts."""
    from catalog.reports import run_summary
    from catalog.runs import recent_runs

    with _reading(load_or_exit(config)) as connection:
        found = recent_runs(connection, connector, limit)
    if json:
        print_json({"runs": [run_summary(run) for run in found]})
    else:
        from crawler.commands.inspection_tables import print_runs

        print_runs(found)


def report(
    run: Annotated[int, typer.Argument(help="The run's number, from `crawler runs`.")],
    config: ConfigOption = DEFAULT_CONFIG,
    csv: Annotated[bool, typer.Option("--csv", help="Print a row for each URL as CSV.")] = False,
    json: JsonOption = False,
) -> None:
    """Show one run, URL by URL, with reasons."""
    if csv and json:
        stop("choose one of --csv and --json", ExitCode.WRONG_CALL)
    from catalog.runs import read_run

    with _reading(load_or_exit(config)) as connection:
        found = read_run(connection, run)
        if found is None:
            stop(f"there is no run {run}: `crawler runs` lists those that are kept", ExitCode.WRONG_CALL)
        if csv:
            _print_report_csv(connection, run)
        elif json:
            _print_report_json(connection, run)
        else:
            from crawler.commands.inspection_tables import print_report

            print_report(connection, found)


def _print_report_csv(connection: Connection, run_id: int) -> None:
    import csv
    import sys
    from dataclasses import astuple, fields

    from catalog.reports import ReportRow, report_rows

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(field.name for field in fields(ReportRow))
    writer.writerows(astuple(row) for row in report_rows(connection, run_id))


def _print_report_json(connection: Connection, run_id: int) -> None:
    from catalog.reports import refused_hosts, report_rows, run_summary
    from catalog.runs import read_run

    run = read_run(connection, run_id)
    assert run is not None
    print_json(
        {
            "run": run_summary(run),
            "urls": list(report_rows(connection, run_id)),
            "refused_hosts": refused_hosts(connection, run_id),
        }
    )


def explain(
    url: Annotated[str, typer.Argument(help="The address, as the browser shows it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Tell everything known of a URL: how it was found, what was decided and why, what was kept."""
    from catalog.explanation import explain as explain_url
    from catalog.explanation import links_to_host
    from crawler.rules.canonical_url import UrlFault, parse_url

    address = parse_url(url)
    if isinstance(address, UrlFault):
        stop(address.detail, ExitCode.WRONG_CALL)
    with _reading(load_or_exit(config)) as connection:
        route = f"{address.url}#{address.fragment}"  # where a host's pages are told apart by fragments
        found = explain_url(connection, route) or explain_url(connection, address.url, url)
        elsewhere = () if found else links_to_host(connection, address.host)
    if json:
        print_json(_explanations_object(address.url, found, elsewhere))
    else:
        from crawler.commands.inspection_tables import print_explanation, print_unknown_url

        for explanation in found:
            print_explanation(explanation)
        if not found:
            print_unknown_url(address.url, address.host, elsewhere)


def _explanations_object(
    url: str, found: tuple[Explanation, ...], elsewhere: tuple[RefusedHostLinks, ...]
) -> dict[str, Any]:
    """The promised object; where several connectors know the URL, the others' come under `others`."""
    if found:
        first, *others = (_explanation_object(each) for each in found)
        return first | {"others": others}
    refusals = [
        {"connector": each.connector, "reason": each.reason, "links": each.count} for each in elsewhere
    ]
    return {
        "url": url,
        "state": "refused" if elsewhere else None,
        "reason": elsewhere[0].reason if elsewhere else None,
        "rule": None,
        "referrer": None,
        "depth": None,
        "status": None,
        "redirects": [],
        "renderer": None,
        "renderer_reason": None,
        "document": None,
        "history": [],
        "refused_host": refusals,
        "others": [],
    }


def _explanation_object(found: Explanation) -> dict[str, Any]:
    chain = [{"url": each.url, "depth": each.depth, "found_by": each.found_by} for each in found.chain]
    return {
        "url": found.url,
        "connector": found.connector,
        "run": found.run,
        "state": found.state,
        "reason": found.reason,
        "explanation": found.reason and found.reason.explanation,
        "rule": found.rule,
        "detail": found.detail,
        "referrer": found.chain[1].url if len(found.chain) > 1 else None,
        "depth": found.chain[0].depth,
        "found_by": found.chain[0].found_by,
        "chain": chain,
        "status": found.status,
        "redirects": found.redirects,
        "renderer": found.renderer,
        "renderer_reason": found.renderer_reason,
        "content_type": found.content_type,
        "bytes": found.size,
        "attempts": found.attempts,
        "fetched_at": found.fetched_at,
        "milliseconds": found.milliseconds,
        "etag": found.etag,
        "last_modified": found.last_modified,
        "body_hash": found.body_hash and found.body_hash.hex(),
        "content_hash": found.content_hash and found.content_hash.hex(),
        "links": found.links,
        "document": found.document,
        "history": found.history,
    }
