"""What the three commands share at the terminal: options, exit codes, faults, JSON on standard output."""

from __future__ import annotations

import sys
from enum import IntEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer


class ExitCode(IntEnum):
    """The exit codes promised to scripts."""

    DONE = 0
    FAILED = 1
    WRONG_CALL = 2
    INCOMPLETE = 3
    INTERRUPTED = 130


ConfigOption = Annotated[
    Path,
    typer.Option("--config", envvar="SITELORE_CONFIG", help="The configuration file.", show_default=True),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

DEFAULT_CONFIG = Path("connectors.yaml")


def print_json(value: object) -> None:
    """Write one JSON document to standard output; dates become ISO 8601."""
    import orjson  # noqa: PLC0415 - keeps `--help` fast

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.flush()


def stop(message: str, code: ExitCode) -> NoReturn:
    """End the command: the message goes to standard error."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
