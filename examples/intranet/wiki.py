"""The engineering wiki: every page asks for Basic credentials (RFC 7617)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from examples.intranet.site import Site

CHALLENGE = {"WWW-Authenticate": 'Basic realm="Ternwick engineering", charset="UTF-8"'}


def wiki(addresses: Mapping[str, str], password: str) -> Starlette:
    """The wiki as an application, open to the user `crawler` with `password`."""
    site = Site.read("wiki", addresses)

    async def page(request: Request) -> Response:
        if not _may_enter(request.headers.get("authorization", ""), password):
            return PlainTextResponse("The wiki is for engineers.", status_code=401, headers=CHALLENGE)
        return await site.answer(request)

    styles = site.routes()[0]
    return Starlette(routes=[styles, Route("/{path:path}", page)])


def _may_enter(authorization: str, password: str) -> bool:
    scheme, _, encoded = authorization.partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == "basic" and secrets.compare_digest(given, f"crawler:{password}".encode())
