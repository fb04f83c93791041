"""`search-api key create|list|revoke`: API keys for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from catalog.api_keys import ApiKey

Name = Annotated[str, typer.Argument(help="What the key is known by; shown in lists, never sent.")]


def create(  # noqa: PLR0917 - typer makes options of them
    name: Name,
    group: Annotated[
        list[str] | None, typer.Option(help="A group that the key is in; may be repeated.")
    ] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="search, admin or act-as; may be repeated (default: search).")
    ] = None,
    aws: Annotated[
        bool, typer.Option("--aws", help="Also sign requests with it (AWS Signature Version 4).")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Make a key and print it, once: only its hash is kept; with --aws the key too, sealed."""
    settings = load_or_exit(config)
    from catalog.api_keys import Scope, create_key, make_signing
    from catalog.vault import Vault

    scopes = scope or [Scope.SEARCH.value]
    if unknown := [given for given in scopes if given not in list(Scope)]:
        stop(f"there is no scope {unknown[0]}: choose of {', '.join(Scope)}", ExitCode.WRONG_CALL)
    if "" in (group or []):
        stop("a group must have a name", ExitCode.WRONG_CALL)
    with opened_catalog(settings) as catalog, catalog.write() as connection:
        key = create_key(connection, name, group or [], map(Scope, scopes))
        access_key_id = make_signing(connection, Vault.open(catalog.directory), key) if aws else None
    if json:
        told = {"name": name, "key": key}
        print_json(told if access_key_id is None else told | {"access_key_id": access_key_id})
        return
    if access_key_id is None:
        typer.echo(key)
    else:
        typer.echo(f"AWS_ACCESS_KEY_ID={access_key_id}\nAWS_SECRET_ACCESS_KEY={key}")
    typer.echo("Keep it now: it cannot be shown again. It is sent as `Authorization: Bearer …`.", err=True)


def revoke(name: Name, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """From now on the key opens nothing, in services that run, too."""
    settings = load_or_exit(config)
    from catalog.api_keys import revoke_key

    with opened_catalog(settings) as catalog, catalog.write() as connection:
        revoked = revoke_key(connection, name)
    if not revoked:
        stop(
            f"there is no key named {name} that could be revoked: `search-api key list`", ExitCode.WRONG_CALL
        )
    typer.echo(f"{name} is revoked.", err=True)


def show(config: ConfigOption = DEFAULT_CONFIG, json: JsonOption = False) -> None:
    """Every key that was made: its groups and scopes, not the key."""
    settings = load_or_exit(config)
    from catalog.api_keys import read_keys

    with opened_catalog(settings) as catalog, catalog.read() as connection:
        keys = read_keys(connection)
    if json:
        print_json({"keys": [_told(key) for key in keys]})
    else:
        _print(keys)


def _told(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "groups": key.groups,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
        "access_key_id": key.access_key_id,
    }


def _print(keys: list[ApiKey]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("name", "groups", "scopes", "made", "revoked", "access key id"):
        table.add_column(heading)
    for key in keys:
        revoked = f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        groups, scopes = ", ".join(key.groups), ", ".join(sorted(key.scopes))
        made = f"{key.created_at:%Y-%m-%d}"
        table.add_row(key.name, groups, scopes, made, revoked, key.access_key_id or "")
    Console(highlight=False).print(table)
