"""`crawler status`, `runs`, `report`: what the catalog knows of crawls, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.catalog_reading import reading
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

    from catalog.reports import ConnectorStatus
    from settings.connector import ConnectorSettings


def status(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """Show the connectors at a glance: documents, latest and next run, health."""
    from catalog.reports import ConnectorStatus, connector_statuses
    from catalog.scheduler import living_scheduler

    settings = load_or_exit(config)
    with reading(settings) as connection:
        known = connector_statuses(connection)
        scheduler = living_scheduler(connection)
    configured = {connector.name: connector for connector in settings.connectors}
    never_ran = {name: ConnectorStatus(name, 0, 0, 0, None) for name in configured}
    statuses = [(each, _next_run(configured.get(each.name))) for each in (never_ran | known).values()]
    if json:
        connectors = [_status_object(each, following) for each, following in statuses]
        running = None if scheduler is None else {"host": scheduler.host, "pid": scheduler.pid}
        print_json({"connectors": connectors, "scheduler": running})
    else:
        from crawler.commands.inspection_tables import print_scheduler, print_statuses

        print_statuses(statuses, configured)
        print_scheduler(scheduler, any(following for _, following in statuses))


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

    with reading(load_or_exit(config)) as connection:
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

    with reading(load_or_exit(config)) as connection:
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

    from catalog.run_report import ReportRow, report_rows

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(field.name for field in fields(ReportRow))
    writer.writerows(astuple(row) for row in report_rows(connection, run_id))


def _print_report_json(connection: Connection, run_id: int) -> None:
    """One JSON document, written row by row: memory holds a portion of a ledger of any size."""
    import sys
    from dataclasses import asdict

    import orjson

    from catalog.reports import run_summary
    from catalog.run_report import misfits, refused_hosts, report_rows
    from catalog.runs import read_run

    run = read_run(connection, run_id)
    assert run is not None
    out = sys.stdout.buffer
    out.write(b'{"run": ' + orjson.dumps(run_summary(run)) + b',\n"urls": [')
    before = b"\n"
    for row in report_rows(connection, run_id):
        out.write(before + orjson.dumps(row))
        before = b",\n"
    out.write(b'],\n"refused_hosts": ' + orjson.dumps(refused_hosts(connection, run_id)))
    unfitting = [{"url": url, **asdict(fault)} for url, fault in misfits(connection, run_id)]
    out.write(b',\n"misfits": ' + orjson.dumps(unfitting) + b"}\n")
    out.flush()
