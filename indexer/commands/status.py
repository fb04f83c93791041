"""`indexer status`: what is indexed, in how many files, by which model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settings.console import DEFAULT_CONFIG, ConfigOption, JsonOption

if TYPE_CHECKING:
    from indexer.inspection import IndexStatus


def status(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show counts, files and the model; damaged segments too."""
    from dataclasses import asdict

    from indexer.commands.session import opened
    from indexer.inspection import inspect
    from settings.console import print_json

    with opened(config) as (catalog, settings):
        found = inspect(catalog, settings)
    if as_json:
        print_json(asdict(found))
    else:
        _print_table(found)


def _print_table(found: IndexStatus) -> None:
    from rich.console import Console
    from rich.table import Table

    rows: list[tuple[str, Any]] = [
        ("documents", f"{found.documents:,}"),
        ("chunks", f"{found.chunks:,}"),
        ("embeddings", f"{found.embeddings:,}"),
        ("pending documents", f"{found.pending:,}"),
        ("lexical index", f"{found.lexical_bytes / 1e6:,.1f} MB"),
    ]
    for model in found.models:
        rows.append((model.model, f"{model.rows:,} rows ({model.live:,} live)"))
        rows.append(("", f"{model.segments} segments, {model.bytes / 1e6:,.1f} MB"))
        rows.extend(("damaged", fault) for fault in model.faults)
    if found.writer:
        rows.append(("being written by", found.writer))
    table = Table(show_header=False, box=None)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, str(value))
    Console().print(table)
