"""An OAuth 2 token endpoint and the site that its tokens open, which counts what was asked."""

from __future__ import annotations

import base64
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.support.web_server import serve_app

CLIENT = "crawler: north"
SECRET = "pärl & grain/100%+"


@dataclass
class TokenServer:
    """How it behaves may be changed while it runs. `counts`: `tokens`, `attempts`, `pages`, `refused`."""

    address: str
    takes: str = "header"
    """Where the secret may stand: ``header`` or ``body``."""
    scopes: frozenset[str] = frozenset({"read", "read files"})
    lifetime: object = 3600
    extra: dict[str, Any] = field(default_factory=dict)
    """Changes to a token answer."""
    refusal: Response | None = None
    """What every request for a token is answered with, where this is set."""
    words: str = "no such client"
    counts: Counter[str] = field(default_factory=Counter)
    accepts: str = ""
    """The only scope whose tokens open the pages; empty: any."""
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def token_url(self) -> str:
        return f"{self.address}/token"

    def page(self, number: int) -> str:
        return f"{self.address}/page/{number}"

    def end_tokens(self) -> None:
        """Whatever was issued is worth nothing any more."""
        self._tokens.clear()

    async def token(self, request: Request) -> Response:
        """RFC 6749 section 4.4.2, strictly."""
        self.counts["attempts"] += 1
        if self.refusal is not None:
            return self.refusal
        fields = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if self._client(request, fields) != (CLIENT, SECRET):
            said = {"error": "invalid_client", "error_description": self.words}
            return JSONResponse(said, 401, {"WWW-Authenticate": 'Basic realm="tokens"'})
        if fields.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        scope = fields.get("scope", "read")
        if scope not in self.scopes:
            return JSONResponse({"error": "invalid_scope", "error_description": "never heard of it"}, 400)
        self.counts["tokens"] += 1
        token = f"token-{next(self._numbers)}-of-{id(self):x}"
        seconds = float(self.lifetime) if isinstance(self.lifetime, int | str) else 3600.0
        self._tokens[token] = scope, time.monotonic() + seconds
        issued: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}
        return JSONResponse(
            {name: value for name, value in (issued | self.extra).items() if value is not None}
        )

    async def show(self, request: Request) -> Response:
        """A page for those who have a token."""
        word, _, token = request.headers.get("authorization", "").partition(" ")
        scope, ends = self._tokens.get(token, ("", 0.0))
        if word != "Bearer" or ends < time.monotonic() or (self.accepts and scope != self.accepts):
            self.counts["refused"] += 1
            return HTMLResponse("who are you?", 401, {"WWW-Authenticate": 'Bearer realm="pages"'})
        self.counts["pages"] += 1
        return HTMLResponse("<title>Page</title><p>Of the grain trade.")

    def _client(self, request: Request, fields: dict[str, str]) -> tuple[str, str] | None:
        if self.takes == "body":
            return (fields.get("client_id", ""), fields.get("client_secret", ""))
        word, _, value = request.headers.get("authorization", "").partition(" ")
        if word != "Basic":
            return None
        name, _, secret = base64.b64decode(value).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)


@contextmanager
def serve_tokens() -> Iterator[TokenServer]:
    """Run both on a loopback port until the block ends."""
    made: list[TokenServer] = []

    def build(address: str) -> Starlette:
        server = TokenServer(address)
        made.append(server)
        return Starlette(
            routes=[Route("/token", server.token, methods=["POST"]), Route("/page/{number}", server.show)]
        )

    with serve_app(build):
        yield made[0]
