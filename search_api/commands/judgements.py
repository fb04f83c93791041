"""`search-api judgements export`: clicks and feedback as judged queries for `indexer eval`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    from datetime import datetime

    from search_api.analytics.click_model import Grades
    from settings.configuration import Settings


def export(
    file: Annotated[Path, typer.Argument(help="Where to write them, one query a line.")],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far to look back.")] = 90,
    clicks: Annotated[
        int, typer.Option(min=1, help="How many clicks on a result for one query say something.")
    ] = 2,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Write clicks, corrected for positions, and feedback as judged queries that `indexer eval` reads.

    Exit code 1 when there are none yet: the file is not written then.
    """
    settings = load_or_exit(config)
    from datetime import UTC, datetime, timedelta

    import orjson

    judged = _judged(settings, datetime.now(UTC) - timedelta(days=days), clicks)
    if not judged:
        stop(
            f"no query of {days} days has a result that was found relevant or opened {clicks} times; "
            "nothing is written",
            ExitCode.FAILED,
        )
    try:
        file.write_bytes(
            b"".join(orjson.dumps({"query": query, "relevant": told}) + b"\n" for query, told in judged)
        )
    except OSError as error:
        stop(f"{file} cannot be written: {error.strerror}", ExitCode.FAILED)
    documents = sum(len(told) for _, told in judged)
    if json:
        print_json({"queries": len(judged), "judgements": documents})
    else:
        typer.echo(f"{len(judged):,} queries with {documents:,} judgements: `indexer eval {file}`")


def _judged(settings: Settings, since: datetime, least_clicks: int) -> list[tuple[str, dict[str, float]]]:
    """Each query as typed last, with the grades of documents that are still there by their addresses."""
    from catalog.shown_results import read_exposures, read_verdicts, read_wordings
    from search_api.analytics.click_model import grades

    with opened_activity(settings) as log, log.read() as connection:
        found = grades(
            list(read_exposures(connection, since)),
            read_verdicts(connection, since),
            least_clicks=least_clicks,
        )
        wordings = read_wordings(connection, since)
    addresses = _addresses(settings, found)
    judged = []
    for normal in sorted(found):
        known = {addresses[name]: grade for name, grade in found[normal].items() if name in addresses}
        if any(grade > 0 for grade in known.values()):
            judged.append((wordings[normal], known))
    return judged


def _addresses(settings: Settings, found: Grades) -> dict[str, str]:
    from catalog.documents import read_documents

    ids = {document_id for judged in found.values() for document_id in judged}
    with opened_catalog(settings) as catalog, catalog.read() as connection:
        documents = read_documents(connection, ids, blocks=False)
    return {document_id: document.url for document_id, document in documents.items()}
