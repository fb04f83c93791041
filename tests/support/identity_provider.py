"""An OpenID provider that is strict with its client, and can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.token_signing import Signer
from tests.support.web_server import serve_app

CLIENT_ID = "sitelore: search"
CLIENT_SECRET = "pärl & grain/100%+"


@dataclass
class IdentityProvider:
    """Signs everyone in as `user`. What it says can be changed while it runs; None takes a claim away."""

    issuer: str
    user: str = "eva"
    published: bytes | None = None
    """The keys that it publishes, where they are not those that it signs with."""
    claims: dict[str, Any] = field(default_factory=lambda: {"groups": ["board"]})
    userinfo: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    """Added to what it says of itself, before it is asked the first time."""
    answer: dict[str, str] = field(default_factory=dict)
    """Added to the address that the browser is sent back to."""
    error: str | None = None
    token_answer: Response | None = None
    """What every code is answered with, where this is set."""
    signer: Signer = field(default_factory=Signer)
    ended: list[dict[str, str]] = field(default_factory=list)
    """What the browsers brought along that ended the provider's session."""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _access_tokens: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.signer.issuer, self.signer.audience = self.issuer, CLIENT_ID

    def behave(self) -> None:
        """As at the start; what was issued stays."""
        fresh = IdentityProvider(self.issuer)
        for name in ("user", "published", "claims", "userinfo", "answer", "error", "token_answer", "ended"):
            setattr(self, name, getattr(fresh, name))

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
        } | self.metadata

    async def discovery(self, request: Request) -> Response:
        return JSONResponse(self.described())

    async def keys(self, request: Request) -> Response:
        return Response(self.published or self.signer.key_set(), media_type="application/json")

    async def authorize(self, request: Request) -> Response:
        """RFC 6749 section 4.1.1 and RFC 7636 section 4.3, strictly."""
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        told = {"state": asked["state"]} | ({"error": self.error} if self.error else {"code": code})
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(told | self.answer)}", 302)

    async def token(self, request: Request) -> Response:
        """RFC 6749 section 4.1.3 and RFC 7636 section 4.6, strictly: a code is worth something once."""
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if self.token_answer is not None:
            return self.token_answer
        if self._client(request, sent) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self._codes.pop(sent.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest())
        if (
            asked is None
            or sent["redirect_uri"] != asked["redirect_uri"]
            or challenge.decode().rstrip("=") != asked["code_challenge"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        self._access_tokens.add(access_token)
        id_token = self.signer.token(self.user, **({"nonce": asked["nonce"]} | self.claims))
        return JSONResponse({"access_token": access_token, "token_type": "Bearer", "id_token": id_token})

    def _client(self, request: Request, sent: dict[str, str]) -> tuple[str, ...]:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if self.metadata.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            assert scheme == ""
        if scheme == "Basic":
            return tuple(unquote_plus(part) for part in base64.b64decode(credentials).decode().split(":"))
        return sent.get("client_id", ""), sent.get("client_secret", "")

    async def tell_of_user(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self._access_tokens or self.userinfo is None:
            return Response(status_code=401)
        return JSONResponse(self.userinfo)

    async def end(self, request: Request) -> Response:
        told = dict(request.query_params)
        self.ended.append(told)
        return RedirectResponse(told["post_logout_redirect_uri"], 302)


@contextmanager
def serving_provider() -> Iterator[IdentityProvider]:
    """A provider that runs until the block ends."""
    made: list[IdentityProvider] = []

    def build(address: str) -> Starlette:
        provider = IdentityProvider(address)
        made.append(provider)
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", provider.discovery),
                Route("/keys", provider.keys),
                Route("/authorize", provider.authorize),
                Route("/token", provider.token, methods=["POST"]),
                Route("/userinfo", provider.tell_of_user),
                Route("/end", provider.end),
            ]
        )

    with serve_app(build):
        yield made[0]
