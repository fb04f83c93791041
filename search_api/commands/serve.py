"""`search-api serve`: the HTTP server and its page."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from settings.console import DEFAULT_CONFIG, ConfigOption, ExitCode, load_or_exit, stop

if TYPE_CHECKING:
    from fastapi import FastAPI

    from search_api.sign_in.flow import SignInFlow
    from settings.configuration import Settings

_CONFIG_VARIABLE: Final = "SITELORE_CONFIG"
_APPLICATION: Final = "search_api.commands.serve:application"
_SERVER: Final[Mapping[str, Any]] = {
    "factory": True,
    "log_level": "info",
    "access_log": False,  # queries are kept in the query log; addresses hold what people ask
    "server_header": False,
    "timeout_keep_alive": 30,
    "timeout_graceful_shutdown": 10,
    "ws": "none",
}
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
    import uvicorn

    from search_api.commands.workers import run_workers

    _tell_of_provider(settings)
    # Workers are new processes: they find the configuration where every command looks for it.
    os.environ[_CONFIG_VARIABLE] = str(config.absolute())
    listening = host or settings.search.host
    if listening not in _LOOPBACK and settings.search.authentication.type == "none":
        typer.echo(f"Anyone who reaches {listening} may search: there is no sign-in.", err=True)
    chosen = settings.search.port if port is None else port
    _stop_if_taken(listening, chosen)
    if workers > 1:
        run_workers(uvicorn.Config(_APPLICATION, host=listening, port=chosen, workers=workers, **_SERVER))
    else:
        uvicorn.run(_APPLICATION, host=listening, port=chosen, **_SERVER)


def _stop_if_taken(host: str, port: int) -> None:
    """Say so before anything is loaded; uvicorn would end with the code of an incomplete run."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        why = f"{host} port {port} cannot be listened on ({error.strerror})"
        stop(f"{why}: choose another with --port or --host", ExitCode.FAILED)


def application() -> FastAPI:
    """The application of one worker, configured by `SITELORE_CONFIG`."""
    from search_api.app import create_app
    from search_api.ask.chat_model import ChatModel
    from search_api.catalog_door import CatalogDoor
    from search_api.current_settings import CurrentSettings
    from search_api.identity.configured import configured_identifier
    from search_api.opening import open_backend
    from search_api.service import SearchService

    settings = load_or_exit(Path(os.environ[_CONFIG_VARIABLE]))
    return create_app(
        SearchService(lambda: open_backend(settings)),
        configured_identifier(settings.search),
        CatalogDoor(settings.store),
        CurrentSettings(settings),
        sign_in=_sign_in(settings),
        public_url=settings.search.public_url,
        chat_models=[ChatModel(each) for each in settings.search.answers],
    )


def _sign_in(settings: Settings) -> SignInFlow | None:
    authentication = settings.search.authentication
    if authentication.type != "oidc":
        return None
    from catalog.database import make_folder
    from catalog.errors import CatalogError
    from catalog.vault import Vault
    from search_api.sign_in.configured import configured_sign_in

    try:
        make_folder(settings.store.directory)
        return configured_sign_in(authentication, Vault.open(settings.store.directory))
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)


def _tell_of_provider(settings: Settings) -> None:
    """Say at once when nobody could sign in now, beside the start: a provider may be down for a moment."""
    authentication = settings.search.authentication
    if authentication.type != "oidc":
        return
    from search_api.identity.refusals import ProviderError
    from search_api.sign_in.provider import Provider

    def ask() -> None:
        try:
            Provider(authentication.issuer).metadata()
        except ProviderError as error:
            typer.echo(f"Nobody can sign in now: {error}. It is asked again by whoever tries.", err=True)

    threading.Thread(target=ask, name="provider", daemon=True).start()
