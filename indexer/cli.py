"""The `indexer` command line; each command imports what it needs when it runs."""

from __future__ import annotations

import typer

from indexer.commands.bench import bench
from indexer.commands.evaluation import evaluate
from indexer.commands.rebuild import rebuild
from indexer.commands.run import run
from indexer.commands.status import status

app = typer.Typer(
    name="indexer",
    help="Turn the catalog's documents into searchable passages.",
    no_args_is_help=True,
    add_completion=False,
)
for command in (run, rebuild, status, bench):
    app.command()(command)
app.command("eval")(evaluate)
