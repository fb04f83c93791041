"""What the identity provider shows: pages like a company's, with other forms beside the login."""

from __future__ import annotations

import base64
import json
from html import escape
from typing import Final

from starlette.responses import HTMLResponse, Response

FRAME: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} - Harbour Company</title></head><body>
<header><form action="/search" method="get" role="search"><input type="search" name="q" aria-label="Search">
<button>Search</button></form>
<form action="/language" method="post"><select name="language"><option>English<option>Deutsch</select>
<button type="submit">Change</button></form></header>
<main><h1>{title}</h1>{fault}{body}</main>
<footer><a href="/forgotten">Forgotten your password?</a>
<form action="/newsletter" method="post"><input type="email" name="email" placeholder="Your e-mail">
<button>Subscribe</button></form></footer></body></html>"""

USER: Final = (
    '<label for="u1">Company account</label>'
    '<input type="text" id="u1" name="j_username" autocomplete="username" autofocus>'
)
PASSWORD: Final = (
    '<label for="p1">Password</label>'
    '<input type="password" id="p1" name="j_password" autocomplete="current-password">'
)
KEEP: Final = '<label><input type="checkbox" name="keep" value="1"> Keep me signed in</label>'
SCRIPTED_FORM: Final = """<div id="app"></div><noscript>This page needs JavaScript.</noscript><script>
const form = document.createElement("form");
form.method = "post"; form.action = "/login";
form.innerHTML = {fields};
document.getElementById("app").append(form);
</script>"""
SCRIPTED_POST: Final = """<p>One moment…</p><noscript>This page needs JavaScript.</noscript><script>
const carried = {fields};
const form = document.createElement("form");
form.method = "post"; form.action = {reply_to};
for (const [name, value] of Object.entries(carried)) {{
  const input = document.createElement("input");
  input.type = "hidden"; input.name = name; input.value = value; form.append(input);
}}
document.body.append(form); form.submit();
</script>"""


def ask_both(token: str, fault: str, *, by_script: bool = False) -> Response:
    """User name and password on one page; `by_script`: there is no form before a script made it."""
    fields = _state(token) + USER + PASSWORD + KEEP + '<button type="submit">Sign in</button>'
    if by_script:
        return _page("Sign in", SCRIPTED_FORM.format(fields=_in_script(fields)), fault)
    return _page("Sign in", _form(fields), fault)


def ask_user(token: str, fault: str) -> Response:
    """The first of two steps."""
    return _page("Sign in", _form(_state(token) + USER + '<button type="submit">Next</button>'), fault)


def ask_password(token: str, fault: str) -> Response:
    """The second of two steps."""
    fields = _state(token) + PASSWORD + KEEP + '<button type="submit">Sign in</button>'
    return _page("Enter your password", _form(fields), fault)


def ask_code(token: str, fault: str) -> Response:
    """The second factor."""
    code = (
        '<label for="c1">Enter the 6-digit code from your authenticator app</label>'
        '<input id="c1" name="otp" inputmode="numeric" maxlength="6" autocomplete="one-time-code">'
    )
    return _page("Two-step verification", _form(_state(token) + code + "<button>Verify</button>"), fault)


def change_password(token: str) -> Response:
    """What stands in the way of an account whose password has expired."""
    fields = "".join(
        f'<label>{label}<input type="password" name="{name}" autocomplete="{hint}"></label>'
        for label, name, hint in (
            ("Current password", "old", "current-password"),
            ("New password", "new1", "new-password"),
            ("Repeat the new password", "new2", "new-password"),
        )
    )
    body = "<p>Your password has expired and must be changed before you can go on.</p>"
    return _page(
        "Change your password", body + _form(_state(token) + fields + "<button>Change password</button>"), ""
    )


def response_by_script(answer: str, reply_to: str, relay_state: str) -> Response:
    """A signed response that only a script can carry on."""
    fields = {"SAMLResponse": base64.b64encode(answer.encode()).decode(), "RelayState": relay_state}
    page = SCRIPTED_POST.format(fields=_in_script(fields), reply_to=_in_script(reply_to))
    return _page("Signed in", page, "")


def _state(token: str) -> str:
    return f'<input type="hidden" name="state" value="{escape(token)}">'


def _form(fields: str) -> str:
    return f'<form id="login" method="post" action="/login">{fields}</form>'


def _page(title: str, body: str, fault: str) -> Response:
    alert = f'<p role="alert" class="error">{escape(fault)}</p>' if fault else ""
    return HTMLResponse(FRAME.format(title=title, body=body, fault=alert))


def _in_script(value: object) -> str:
    """A JavaScript literal that cannot end its script element."""
    return json.dumps(value).replace("</", "<\\/")
