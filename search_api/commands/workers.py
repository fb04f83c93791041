"""Several processes behind one port, each listening for itself.

Of processes that share one listening socket the first to wake takes all connections that wait, and keeps
them: two workers with 16 clients answered hardly more than one. With `SO_REUSEPORT` the kernel spreads
connections over the sockets (Kerrisk, "The SO_REUSEPORT socket option", LWN 2013).
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import Self

from uvicorn import Config
from uvicorn.supervisors import Multiprocess

logger = logging.getLogger("uvicorn.error")


class SharedPort(socket.socket):
    """A bound socket that arrives in another process as a socket of its own on the same port."""

    @classmethod
    def bound(cls, host: str, port: int) -> Self:
        """Listens nowhere yet; port 0 is a free one. Raises `OSError`."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = cls(family)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind((host, port))
        return made

    def __reduce__(self) -> tuple[Callable[[str, int], SharedPort], tuple[str, int]]:
        """To another process it goes as its address."""
        host, port = self.getsockname()[:2]
        return type(self).bound, (host, port)


def run_workers(config: Config) -> None:
    """Serve with `config.workers` processes until Ctrl-C; one that dies is replaced. Raises `OSError`."""
    with SharedPort.bound(config.host, config.port) as port:
        host = f"[{config.host}]" if ":" in config.host else config.host
        logger.info("Uvicorn running on http://%s:%d (Press CTRL+C to quit)", host, port.getsockname()[1])
        Multiprocess(config, sockets=[port]).run()
