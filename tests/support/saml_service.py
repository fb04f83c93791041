"""A real SAML service provider (pysaml2): a site of a few pages, or a thousand, behind single sign-on."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from saml2.response import StatusError
from saml2.sigver import SignatureError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.posted import posted_fields
from tests.support.saml_entities import (
    BINDING_HTTP_POST,
    BINDING_HTTP_REDIRECT,
    Saml2Client,
    make_keys,
    metadata,
    provider_description,
    provider_entity,
    service_description,
    service_entity,
)
from tests.support.saml_provider import SamlProvider
from tests.support.web_server import listen, serving

SESSION_COOKIE: Final = "ledger_session"
USER: Final = "crawler"
PASSWORD: Final = "quay & ledger: 7 <gulls>"
BINDINGS: Final = {"redirect": BINDING_HTTP_REDIRECT, "post": BINDING_HTTP_POST}


@dataclass
class SamlService:
    """The site's state; a test changes how it asks, ends its sessions and reads `counts`.

    With `expires_at` all sessions end, once, when so many pages were shown. `counts`: ``pages`` that were
    shown, ``walls`` (requests without a session), ``logins`` accepted, ``refused`` responses of the
    provider, ``logouts``.
    """

    address: str
    pages: int = 30
    binding: Literal["redirect", "post"] = "redirect"
    expires_at: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, str] = field(default_factory=dict)
    outstanding: dict[str, str] = field(default_factory=dict)
    entity: Saml2Client | None = None
    provider: str = ""

    def end_sessions(self) -> None:
        """Forget everyone who is signed in here; the provider does not hear of it."""
        self.sessions.clear()

    def reset(self) -> None:
        """As it was at its start."""
        self.pages = 30
        self.binding = "redirect"
        self.expires_at = None
        self.counts.clear()
        self.sessions.clear()
        self.outstanding.clear()

    def page(self, number: int) -> str:
        """The address of a page; 1 to `pages`."""
        return f"{self.address}/pages/{number}"

    def application(self) -> Starlette:
        """The site."""
        return Starlette(
            routes=[
                Route("/robots.txt", _everything_allowed),
                Route("/saml/acs", self._consume, methods=["POST"]),
                Route("/", self._guarded),
                Route("/me", self._guarded),
                Route("/logout", self._logout),
                Route("/pages/{number:int}", self._guarded),
            ]
        )

    async def _guarded(self, request: Request) -> Response:
        user = self.sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        if user is None:
            self.counts["walls"] += 1
            return self._ask_provider(request.url.path)
        number = request.path_params.get("number", 0)
        if number > self.pages:
            return PlainTextResponse("There is no such page.", 404)
        self.counts["pages"] += 1
        if self.counts["pages"] == self.expires_at:
            self.end_sessions()
        if request.url.path == "/me":
            return HTMLResponse(f"<title>Account</title><h1>Account</h1><p>Signed in as {user}.</p>")
        return HTMLResponse(ledger_page(number, self.pages))

    def _ask_provider(self, target: str) -> Response:
        assert self.entity is not None
        identifier, carried = self.entity.prepare_for_authenticate(
            self.provider, relay_state=target, binding=BINDINGS[self.binding]
        )
        self.outstanding[identifier] = target
        if self.binding == "post":
            return Response(carried["data"], media_type="text/html")
        return RedirectResponse(dict(carried["headers"])["Location"], 302)

    async def _consume(self, request: Request) -> Response:
        """The assertion consumer: signatures, audience, times and the request are pysaml2's to check."""
        assert self.entity is not None
        fields = await posted_fields(request)
        try:
            answer = self.entity.parse_authn_request_response(
                fields["SAMLResponse"], BINDING_HTTP_POST, self.outstanding
            )
        except (SignatureError, StatusError) as error:
            answer, why = None, f"{error}"
        else:
            why = "it cannot be read"
        if answer is None:
            self.counts["refused"] += 1
            return PlainTextResponse(f"The response is not accepted: {why}", 403)
        self.counts["logins"] += 1
        session = secrets.token_urlsafe(24)
        self.sessions[session] = answer.ava["uid"][0]
        # What a provider sends along is not to be trusted with more than a path.
        target = fields.get("RelayState", "/")
        response = RedirectResponse(target if target.startswith("/pages/") else "/", 303)
        response.set_cookie(SESSION_COOKIE, session, httponly=True)
        return response

    async def _logout(self, request: Request) -> Response:
        self.counts["logouts"] += 1
        self.sessions.pop(request.cookies.get(SESSION_COOKIE, ""), None)
        return HTMLResponse("<title>Signed out</title><p>You are signed out.</p>")


def ledger_page(number: int, pages: int) -> str:
    """A page of its own text that leads to ten others, and out."""
    onward = [other for other in range(number * 10 + 1, number * 10 + 11) if other <= pages]
    links = "".join(f'<li><a href="/pages/{other}">Ledger {other}</a></li>' for other in onward)
    return (
        f'<!doctype html><html lang="en"><head><title>Ledger {number}</title></head><body>'
        f'<nav><a href="/">Start</a> <a href="/logout">Sign out</a></nav><main><h1>Ledger {number}</h1>'
        f"<p>Quay dues of berth {number}: the tide book says {number * 7919} barrels went ashore, and the "
        f"harbour master has signed entry {number} himself.</p><ul>{links}</ul></main></body></html>"
    )


@dataclass(frozen=True, slots=True)
class SamlPair:
    """A provider and the site that trusts it, on two hosts."""

    provider: SamlProvider
    service: SamlService

    def reset(self) -> None:
        """Both as they were at their start."""
        self.provider.reset()
        self.service.reset()


@contextmanager
def serve_saml(folder: Path, *, provider_is_up: bool = True) -> Iterator[SamlPair]:
    """Run both until the block ends; `folder` takes the keys. A provider that is not up refuses connections.

    The provider is on a host of its own (all of 127/8 is this machine): cookies know no ports.
    """
    at_provider, provider_address = listen("127.0.0.2")
    at_service, service_address = listen()
    provider = SamlProvider(provider_address, {USER: PASSWORD})
    service = SamlService(service_address)
    idp = provider_description(provider_address, make_keys(folder, "provider"))
    sp = service_description(service_address, make_keys(folder, "service"))
    provider.entity = provider_entity(idp, metadata(sp))
    service.entity = service_entity(sp, metadata(idp))
    service.provider = idp["entityid"]
    with ExitStack() as running:
        if provider_is_up:
            running.enter_context(serving(provider.application(), at_provider))
        else:
            at_provider.close()
        running.enter_context(serving(service.application(), at_service))
        yield SamlPair(provider, service)


async def _everything_allowed(_request: Request) -> Response:
    return PlainTextResponse("User-agent: *\nAllow: /\n")
