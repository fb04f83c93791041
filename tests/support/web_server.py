"""An ASGI application on a loopback port, in a thread of the test's own process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette

START_SECONDS: Final = 10.0


def listen(host: str = "127.0.0.1") -> tuple[socket.socket, str]:
    """A listening socket on a port that the system chose, and its address ``http://HOST:PORT``."""
    listener = socket.create_server((host, 0), backlog=256)
    return listener, f"http://{host}:{listener.getsockname()[1]}"


@contextmanager
def serve_app(build: Callable[[str], Starlette], host: str = "127.0.0.1") -> Iterator[str]:
    """Serve what `build` makes of the server's own address until the block ends; gives that address."""
    listener, address = listen(host)
    with serving(build(address), listener):
        yield address


@contextmanager
def serving(app: Starlette, listener: socket.socket) -> Iterator[None]:
    """Serve an application on a socket that listens already; the socket is closed at the end."""
    configuration = uvicorn.Config(
        app, log_level="error", access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(configuration)
    # Signals are for the main thread alone: uvicorn leaves them there by itself.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
