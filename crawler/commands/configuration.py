"""`crawler init`, `validate`, `schema`: make a configuration and check it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, ExitCode, JsonOption, print_json, stop

if TYPE_CHECKING:
    from settings.configuration import Settings
    from settings.connector import ConnectorSettings
    from settings.faults import Fault


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = DEFAULT_CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented configuration to start from."""
    from importlib.resources import files

    starter = files("settings").joinpath("starter.yaml").read_text(encoding="utf-8")
    if path.is_dir():
        path /= DEFAULT_CONFIG
    if path.exists() and not force:
        stop(f"{path} is there already: nothing was written; `--force` replaces it", ExitCode.WRONG_CALL)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(starter)
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror or error}", ExitCode.FAILED)
    typer.echo(
        f"Wrote {path}: put your addresses under `seeds`, then run `crawler validate --config {path}`."
    )
    typer.echo(f"Completion in editors: crawler schema > {path.parent / 'connectors.schema.json'}")


def validate(
    config: ConfigOption = DEFAULT_CONFIG,
    tried: Annotated[
        str | None,
        typer.Option("--try", metavar="URL", help="Fetch this page too, and show what the mappings yield."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check the configuration; every fault with its line. With --try show what it yields on a live page."""
    if tried is not None:
        from crawler.commands.trial import try_url
        from settings.console import load_or_exit

        try_url(load_or_exit(config), tried, json=json)
        return
    if json:
        _validate_as_json(config)
        return
    from settings.console import load_or_exit

    settings = load_or_exit(config)
    faults = _faults_of_files(settings)
    if faults:
        stop("\n".join(map(str, faults)), ExitCode.WRONG_CALL)
    _print_overview(settings)


def schema() -> None:
    """Print the JSON Schema of the configuration, for editors.

    The starter's first line names it: `crawler schema > connectors.schema.json`.
    """
    from settings.schema import json_schema

    print_json(json_schema())


def _validate_as_json(config: Path) -> None:
    from settings.faults import ConfigurationError
    from settings.load import load_settings

    connectors: list[dict[str, Any]] = []
    try:
        settings = load_settings(config)
        faults = _faults_of_files(settings)
        connectors = [_overview(connector) for connector in settings.connectors]
    except ConfigurationError as error:
        faults = error.faults
    told = [
        {"file": str(fault.file), "line": fault.line, "column": fault.column, "message": fault.message}
        for fault in faults
    ]
    print_json({"valid": not faults, "faults": told, "connectors": connectors})
    if faults:
        raise typer.Exit(ExitCode.WRONG_CALL)


def _faults_of_files(settings: Settings) -> tuple[Fault, ...]:
    """What is wrong with the files that `search` names."""
    from settings.tuning.files import check_files

    return tuple(fault for file in check_files(settings.search) for fault in file.faults)


def _overview(connector: ConnectorSettings) -> dict[str, Any]:
    """What a person wants to see at once of a connector."""
    from crawler.sync.not_yet import unsupported

    return {
        "name": connector.name,
        "seeds": len(connector.seeds),
        "sitemaps": len(connector.sitemaps),
        "follow": connector.scope.follow,
        "max_pages": connector.scope.max_pages,
        "auth": [login.type for login in connector.auth],
        "access": "public" if connector.is_public else f"{len(connector.access)} rules",
        "mappings": len(connector.field_mappings),
        "schedule": connector.sync.schedule,
        "not_supported": list(unsupported(connector)),
        "fingerprint": connector.fingerprint(),
    }


def _print_overview(settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    columns = (
        "connector",
        "starts from",
        "follow",
        "pages at most",
        "login",
        "readers",
        "mappings",
        "schedule",
    )
    for column in columns:
        table.add_column(column, justify="right" if column in ("pages at most", "mappings") else "left")
    for connector in settings.connectors:
        overview = _overview(connector)
        table.add_row(
            overview["name"],
            _starts(overview["seeds"], overview["sitemaps"]),
            overview["follow"],
            f"{overview['max_pages']:,}",
            ", ".join(overview["auth"]) or "none",
            overview["access"],
            str(overview["mappings"]),
            overview["schedule"] or "when asked",
        )
    Console().print(table)
    typer.echo(f"{settings.path} is valid.", err=True)
    from crawler.sync.not_yet import unsupported

    for sentence in (line for connector in settings.connectors for line in unsupported(connector)):
        typer.echo(f"But {sentence}", err=True)


def _starts(seeds: int, sitemaps: int) -> str:
    parts = [
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((seeds, "seed"), (sitemaps, "sitemap"))
        if count
    ]
    return ", ".join(parts)
