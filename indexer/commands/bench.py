"""`indexer bench`: how fast the model is on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, JsonOption


def bench(
    chunks: Annotated[int, typer.Option("--chunks", min=8, help="How many chunks to embed.")] = 128,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Measure the model anew in each number format that this machine has; show which is used, and why."""
    from dataclasses import asdict

    from indexer.embedding.benchmark import measure, table
    from indexer.embedding.embedder import ModelError
    from indexer.layout import IndexLayout
    from settings.console import ExitCode, load_or_exit, print_json, stop

    settings = load_or_exit(config)
    try:
        measured = measure(settings.index, IndexLayout(settings.store.directory), chunks)
    except ModelError as error:
        stop(str(error), ExitCode.FAILED)
    if as_json:
        print_json({"precisions": [asdict(speed) for speed in measured]})
        return
    print(table(measured))
