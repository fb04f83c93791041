"""`crawler forget`: remove what a dropped or renamed connector left."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

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
    from catalog.database import Catalog
    from catalog.forgetting import Footprint
    from settings.configuration import Settings


def forget(
    connector: Annotated[str, typer.Argument(help="The connector's name, as `crawler status` lists it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask: for scripts.")] = False,
    json: JsonOption = False,
) -> None:
    """Remove a connector's documents, ledger, kept pages, runs and session from catalog, index and disk."""
    from catalog.database import open_catalog
    from catalog.errors import CatalogError
    from crawler.sync.indexing import IndexingFailedError

    settings = load_or_exit(config)
    try:
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            _forget(catalog, settings, connector, yes=yes, json=json)
        finally:
            catalog.close()
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)
    except IndexingFailedError as error:
        stop(
            f"no search finds the documents of {connector} any more, but they could not be taken out of the "
            f"index: {error}\nRun `crawler forget {connector}` again.",
            ExitCode.FAILED,
        )


def _forget(catalog: Catalog, settings: Settings, name: str, *, yes: bool, json: bool) -> None:
    from catalog.connectors import connector_names, find_connector
    from catalog.forgetting import footprint
    from crawler.forgetting.program import forget_connector

    with catalog.read() as connection:
        number = find_connector(connection, name)
        if number is None:
            known = ", ".join(connector_names(connection).values()) or "none"
            stop(f"no connector {name} ever ran; those that did: {known}", ExitCode.WRONG_CALL)
        left = footprint(connection, number)
    typer.echo(_amounts(name, left), err=True)
    if any(each.name == name for each in settings.connectors):
        typer.echo(
            f"{name} is still configured in {settings.path}: its next sync crawls everything again. "
            "Remove it there if it is not to come back.",
            err=True,
        )
    if not yes:
        _ask(name)
    done = forget_connector(catalog, settings, number)
    if json:
        print_json(
            {"connector": name, **asdict(left), "freed_bytes": done.freed, "compacted": done.compacted}
        )
        return
    typer.echo(_ending(name, done.freed, compacted=done.compacted))


def _ask(name: str) -> None:
    import sys

    if not sys.stdin.isatty():
        stop(
            "nothing was removed: there is no terminal to ask at, and `--yes` was not given",
            ExitCode.WRONG_CALL,
        )
    if not typer.confirm(f"Remove all of it? {name} can only come back by a new sync.", err=True):
        stop("nothing was removed", ExitCode.DONE)


def _amounts(name: str, left: Footprint) -> str:
    from catalog.words import amount, number

    parts = (
        f"{number(left.documents, 'document')} ({number(left.chunks, 'passage')})",
        f"{number(left.deleted, 'deleted document')} with former versions",
        f"{number(left.urls, 'URL')} of the ledger",
        f"{amount(left.body_bytes)} of kept pages",
        number(left.runs, "run"),
        number(left.sessions, "saved session"),
    )
    return f"{name} left {', '.join(parts)}."


def _ending(name: str, freed: int, *, compacted: bool) -> str:
    from catalog.words import amount

    rest = (
        ""
        if compacted
        else " The catalog's file keeps its size, as something is using it; its free space is used again."
    )
    return f"{name} is forgotten; {amount(freed)} of the disk are free again.{rest}"
