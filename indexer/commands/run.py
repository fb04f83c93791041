"""`indexer run`: embed and index what is pending."""

from __future__ import annotations

from typing import Annotated

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, JsonOption


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
    print_progress(done, as_json)
