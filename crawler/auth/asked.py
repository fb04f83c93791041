"""What a login's flow may know of the request that it is asked to authenticate."""

from __future__ import annotations

from typing import Protocol, cast

import httpx2


class Connection(Protocol):
    """The connection under a request; see `crawler.fetch.http11.Http1Connection`."""

    notes: dict[str, object]

    @property
    def peer_certificate(self) -> bytes | None:
        """The server's certificate (DER); None on a connection in clear."""
        ...


def connection_of(request: httpx2.Request) -> Connection:
    """The connection that the request was or will be sent on, as far as is known before it is sent."""
    return cast(Connection, request.extensions["connection"])


def connection_stands(response: httpx2.Response) -> bool:
    """Whether the next request of this flow goes over the same connection."""
    return bool(response.extensions.get("connection_stands", False))


def origin_of(request: httpx2.Request) -> str:
    """Scheme, host and port, such as ``https://wiki.example.com``."""
    url = request.url
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def target_of(request: httpx2.Request) -> str:
    """The request target byte for byte as it is sent: Digest hashes it (RFC 7616 section 3.4.6)."""
    target = request.extensions.get("target", request.url.raw_path)
    return cast(bytes, target).decode("ascii")
