"""Several processes behind one port share the callers among them."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing
from typing import Any

from tests.support.ports import free_port

CLIENTS = 40
SERVE = """
from uvicorn import Config
from search_api.commands.workers import run_workers
if __name__ == "__main__":
    run_workers(Config("tests.search_api.test_workers:which_process", port={port}, workers=2, ws="none"))
"""


async def which_process(
    scope: dict[str, Any], _: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """An application that answers which process it runs in."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(os.getpid()).encode()})


def asked(connection: http.client.HTTPConnection) -> str:
    connection.request("GET", "/")
    return connection.getresponse().read().decode()


def test_connections_that_come_at_once_are_spread_over_the_processes() -> None:
    port = free_port()
    command = [sys.executable, "-c", SERVE.format(port=port)]
    with ExitStack() as opened:
        server = opened.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        opened.callback(server.terminate)
        seen: set[str] = set()
        while len(seen) < 2:  # each new connection may come to either
            assert server.poll() is None
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                    seen.add(asked(connection))
            except OSError:
                time.sleep(0.02)
        clients = [
            opened.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)))
            for _ in range(CLIENTS)
        ]
        for client in clients:
            client.connect()
        shares = Counter(map(asked, clients))
    assert set(shares) == seen
    assert min(shares.values()) >= CLIENTS // 10, shares
