"""The real service on a loopback port of its own, for tests that need HTTP or a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import httpx2
import uvicorn

from search_api.app import create_app
from search_api.ask.chat_model import ChatModel
from search_api.backend import Backend
from search_api.catalog_door import CatalogDoor
from search_api.current_settings import CurrentSettings
from search_api.identity.identify import Identifier
from search_api.service import SearchService
from search_api.sign_in.flow import SignInFlow
from settings.configuration import Settings


@contextmanager
def serving(
    open_backend: Callable[[], Backend],
    *,
    ready: bool = True,
    identifier: Identifier | None = None,
    sign_in: SignInFlow | None = None,
    settings: Settings | None = None,
    public_url: str | None = None,
    chat_models: Sequence[ChatModel] = (),
) -> Iterator[str]:
    """Serve until the block ends; yields the base address, once the service is ready if it will be.

    With `settings` their catalog is administered.
    """
    operated = () if settings is None else (CatalogDoor(settings.store), CurrentSettings(settings))
    service = SearchService(open_backend)
    app = create_app(
        service, identifier, *operated, sign_in=sign_in, public_url=public_url, chat_models=chat_models
    )
    config = uvicorn.Config(app, port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="serving")
    thread.start()
    try:
        address = f"http://127.0.0.1:{_port(server, thread)}"
        if ready:
            _wait_until_ready(address)
        yield address
    finally:
        server.should_exit = True
        thread.join()


def _port(server: uvicorn.Server, thread: threading.Thread) -> int:
    while not server.started:
        assert thread.is_alive(), "the server ended before it listened"
        time.sleep(0.01)
    return int(server.servers[0].sockets[0].getsockname()[1])


def _wait_until_ready(address: str) -> None:
    for _ in range(1_000):
        if httpx2.get(f"{address}/readyz", trust_env=False).status_code == 200:
            return
        time.sleep(0.02)
    raise AssertionError("the service did not become ready")
