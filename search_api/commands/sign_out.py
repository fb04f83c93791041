"""`search-api sign-out USER`: end what someone began by signing in, before its time is over."""

from __future__ import annotations

from typing import Annotated

import typer

from search_api.commands.catalog_access import opened_catalog
from settings.console import DEFAULT_CONFIG, ConfigOption, JsonOption, load_or_exit, print_json


def sign_out(
    user: Annotated[str, typer.Argument(help="The user's name, as the identity provider says it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    json: JsonOption = False,
) -> None:
    """Sign someone out everywhere, in services that run, too: they left, or their groups changed."""
    settings = load_or_exit(config)
    from catalog.sign_ins import close_sign_ins_of

    with opened_catalog(settings) as catalog, catalog.write() as connection:
        ended = close_sign_ins_of(connection, user)
    if json:
        print_json({"user": user, "ended": ended})
    elif ended == 0:
        typer.echo(f"{user} was signed in nowhere: is the name as the identity provider says it?", err=True)
    else:
        typer.echo(f"{user} was signed in {ended} time{'s' * (ended != 1)} and is no longer.", err=True)
