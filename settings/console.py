"""What the three commands share at the terminal: options, exit codes, faults, JSON on standard output."""

from __future__ import annotations

import os
import sys
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from settings.configuration import Settings


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


def load_or_exit(path: Path) -> Settings:
    """The settings of a file; where there are faults, one line each goes to standard error, and exit 2."""
    from settings.faults import ConfigurationError  # noqa: PLC0415 - keeps `--help` fast
    from settings.load import SNAPSHOT, load_settings  # noqa: PLC0415

    if not path.exists() and SNAPSHOT not in os.environ:
        stop(f"{path} does not exist: `crawler init {path}` writes a starter", ExitCode.WRONG_CALL)
    try:
        return load_settings(path)
    except ConfigurationError as error:
        stop(str(error), ExitCode.WRONG_CALL)
