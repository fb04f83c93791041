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
    """Embed sample chunks in each number format that this machine has; show chunks per second."""
    from dataclasses import asdict

    from indexer.embedding.benchmark import measure
    from indexer.embedding.embedder import ModelError
    from settings.console import ExitCode, load_or_exit, print_json, stop

    settings = load_or_exit(config)
    try:
        measured = measure(settings.index, chunks)
    except ModelError as error:
        stop(str(error), ExitCode.FAILED)
    if as_json:
        print_json({"precisions": [asdict(speed) for speed in measured]})
        return
    for speed in measured:
        print(
            f"{speed.precision}: {speed.chunks_per_second:.1f} chunks/s, a query in {speed.query_ms:.1f} ms "
            f"({speed.device})"
        )
