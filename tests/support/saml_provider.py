"""A real SAML identity provider (pysaml2): its login form, its own session, and what it counted."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import pyotp
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support import saml_pages
from tests.support.posted import posted_fields
from tests.support.saml_entities import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, Server

SESSION_COOKIE: Final = "provider_session"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the provider asks; the account may be in a state that no password helps against."""

    two_steps: bool = False
    totp_secret: str | None = None
    needs_javascript: bool = False
    account: Literal["open", "locked", "password expired"] = "open"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to know who the person is: a service provider, by a request of its own or unasked."""

    service: str
    reply_to: str
    request_id: str | None
    relay_state: str


@dataclass
class Login:
    """A login under way, held at the server: the browser has only its token."""

    asked: Asked
    user: str = ""
    password_given: bool = False


@dataclass
class SamlProvider:
    """The provider's state; a test changes `manner`, ends sessions and reads `counts`.

    `counts`: ``requests`` (AuthnRequests and unsolicited starts), ``forms`` shown, ``passwords`` and
    ``codes`` that were submitted, ``rejected`` among those, ``responses`` signed, ``silent`` ones among
    those, for which nobody typed anything.
    """

    address: str
    users: Mapping[str, str]
    manner: Manner = Manner()
    counts: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, str] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    entity: Server | None = None

    def end_sessions(self) -> None:
        """Sign everyone out here; service providers do not hear of it."""
        self.sessions.clear()

    def reset(self) -> None:
        """As it was at its start."""
        self.manner = Manner()
        self.counts.clear()
        self.sessions.clear()
        self.logins.clear()

    def application(self) -> Starlette:
        """The provider's pages."""
        return Starlette(
            routes=[
                Route("/sso", self._sign_on, methods=["GET", "POST"]),
                Route("/start", self._start),
                Route("/login", self._form),
                Route("/login", self._submitted, methods=["POST"]),
            ]
        )

    def unsolicited(self, service: str, target: str) -> str:
        """The address that begins a login here for a service (its address), which then shows `target`."""
        return f"{self.address}/start?service={service}/metadata&target={target}"

    async def _sign_on(self, request: Request) -> Response:
        """An AuthnRequest by the redirect or the POST binding (SAML 2.0 Bindings, 3.4 and 3.5)."""
        posted = request.method == "POST"
        fields = await posted_fields(request) if posted else dict(request.query_params)
        assert self.entity is not None
        parsed = self.entity.parse_authn_request(
            fields["SAMLRequest"], BINDING_HTTP_POST if posted else BINDING_HTTP_REDIRECT
        )
        facts = self.entity.response_args(parsed.message)
        return self._known_or_asked(
            request,
            Asked(
                facts["sp_entity_id"],
                facts["destination"],
                facts["in_response_to"],
                fields.get("RelayState", ""),
            ),
        )

    async def _start(self, request: Request) -> Response:
        """A login that the provider begins (SAML 2.0 Profiles, 4.1.5: unsolicited responses)."""
        assert self.entity is not None
        service = request.query_params["service"]
        (consumer,) = self.entity.metadata.assertion_consumer_service(service, BINDING_HTTP_POST)
        return self._known_or_asked(
            request, Asked(service, consumer["location"], None, request.query_params.get("target", "/"))
        )

    def _known_or_asked(self, request: Request, asked: Asked) -> Response:
        self.counts["requests"] += 1
        user = self.sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        if user is not None:
            self.counts["silent"] += 1
            return self._response(asked, user)
        token = secrets.token_urlsafe(24)
        self.logins[token] = Login(asked)
        return RedirectResponse(f"/login?state={token}", 302)

    async def _form(self, request: Request) -> Response:
        token = request.query_params.get("state", "")
        login = self.logins.get(token)
        if login is None:
            return PlainTextResponse("This login has expired.", 400)
        return self._next_page(token, login)

    async def _submitted(self, request: Request) -> Response:
        fields = await posted_fields(request)
        token = fields.get("state", "")
        login = self.logins.get(token)
        if login is None:
            return PlainTextResponse("This login has expired.", 400)
        if "j_username" in fields:
            login.user = fields["j_username"]
        fault = ""
        if "j_password" in fields:
            fault = self._check_password(login, fields["j_password"])
        elif "otp" in fields:
            if login.password_given and self._check_code(fields["otp"]):
                return self._signed_in(token, login)
            fault = "That code is not valid."
        if not fault and login.password_given and self.manner.totp_secret is None:
            return self._signed_in(token, login)
        return self._next_page(token, login, fault)

    def _check_password(self, login: Login, password: str) -> str:
        """What is wrong, as the page says it; empty where nothing is."""
        self.counts["passwords"] += 1
        if self.manner.account == "locked":
            self.counts["rejected"] += 1
            return "Your account has been locked after too many attempts. Contact the service desk."
        if self.users.get(login.user) != password:
            self.counts["rejected"] += 1
            login.user = ""
            return "The user name or password is incorrect."
        login.password_given = True
        return ""

    def _check_code(self, code: str) -> bool:
        assert self.manner.totp_secret is not None
        self.counts["codes"] += 1
        good = pyotp.TOTP(self.manner.totp_secret).verify(code, valid_window=1)
        self.counts["rejected"] += not good
        return good

    def _next_page(self, token: str, login: Login, fault: str = "") -> Response:
        self.counts["forms"] += 1
        if login.password_given and self.manner.account == "password expired":
            return saml_pages.change_password(token)
        if login.password_given:
            return saml_pages.ask_code(token, fault)
        if self.manner.two_steps:
            page = saml_pages.ask_password if login.user else saml_pages.ask_user
            return page(token, fault)
        return saml_pages.ask_both(token, fault, by_script=self.manner.needs_javascript)

    def _signed_in(self, token: str, login: Login) -> Response:
        if self.manner.account == "password expired":
            return self._next_page(token, login)
        del self.logins[token]
        session = secrets.token_urlsafe(24)
        self.sessions[session] = login.user
        response = self._response(login.asked, login.user)
        response.set_cookie(SESSION_COOKIE, session, httponly=True)
        return response

    def _response(self, asked: Asked, user: str) -> Response:
        """The page that carries the signed response to the service provider, by itself."""
        assert self.entity is not None
        self.counts["responses"] += 1
        answer = self.entity.create_authn_response(
            identity={"uid": [user]},
            in_response_to=asked.request_id,
            destination=asked.reply_to,
            sp_entity_id=asked.service,
            userid=user,
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": self.address},
        )
        if self.manner.needs_javascript:
            return saml_pages.response_by_script(str(answer), asked.reply_to, asked.relay_state)
        carried = self.entity.apply_binding(
            BINDING_HTTP_POST, str(answer), asked.reply_to, asked.relay_state, response=True
        )
        return Response(carried["data"], media_type="text/html")
