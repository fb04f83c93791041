"""HTTP/2 over one connection, by httpcore2: many exchanges at once."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

import httpcore2

from catalog.canonical_url import Site
from crawler.fetch.http11 import Headers


class Http2Exchange:
    """One request and its answer on a connection that others use at the same time."""

    is_reusable = True
    peer_certificate = None
    """Only logins that authenticate a connection want it, and they speak HTTP/1.1."""

    def __init__(
        self, connection: httpcore2.AsyncHTTP2Connection, site: Site, *, served_before: bool
    ) -> None:
        self._connection = connection
        self.served_before = served_before
        self.notes: dict[str, object] = {}
        self._site = site
        self._response: httpcore2.Response | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    async def send(
        self, target: bytes, headers: Headers, *, method: bytes = b"GET", body: bytes = b""
    ) -> tuple[int, Headers]:
        """Send a request; status and headers of its answer.

        Raises `httpcore2.ConnectionNotAvailable` where the connection takes no more requests, and
        httpcore2's protocol and network errors.
        """
        await self.close()
        url = httpcore2.URL(
            scheme=self._site.scheme.encode(),
            host=self._site.hostname.encode(),
            port=self._site.port,
            target=target,
        )
        request = httpcore2.Request(method, url, headers=headers, content=body or None)
        self._response = await self._connection.handle_async_request(request)
        stream = self._response.stream
        assert isinstance(stream, AsyncIterable)
        self._pieces = aiter(stream)
        return self._response.status, [(name.lower(), value) for name, value in self._response.headers]

    async def read(self) -> bytes:
        """The next piece of the body; ``b""`` at its end."""
        assert self._pieces is not None, "nothing was sent"
        async for piece in self._pieces:
            if piece:
                return piece
        return b""

    async def close(self) -> None:
        """Give up what was not read of the answer."""
        if self._response is not None:
            response, self._response = self._response, None
            await response.aclose()
