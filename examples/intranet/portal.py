"""The partner portal: a login form with a CSRF token, then a session cookie."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import quote

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
from examples.intranet.site import Site


def portal(addresses: Mapping[str, str], password: str) -> Starlette:
    """The portal as an application, open to the user `crawler` with `password`."""
    site = Site.read("portal", addresses)
    sessions = Sessions("portal_session")

    def ask(target: str, fault: str = "") -> Response:
        token = secrets.token_urlsafe(24)
        form = login_form("/login", token, {"next": target}, fault)
        response = site.message("Sign in to the partner portal", form)
        response.set_cookie(CSRF_COOKIE, token, httponly=True, samesite="strict", path="/login")
        return response

    async def login(request: Request) -> Response:
        if request.method != "POST":
            return ask(request.query_params.get("next", "/"))
        fields = await form_fields(request)
        target = local_path(fields.get("next", "/"))
        if not csrf_matches(request, fields):
            return PlainTextResponse("The form has expired. Open the login page again.", status_code=403)
        if not password_matches(fields, password):
            return ask(target, "User name or password is wrong.")
        response = RedirectResponse(target, status_code=303)
        sessions.begin(response, USERNAME)
        return response

    async def logout(request: Request) -> Response:
        response = RedirectResponse("/login", status_code=303)
        sessions.end(request, response)
        return response

    async def page(request: Request) -> Response:
        user = sessions.user(request)
        if user is None:
            return RedirectResponse(f"/login?next={quote(request.url.path)}", status_code=302)
        if request.url.path == "/me":
            signed_in = f'<p>Signed in as <strong>{user}</strong>. <a href="/logout">Sign out</a></p>'
            return site.message("Your account", signed_in)
        return await site.answer(request)

    styles = site.routes()[0]
    return Starlette(
        routes=[
            styles,
            Route("/login", login, methods=["GET", "POST"]),
            Route("/logout", logout),
            Route("/{path:path}", page),
        ]
    )
