"""`search-api validate`: check the configuration and every tuning file that it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from search_api.commands.catalog_access import opened_catalog
from settings.console import DEFAULT_CONFIG, ConfigOption, ExitCode, JsonOption, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from settings.configuration import Settings
    from settings.faults import Fault
    from settings.tuning.files import CheckedFile


def validate(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """Check synonyms, featured results, questions, answers, block list: each fault with line and column.

    Addresses of featured results that no document has are told, too; they are not shown to anyone.
    """
    from settings.faults import ConfigurationError
    from settings.load import load_settings
    from settings.tuning.files import check_files

    faults: list[Fault] = []
    files: list[CheckedFile] = []
    notices: list[str] = []
    try:
        settings = load_settings(config)
        files = list(check_files(settings.search))
        faults = [fault for file in files for fault in file.faults]
        notices = _unindexed(settings, files)
    except ConfigurationError as error:
        faults = list(error.faults)
    if json:
        print_json({"valid": not faults, **_told(files, faults), "notices": notices})
    else:
        _print(files, faults, notices)
    if faults:
        raise typer.Exit(ExitCode.WRONG_CALL)


def _unindexed(settings: Settings, files: Sequence[CheckedFile]) -> list[str]:
    """Featured addresses that no document has, where they stand; nothing where nothing was crawled yet."""
    from sqlalchemy import make_url

    from search_api.tuning.resources import unindexed
    from settings.tuning.featured import featured_places
    from settings.tuning.kinds import TuningKind

    featured = [file for file in files if file.kind == TuningKind.FEATURED and file.entries]
    url = make_url(settings.store.database)
    is_crawled = url.get_backend_name() != "sqlite" or Path(url.database or "").exists()
    if not featured or not is_crawled:
        return []
    with opened_catalog(settings) as catalog, catalog.read() as connection:
        return [
            str(places[address].fault(f"no document has the address {address}: it is not shown"))
            for file in featured
            for places in [featured_places(file.path.read_text(encoding="utf-8-sig"), file.path)]
            for address in unindexed(connection, file.entries)
        ]


def _told(files: Sequence[CheckedFile], faults: Sequence[Fault]) -> dict[str, Any]:
    return {
        "files": [
            {"kind": file.kind, "path": str(file.path), "entries": len(file.entries)} for file in files
        ],
        "faults": [
            {"file": str(fault.file), "line": fault.line, "column": fault.column, "message": fault.message}
            for fault in faults
        ],
    }


def _print(files: Sequence[CheckedFile], faults: Sequence[Fault], notices: Sequence[str]) -> None:
    for file in files:
        typer.echo(f"{file.kind:8}  {len(file.entries):7,} entries  {file.path}")
    for line in (*map(str, faults), *notices):
        typer.echo(line, err=True)
    if not faults:
        typer.echo("Everything is valid." if files else "No tuning files are named: see `search`.", err=True)
