"""A loopback port that nobody uses."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port that was free a moment ago: a server that takes it must be ready to find it taken."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
