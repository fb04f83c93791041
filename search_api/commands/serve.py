"""`search-api serve`: the HTTP server and its page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, ExitCode, load_or_exit, stop

if TYPE_CHECKING:
    from fastapi import FastAPI

    from settings.configuration import Settings

_CONFIG_VARIABLE: Final = "SITELORE_CONFIG"
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def serve(
    config: ConfigOption = DEFAULT_CONFIG,
    host: Annotated[str | None, typer.Option(help="The address to listen on (default: search.host).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port (default: search.port); 0: a free one.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
) -> None:
    """Serve the search page and the HTTP interface until Ctrl-C."""
    settings = load_or_exit(config)
    refuse_sign_in(settings)
    import uvicorn

    # Workers are new processes: they find the configuration where every command looks for it.
    os.environ[_CONFIG_VARIABLE] = str(config.absolute())
    listening = host or settings.search.host
    if listening not in _LOOPBACK and settings.search.authentication.type == "none":
        typer.echo(f"Anyone who reaches {listening} may search: there is no sign-in.", err=True)
    uvicorn.run(
        "search_api.commands.serve:application",
        factory=True,
        host=listening,
        port=settings.search.port if port is None else port,
        workers=workers,
        log_level="info",
        access_log=False,  # queries are kept in the query log; addresses hold what people ask
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
        ws="none",
    )


def application() -> FastAPI:
    """The application of one worker, configured by `SITELORE_CONFIG`."""
    from search_api.app import create_app
    from search_api.catalog_door import CatalogDoor
    from search_api.current_settings import CurrentSettings
    from search_api.identity.configured import configured_identifier
    from search_api.opening import open_backend
    from search_api.service import SearchService

    settings = load_or_exit(Path(os.environ[_CONFIG_VARIABLE]))
    refuse_sign_in(settings)
    return create_app(
        SearchService(lambda: open_backend(settings)),
        configured_identifier(settings.search),
        CatalogDoor(settings.store),
        CurrentSettings(settings),
    )


def refuse_sign_in(settings: Settings) -> None:
    """Never serve a page on which nobody can sign in where the configuration says that people do: exit 2."""
    if settings.search.authentication.type == "oidc":
        stop(
            "`search.authentication.type` is oidc, and people cannot sign in on the page yet: nothing is "
            "served; `jwt` takes the tokens of the same identity provider, `api_keys` serves programs",
            ExitCode.WRONG_CALL,
        )
