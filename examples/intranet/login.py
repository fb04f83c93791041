"""What the login pages share: a form with a CSRF token, and sessions kept in memory behind a cookie."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

USERNAME = "crawler"
CSRF_COOKIE = "csrf"


@dataclass(frozen=True, slots=True)
class Sessions:
    """The people who are signed in, by the value of the cookie that `name` names.

    Cookies know no ports: all sites of one host share them, so each site's cookie has a name of its own.
    """

    name: str
    users: dict[str, str] = field(default_factory=dict)

    def user(self, request: Request) -> str | None:
        return self.users.get(request.cookies.get(self.name, ""))

    def begin(self, response: Response, user: str) -> None:
        token = secrets.token_urlsafe(24)
        self.users[token] = user
        response.set_cookie(self.name, token, httponly=True, samesite="lax")

    def end(self, request: Request, response: Response) -> None:
        self.users.pop(request.cookies.get(self.name, ""), None)
        response.delete_cookie(self.name)


async def form_fields(request: Request) -> dict[str, str]:
    """The fields of a posted form (application/x-www-form-urlencoded), the first value of each."""
    posted = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in posted.items()}


def login_form(action: str, csrf: str, hidden: Mapping[str, str], fault: str) -> str:
    """A form that asks for user name and password; `fault` says what was wrong with the last attempt."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in {"csrf_token": csrf, **hidden}.items()
    )
    alert = f'<p role="alert" class="fault">{escape(fault)}</p>' if fault else ""
    return (
        f'{alert}<form class="login" method="post" action="{escape(action)}">{inputs}'
        '<label for="user">User name</label>'
        '<input id="user" name="username" autocomplete="username" required>'
        '<label for="pass">Password</label>'
        '<input id="pass" name="password" type="password" autocomplete="current-password" required>'
        '<button type="submit">Sign in</button></form>'
    )


def csrf_matches(request: Request, fields: Mapping[str, str]) -> bool:
    """Whether the form carries the token of the cookie that came with it (double submit)."""
    expected = request.cookies.get(CSRF_COOKIE, "")
    return bool(expected) and secrets.compare_digest(expected, fields.get("csrf_token", ""))


def password_matches(fields: Mapping[str, str], password: str) -> bool:
    """Whether the form names the one user there is, with the right password."""
    given = f"{fields.get('username', '')}:{fields.get('password', '')}".encode()
    return secrets.compare_digest(given, f"{USERNAME}:{password}".encode())


def local_path(target: str) -> str:
    """The path to go to after a login: never another site, whatever the address asked for."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"
