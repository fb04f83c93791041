"""The two cookies of signing in: short-lived on the way, then the one that says who is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from starlette.responses import Response


class Cookie(StrEnum):
    """What a cookie is for; browsers send both back with navigations from other sites (`SameSite=Lax`)."""

    ATTEMPT = "sitelore-signing-in"
    SIGN_IN = "sitelore-signed-in"


def cookie_of(cookies: Mapping[str, str], cookie: Cookie, *, https: bool) -> str | None:
    """The cookie's value, where the browser sent one."""
    return cookies.get(_name(cookie, https))


def set_cookie(answer: Response, cookie: Cookie, value: str, lifetime: timedelta, *, https: bool) -> None:
    """Have the browser keep a cookie, out of the reach of scripts."""
    answer.set_cookie(
        _name(cookie, https),
        value,
        max_age=int(lifetime.total_seconds()),
        secure=https,
        httponly=True,
        samesite="lax",
    )


def delete_cookie(answer: Response, cookie: Cookie, *, https: bool) -> None:
    """Have the browser drop a cookie."""
    answer.delete_cookie(_name(cookie, https), secure=https, httponly=True, samesite="lax")


def _name(cookie: Cookie, https: bool) -> str:
    """With `__Host-` no other host, not even a subdomain, can have set it (RFC 6265bis, section 4.1.3.2)."""
    return f"__Host-{cookie}" if https else cookie.value
