"""What every request passes first and every answer carries: caps, security headers, counting.

Plain ASGI, so that bodies are capped while they arrive, before anything is parsed.
"""

from __future__ import annotations

import logging
import time
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.metrics import Metrics
from search_api.problems import problem
from search_api.query.limits import MAX_BODY_BYTES, MAX_TARGET_BYTES, MAX_TUNING_BYTES

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""They change nothing (RFC 9110, section 9.2.1)."""

logger = logging.getLogger(__name__)

SECURITY_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class _BodyTooLargeError(Exception):
    """More arrived than may."""


def is_forged(method: str, headers: Headers, public_url: str | None = None) -> bool:
    """Whether a page of another site has the browser send this, with the cookies of whoever looks at it.

    Decided by what browsers say of a request and no page can change: `Sec-Fetch-Site`, or else `Origin`
    against `Host` (OWASP, "Cross-Site Request Forgery Prevention": Fetch Metadata). Programs send neither.
    """
    if method in _SAFE_METHODS:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None or origin == public_url:
        return False
    return origin.partition("://")[2] != headers.get("host")


class Protection:
    """Refuses what is too large or forged, adds the security headers and counts what was answered.

    `public_url` is the origin that browsers see, where a proxy changes it.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, public_url: str | None = None) -> None:
        self.app = app
        self.metrics = metrics
        self.public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, _most_bytes(scope["path"]))
        # What GET answers, HEAD answers without the body, which the server leaves out (RFC 9110, 9.3.2).
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        started = time.perf_counter()
        try:
            await self._answer(asked, exchange)
        finally:
            route = getattr(asked.get("route"), "path", "(none)")
            self.metrics.requests.labels(route, scope["method"], str(exchange.status)).inc()
            self.metrics.request_seconds.labels(route).observe(time.perf_counter() - started)

    async def _answer(self, scope: Scope, exchange: _Exchange) -> None:
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_TARGET_BYTES:
            refusal = problem(414, f"The address is longer than {MAX_TARGET_BYTES // 1024} KB.")
            await refusal(scope, exchange.receive, exchange.send)
            return
        if is_forged(scope["method"], Headers(scope=scope), self.public_url):
            refusal = problem(403, "This was sent by a page of another site.")
            await refusal(scope, exchange.receive, exchange.send)
            return
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except _BodyTooLargeError:
            refusal = problem(413, f"The body is larger than {exchange.most_bytes // 1024} KB.")
            await refusal(scope, exchange.receive, exchange.send)
        except Exception:
            if exchange.status:
                raise  # the answer has begun: the server can only cut it off
            logger.exception("%s %s failed", scope["method"], scope["path"])
            refusal = problem(500, "The service failed to answer this; its log says why.")
            await refusal(scope, exchange.receive, exchange.send)


def _most_bytes(path: str) -> int:
    """How large a body may be. Large ones are read only after who sends them was found to administer."""
    return MAX_TUNING_BYTES if path.startswith("/v1/tuning/") else MAX_BODY_BYTES


class _Exchange:
    """One request and its answer: counts the bytes that come in, completes the headers that go out."""

    def __init__(self, receive: Receive, send: Send, most_bytes: int) -> None:
        self._receive = receive
        self._send = send
        self.most_bytes = most_bytes
        self._received = 0
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self.most_bytes and not self.status:
            raise _BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)
