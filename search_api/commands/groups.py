"""`search-api groups load`: which groups contain which."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from search_api.commands.catalog_access import opened_catalog
from settings.console import (
    DEFAULT_CONFIG,
    ConfigOption,
    ExitCode,
    JsonOption,
    load_or_exit,
    print_json,
    stop,
)


def load(
    file: Annotated[Path, typer.Argument(help="YAML or JSON (group: [members]), or CSV (group,member).")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Replace all nested groups by those of a file; services that run know them with the next question."""
    settings = load_or_exit(config)
    from catalog.groups import replace_groups
    from search_api.identity.group_files import GroupFileError, read_group_file

    try:
        memberships = read_group_file(file)
    except GroupFileError as error:
        stop(str(error), ExitCode.WRONG_CALL)
    with opened_catalog(settings) as catalog, catalog.write() as connection:
        count = replace_groups(connection, memberships)
    groups = len({group for group, _ in memberships})
    if json:
        print_json({"groups": groups, "memberships": count})
    else:
        typer.echo(f"{groups:,} groups with {count:,} memberships are loaded; those before are replaced.")
