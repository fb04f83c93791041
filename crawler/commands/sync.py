"""`crawler sync`: crawl connectors and index what they bring; the composition root of a sync."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.chosen import choose
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
    from crawler.sync.summary import RunSummary
    from settings.connector import ConnectorSettings


class Mode(StrEnum):
    """What a sync visits and indexes."""

    FULL = "full"
    INCREMENTAL = "incremental"
    FORCED = "forced"


def sync(
    connectors: Annotated[list[str] | None, typer.Argument(help="Connectors by name; all if none.")] = None,
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    mode: Annotated[
        Mode | None,
        typer.Option(
            help="full: crawl all, index what is new or changed; incremental: visit what is new and what is"
            " likely to have changed; forced: as full, and index the unchanged again. Default: `sync.mode`."
        ),
    ] = None,
    no_index: Annotated[bool, typer.Option("--no-index", help="Crawl only; index later.")] = False,
    accept_deletions: Annotated[
        bool,
        typer.Option("--accept-deletions", help="Delete what is gone, also more than `sync.deletion_guard`."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Crawl connectors, delete what is gone, and index what is new or changed."""
    settings = load_or_exit(config)
    chosen = choose(settings, connectors or [])
    _stop_if_unsupported(chosen)
    from crawler.sync.started_parser import StartedParser

    # Before the long imports, so that they start beside them.
    parsers = StartedParser.early(settings.store.database)
    from catalog.errors import CatalogError
    from catalog.vocabulary import RunMode
    from crawler.sync.program import synchronise
    from crawler.sync.site_access import UnusableSettingError
    from crawler.sync.summary import exit_code

    try:
        chosen_mode = None if mode is None else RunMode(mode.value)
        ending = synchronise(
            settings,
            chosen,
            chosen_mode,
            parsers,
            index=not no_index,
            accept_deletions=accept_deletions,
        )
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)
    except UnusableSettingError as error:
        stop(str(error), ExitCode.WRONG_CALL)
    finally:
        for parser in parsers:
            parser.end()
    if json:
        print_json({"runs": [summary.as_json() for summary in ending.runs]})
    else:
        _print_tables(ending.runs)
    if ending.indexing_error is not None:
        stop(f"indexing failed: {ending.indexing_error}", ExitCode.FAILED)
    if ending.interrupted:
        stop("indexing was interrupted: the next sync or `indexer run` goes on with it", ExitCode.INTERRUPTED)
    if settings.index.gate is not None and not no_index:
        _tell_of_the_gate(config)
    raise typer.Exit(exit_code(ending.runs))


def _tell_of_the_gate(config: Path) -> None:
    """Say so where the index now answers worse than `index.gate` asks for."""
    from indexer.commands.run import fallen_below_the_gate
    from indexer.commands.session import opened

    with opened(config) as (catalog, settings):
        told = fallen_below_the_gate(catalog, settings)
    if told is not None:
        typer.echo(told, err=True)


def _stop_if_unsupported(chosen: Sequence[ConnectorSettings]) -> None:
    from crawler.sync.not_yet import unsupported

    if sentences := [sentence for each in chosen for sentence in unsupported(each)]:
        stop("\n".join(sentences), ExitCode.WRONG_CALL)


def _print_tables(summaries: tuple[RunSummary, ...]) -> None:
    from rich.console import Console

    from crawler.sync.summary import remarks, summary_table

    console = Console(highlight=False)
    console.print(summary_table(summaries))
    for summary in summaries:
        for line in remarks(summary):
            console.print(f"{summary.connector}: {line}", markup=False, soft_wrap=True)
