"""One login site in many manners: what a form, and the pages after it, may look like."""

# ruff: noqa: E501 - a line of markup is easier to read whole

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import pyotp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.posted import posted_fields
from tests.support.web_server import serve_app

USER: Final = "crawler"
PASSWORD: Final = "sea wall + 3 = <tide>"
TOTP_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LABELS: Final = {
    "en": ("User name", "Password", "Sign in"),
    "de": ("Benutzername", "Kennwort", "Anmelden"),
    "fr": ("Identifiant", "Mot de passe", "Se connecter"),
    "ja": ("ユーザー名", "パスワード", "ログイン"),
}


@dataclass
class FormSite:
    """`manner`: one_step two_steps csrf consent remember totp locked expired change refresh.

    `counts`: passwords sent, codes sent; `forms`: what arrived with the password.
    """

    address: str
    manner: str = "one_step"
    language: str = "en"
    elsewhere: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    forms: list[dict[str, str]] = field(default_factory=list)

    def reset(self) -> None:
        """As it was at its start."""
        self.manner, self.language, self.elsewhere = "one_step", "en", ""
        self.counts.clear()
        self.forms.clear()

    def application(self) -> Starlette:
        """The site."""
        return Starlette(
            routes=[
                Route("/login", self._login, methods=["GET", "POST"]),
                Route("/step", self._step, methods=["GET", "POST"]),
                Route("/{path:path}", self._page),
            ]
        )

    def _form(self, fault: str = "") -> Response:
        user, password, send = LABELS[self.language]
        alert = f'<div role="alert">{fault}</div>' if fault else ""
        hidden = '<input type="hidden" name="token" value="t-o-k"><input type="checkbox" name="keep" checked>'
        name = f"<label>{user} <input name='field_1'></label>"
        secret = f"<label>{password} <input name='field_2' type='password'></label>"
        fields = {"two_steps": name}.get(self.manner, name + secret)
        noise = (
            '<form action="/search"><input name="q" type="search" placeholder="Search"><button>Go</button></form>'
            '<form action="/news" method="post"><label>E-mail for our newsletter <input name="mail" type="email">'
            "</label><button>Subscribe</button></form>"
        )
        action = f"{self.elsewhere}/login" if self.elsewhere else "/login"
        return HTMLResponse(
            f"<title>{send}</title>{noise}{alert}"
            f'<form method="post" action="{action}">{hidden}{fields}<button name="go" value="1">{send}</button></form>'
        )

    async def _login(self, request: Request) -> Response:
        if request.method == "GET":
            return self._form()
        fields = await posted_fields(request)
        if self.manner == "two_steps" and "field_2" not in fields:
            return HTMLResponse(
                '<form method="post"><input type="hidden" name="token" value="t-o-k">'
                f'<input type="hidden" name="field_1" value="{fields["field_1"]}">'
                "<label>Password <input type='password' name='field_2'></label><button>Sign in</button></form>"
            )
        self.counts["passwords"] += 1
        self.forms.append(fields)
        if fields.get("token") != "t-o-k":
            return HTMLResponse("The form has expired.", status_code=403)
        if (fields.get("field_1"), fields.get("field_2")) != (USER, PASSWORD):
            return self._form("That did not match what we know.")
        if self.manner in {"locked", "expired"}:
            said = {
                "locked": "Your account has been locked. Call the harbour office.",
                "expired": "Your password has expired.",
            }
            return self._form(said[self.manner])
        return self._after_password()

    def _after_password(self) -> Response:
        if self.manner in {"consent", "remember", "totp", "change"}:
            return RedirectResponse("/step", status_code=303)
        return self._welcome()

    def _welcome(self) -> Response:
        if self.manner == "refresh":
            response: Response = HTMLResponse('<meta http-equiv="refresh" content="0; url=/">One moment …')
        else:
            response = RedirectResponse("/", status_code=303)
        response.set_cookie("known", "yes")
        return response

    async def _step(self, request: Request) -> Response:
        if request.method == "GET":
            pages = {
                "consent": "<h1>Terms of use</h1><form method='post'><button name='answer' value='no'>Decline"
                "</button><button name='answer' value='yes'>I agree</button></form>",
                "remember": "<h1>Stay signed in?</h1><form method='post'><button name='answer' value='yes'>Yes"
                "</button> <button name='answer' value='no'>No</button></form>",
                "totp": "<h1>Verification</h1><form method='post'><label>Verification code "
                "<input name='code' autocomplete='one-time-code'></label><button>Verify</button></form>",
                "change": "<h1>Change your password</h1><form method='post'><label>New password "
                "<input type='password' name='n1' autocomplete='new-password'></label><label>Repeat it "
                "<input type='password' name='n2' autocomplete='new-password'></label><button>Save</button></form>",
            }
            return HTMLResponse(pages[self.manner])
        fields = await posted_fields(request)
        if self.manner == "totp":
            self.counts["codes"] += 1
            if not pyotp.TOTP(TOTP_SECRET).verify(fields.get("code", ""), valid_window=1):
                return HTMLResponse("<p role=alert>That code is wrong.</p>", status_code=403)
            return self._welcome()
        return self._welcome() if fields.get("answer") == "yes" else Response("Then not.", status_code=403)

    async def _page(self, request: Request) -> Response:
        if request.cookies.get("known") != "yes":
            return RedirectResponse("/login", status_code=302)
        return HTMLResponse("<title>Harbour</title><p>The tide comes at noon. It goes at six.</p>")


@contextmanager
def serve_form_site() -> Iterator[FormSite]:
    """Serve the site until the block ends."""
    sites: list[FormSite] = []

    def build(address: str) -> Starlette:
        sites.append(FormSite(address))
        return sites[0].application()

    with serve_app(build):
        yield sites[0]
