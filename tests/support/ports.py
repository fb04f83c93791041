"""Loopback ports: one that nobody uses, one that refuses connections."""

from __future__ import annotations

import socket
from typing import Final

_REFUSING: Final[list[socket.socket]] = []


def free_port() -> int:
    """A port that was free a moment ago: a server that takes it must be ready to find it taken."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def refusing_port() -> int:
    """A port that refuses connections until this process ends: it is taken, so no server of another test
    comes to listen there."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.bind(("127.0.0.1", 0))
    _REFUSING.append(taken)
    port: int = taken.getsockname()[1]
    return port
