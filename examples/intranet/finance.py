"""The finance site, whose people sign in at the company's identity provider (SAML), and that provider."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from cryptography import x509
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from examples.intranet.login import (
    CSRF_COOKIE,
    USERNAME,
    Sessions,
    csrf_matches,
    form_fields,
    local_path,
    login_form,
    password_matches,
)
from examples.intranet.saml import AuthnRequest, KeyPair, SamlError, signed_response, verified_user
from examples.intranet.site import SITE_NAMES, Site, stylesheet


def finance(addresses: Mapping[str, str], certificate: x509.Certificate) -> Starlette:
    """The finance site as a SAML service provider that trusts `certificate`."""
    site = Site.read("finance", addresses)
    sessions = Sessions("finance_session")
    requested: dict[str, AuthnRequest] = {}  # by relay state; each is answered once

    async def page(request: Request) -> Response:
        if sessions.user(request):
            return await site.answer(request)
        asked = AuthnRequest.new(issuer=site.address, reply_to=f"{site.address}/saml/acs")
        relay_state = f"{secrets.token_hex(8)}:{request.url.path}"
        requested[relay_state] = asked
        query = urlencode({"SAMLRequest": asked.encode(), "RelayState": relay_state})
        return RedirectResponse(f"{addresses['identity']}/sso?{query}", status_code=302)

    async def assertion_consumer(request: Request) -> Response:
        fields = await form_fields(request)
        relay_state = fields.get("RelayState", "")
        asked = requested.pop(relay_state, None)
        if asked is None:
            return PlainTextResponse("Nobody asked for this response.", status_code=403)
        try:
            user = verified_user(fields.get("SAMLResponse", ""), certificate, asked)
        except SamlError as error:
            return PlainTextResponse(f"The login was not accepted: {error}.", status_code=403)
        response = RedirectResponse(local_path(relay_state.partition(":")[2]), status_code=303)
        sessions.begin(response, user)
        return response

    return Starlette(
        routes=[
            Route("/style.css", stylesheet),
            Route("/saml/acs", assertion_consumer, methods=["POST"]),
            Route("/{path:path}", page),
        ]
    )


def identity_provider(addresses: Mapping[str, str], password: str, keys: KeyPair) -> Starlette:
    """The identity provider: one form, a session of its own, then a signed response that posts itself."""
    site = Site("identity", {}, addresses)
    sessions = Sessions("identity_session")

    async def sign_on(request: Request) -> Response:
        fields = dict(request.query_params) if request.method == "GET" else await form_fields(request)
        try:
            asked = AuthnRequest.decode(fields.get("SAMLRequest", ""))
        except SamlError as error:
            return PlainTextResponse(f"This is no login: {error}.", status_code=400)
        if asked.issuer != addresses["finance"] or not asked.reply_to.startswith(f"{addresses['finance']}/"):
            return PlainTextResponse(f"{asked.issuer} is not known here.", status_code=403)
        if user := sessions.user(request):
            return answer(asked, user, fields)
        return ask(fields, "") if request.method == "GET" else check(request, asked, fields)

    def check(request: Request, asked: AuthnRequest, fields: Mapping[str, str]) -> Response:
        if not csrf_matches(request, fields):
            return PlainTextResponse("The form has expired. Go back and try again.", status_code=403)
        if not password_matches(fields, password):
            return ask(fields, "User name or password is wrong.")
        response = answer(asked, USERNAME, fields)
        sessions.begin(response, USERNAME)
        return response

    def answer(asked: AuthnRequest, user: str, fields: Mapping[str, str]) -> Response:
        signed = signed_response(asked, user, site.address, keys)
        return _self_posting(site, asked, signed, fields.get("RelayState", ""))

    def ask(fields: Mapping[str, str], fault: str) -> Response:
        token = secrets.token_urlsafe(24)
        kept = {name: fields.get(name, "") for name in ("SAMLRequest", "RelayState")}
        response = site.message("Sign in to Ternwick", login_form("/sso", token, kept, fault))
        response.set_cookie(CSRF_COOKIE, token, httponly=True, samesite="strict", path="/sso")
        return response

    return Starlette(
        routes=[Route("/style.css", stylesheet), Route("/sso", sign_on, methods=["GET", "POST"])],
    )


def _self_posting(site: Site, asked: AuthnRequest, answer: str, relay_state: str) -> Response:
    """The page that carries a SAML response to the service provider (HTTP-POST binding)."""
    form = (
        f'<form method="post" action="{escape(asked.reply_to)}">'
        f'<input type="hidden" name="SAMLResponse" value="{answer}">'
        f'<input type="hidden" name="RelayState" value="{escape(relay_state)}">'
        '<noscript><button type="submit">Continue</button></noscript></form>'
        "<script>document.forms[0].submit()</script>"
    )
    return site.message(f"To {SITE_NAMES['finance']} …", form)
