"""`indexer run`: embed and index what is pending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, JsonOption

if TYPE_CHECKING:
    from catalog.database import Catalog
    from settings.configuration import Settings


def run(
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and index what becomes pending.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Index the documents that the indexes do not show yet, and take out what was deleted."""
    from indexer.commands.session import Display, opened, print_progress
    from indexer.pipeline import Pipeline
    from indexer.stopping import stop_on_signals

    with (
        opened(config) as (catalog, settings),
        Display() as display,
        Pipeline(catalog, settings, report=display.report) as pipeline,
    ):
        done = pipeline.watch(stop_on_signals()) if watch else pipeline.run_once()
        told = fallen_below_the_gate(catalog, settings)
    if told is not None:
        typer.echo(told, err=True)
    print_progress(done, as_json)


def fallen_below_the_gate(catalog: Catalog, settings: Settings) -> str | None:
    """What to tell where the index now answers worse than `index.gate` asks for."""
    if settings.index.gate is None:
        return None
    from indexer.gate import served_notice
    from indexer.retrieval.opening import open_retriever

    return served_notice(open_retriever(catalog, settings), settings.index.gate, catalog)
