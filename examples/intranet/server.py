"""All sites in one process, each on a loopback port of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from examples.intranet.finance import finance, identity_provider
from examples.intranet.handbook import handbook
from examples.intranet.portal import portal
from examples.intranet.saml import KeyPair
from examples.intranet.status import status
from examples.intranet.wiki import wiki

HOST = "127.0.0.1"
SITES = ("handbook", "wiki", "portal", "finance", "status", "identity")
"""The five sites in the order of their ports, and the identity provider behind the fourth."""

DEFAULT_PASSWORDS = {
    "WIKI_PASSWORD": "tern-and-tide",
    "PORTAL_PASSWORD": "salt-marsh-9",
    "FINANCE_PASSWORD": "ledger-of-gulls",
}
"""What the environment variables of these names say when they are not set: this is a demo."""


class _Server(uvicorn.Server):
    """A server that leaves signals alone: five servers share this process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def applications(addresses: Mapping[str, str]) -> Mapping[str, Starlette]:
    """Every site as an application; `addresses` maps the names of SITES to `http://127.0.0.1:PORT`."""
    passwords = {name: os.environ.get(name, default) for name, default in DEFAULT_PASSWORDS.items()}
    keys = KeyPair.generate()
    return {
        "handbook": handbook(addresses),
        "wiki": wiki(addresses, passwords["WIKI_PASSWORD"]),
        "portal": portal(addresses, passwords["PORTAL_PASSWORD"]),
        "finance": finance(addresses, keys.certificate),
        "status": status(addresses),
        "identity": identity_provider(addresses, passwords["FINANCE_PASSWORD"], keys),
    }


def _server(app: Starlette) -> _Server:
    """A quiet server that waits no longer than two seconds for clients that keep their connections."""
    configuration = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2
    )
    return _Server(configuration)


def bind(ports: Sequence[int]) -> list[socket.socket]:
    """Listening sockets on the loopback ports given, 0 for any; OSError names no port, so we do."""
    sockets: list[socket.socket] = []
    for port in ports:
        try:
            sockets.append(socket.create_server((HOST, port), backlog=256))
        except OSError as error:
            for opened in sockets:
                opened.close()
            raise OSError(error.errno, f"port {port}: {error.strerror}") from error
    return sockets


async def serve(
    ports: Sequence[int], announce: Callable[[Mapping[str, int]], None], *, until_eof: bool = False
) -> None:
    """Serve all sites until SIGINT or SIGTERM; `announce` gets the ports by site once they accept.

    With `until_eof` the end of standard input ends it too: a test that is killed leaves no server behind.
    """
    sockets = bind(ports)
    opened = {site: listener.getsockname()[1] for site, listener in zip(SITES, sockets, strict=True)}
    apps = applications({site: f"http://{HOST}:{port}" for site, port in opened.items()})
    servers = [_server(apps[site]) for site in SITES]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    def input_ended() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stop()

    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop)
    if until_eof:
        loop.add_reader(sys.stdin.fileno(), input_ended)
    announce(opened)
    await asyncio.gather(
        *(server.serve(sockets=[listener]) for server, listener in zip(servers, sockets, strict=True))
    )
