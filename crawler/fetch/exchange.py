"""One request to a site and its answer, with a login's handshake where the origin has one."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Literal

import httpcore2
import httpx2

from crawler.fetch.clients import Lane, SiteClient
from crawler.fetch.direct_auth import DirectAuth, merged
from crawler.fetch.http11 import AnswerNeverCameError, Headers

DRAINED_BYTES = 64 * 1024
"""How much of an unwanted body is read so that its connection can be used again."""


class Exchange:
    """An answer whose body may still be read; leaving the context gives the connection back.

    A kept connection may have been closed by the server while it waited, or go away under the request
    (HTTP/2 GOAWAY): such a GET is sent once more on another one (RFC 9110 section 9.2.2). A POST never is;
    it does not use HTTP/1.1 connections that waited.
    """

    __slots__ = (
        "_auth",
        "_body",
        "_client",
        "_fields",
        "_held",
        "_lane",
        "_method",
        "_target",
        "headers",
        "status",
    )

    def __init__(
        self,
        client: SiteClient,
        target: str,
        fields: Headers,
        auth: httpx2.Auth | None,
        *,
        method: Literal["GET", "POST"] = "GET",
        body: bytes = b"",
    ) -> None:
        self._client = client
        self._method = method
        self._body = body
        self._target = target.encode("ascii")
        self._fields = fields
        self._auth = auth
        self._lane: Lane | None = None
        self._held: deque[bytes] = deque()
        self.status = 0
        self.headers: Headers = []

    async def __aenter__(self) -> Exchange:
        try:
            try:
                await self._ask()
            except (AnswerNeverCameError, ConnectionResetError, httpcore2.RemoteProtocolError):
                if self._lane is None or not self._lane.served_before or self._method == "POST":
                    raise
                await self._give_back()
                self._client.close_idle()  # they waited as long as this one
                await self._ask()
        except BaseException:
            await self._give_back()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._give_back()

    async def read(self) -> bytes:
        """The next piece of the body; ``b""`` at its end."""
        assert self._lane is not None, "read inside the context"
        return self._held.popleft() if self._held else await self._lane.read()

    async def drain(self) -> None:
        """Read a short body to its end; leave a long one."""
        seen = 0
        while seen < DRAINED_BYTES and (piece := await self.read()):
            seen += len(piece)

    async def _ask(self) -> None:
        if self._method == "POST":
            self._client.close_idle()
        lane = self._lane = await self._client.lane()
        auth = self._auth
        added: Headers | None = []
        if auth is not None:
            target = self._target.decode()
            added = (
                auth.first_headers(self._client.site.origin, target, lane)
                if isinstance(auth, DirectAuth)
                else None
            )
        if added is not None:
            length = [(b"Content-Length", b"%d" % len(self._body))] if self._method == "POST" else []
            self.status, self.headers = await lane.send(
                self._target,
                [*merged(self._fields, added), *length],
                method=self._method.encode(),
                body=self._body,
            )
        if auth is not None and (added is None or self.status == 401):
            await self._ask_with(auth, added)

    async def _ask_with(self, auth: httpx2.Auth, sent: Headers | None) -> None:
        """Drive a login's flow, all of it on one connection as long as the server keeps that open: it is
        what NTLM authenticates. An answer's `connection_stands` says whether the next request goes over it.

        `sent` is what a login added to the request that was answered already, if there was one.
        """
        url = self._client.site.origin + self._target.decode()
        first = httpx2.Request(self._method, url, headers=self._fields, content=self._body or None)
        first.extensions["connection"] = self._lane
        first.extensions["target"] = self._target
        flow = auth.async_auth_flow(first)
        try:
            request = await anext(flow)
            is_answered = sent is not None and _authorization(sent) == request.headers.get("authorization")
            while True:
                if not is_answered:
                    self.status, self.headers = await self._send(request)
                is_answered = False
                await self._hold_challenge()
                answer = httpx2.Response(self.status, headers=self.headers, request=request)
                answer.extensions["connection_stands"] = self._lane is not None and self._lane.is_reusable
                try:
                    request = await flow.asend(answer)
                except StopAsyncIteration:
                    return
                self._held.clear()
                await self.drain()
                if self._lane is None or not self._lane.is_reusable:
                    await self._give_back()
                    self._lane = await self._client.lane()
                request.extensions["connection"] = self._lane
        finally:
            await flow.aclose()

    async def _hold_challenge(self) -> None:
        """Read a 401's short body now: a handshake must know whether the connection outlives it."""
        self._held.clear()
        if self.status != 401 or self._lane is None:
            return
        seen = 0
        while seen < DRAINED_BYTES and (piece := await self._lane.read()):
            self._held.append(piece)
            seen += len(piece)

    async def _send(self, request: httpx2.Request) -> tuple[int, Headers]:
        assert self._lane is not None
        return await self._lane.send(
            self._target, request.headers.raw, method=request.method.encode(), body=request.content
        )

    async def _give_back(self) -> None:
        if self._lane is not None:
            lane, self._lane = self._lane, None
            await self._client.release(lane)


def _authorization(added: Headers) -> str | None:
    return next((value.decode("latin-1") for name, value in added if name.lower() == b"authorization"), None)
