"""A wiki of our own whose wall is everywhere: signed out, every address answers 200 with the login form.

So does robots.txt, and so do addresses at which there is nothing: no status tells a wall from a page.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.posted import posted_fields
from tests.support.web_server import serve_app

SESSION_COOKIE: Final = "wiki_session"
USER: Final = "crawler"
PASSWORD: Final = "net+mending ünder lamps"
PAGES: Final = 30
FRAME: Final = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>{title} – Hafenwiki</title></head><body>
<header><form action="/suche"><input name="q" type="search"><button>Suchen</button></form></header>
<main>{body}</main></body></html>"""
FORM: Final = """{fault}<h1>Anmeldung</h1><form method="post">
<input type="hidden" name="csrf" value="{csrf}">
<p><label>Benutzername <input name="benutzer"></label></p>
<p><label>Kennwort <input name="kennwort" type="password"></label></p>
<p><label><input type="checkbox" name="merken"> Angemeldet bleiben</label></p>
<p><input type="submit" name="anmelden" value="Anmelden"></p></form>"""


@dataclass
class WalledWiki:
    """The site's state; a test ends its sessions and reads `counts`.

    `counts`: ``pages`` shown, ``walls`` shown in their place, ``passwords`` submitted, ``rejected`` ones,
    ``logouts``. With `ends_after` each session ends by itself after so many answers.
    """

    address: str
    ends_after: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, int] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def page(self, number: int) -> str:
        """The address of a page; 1 to 30."""
        return f"{self.address}/wiki/{number}"

    def end_sessions(self) -> None:
        """Forget everyone who is signed in."""
        self.sessions.clear()

    def reset(self) -> None:
        """As it was at its start."""
        self.ends_after = None
        self.counts.clear()
        self.sessions.clear()

    def application(self) -> Starlette:
        """The site."""
        return Starlette(
            routes=[
                Route("/{path:path}", self._answer),
                Route("/{path:path}", self._sign_in, methods=["POST"]),
            ]
        )

    async def _answer(self, request: Request) -> Response:
        session = request.cookies.get(SESSION_COOKIE, "")
        if session not in self.sessions:
            return self._wall()
        self.sessions[session] += 1
        if self.ends_after is not None and self.sessions[session] >= self.ends_after:
            del self.sessions[session]
        return self._page(request.url.path)

    def _page(self, path: str) -> Response:
        if path == "/robots.txt":
            return PlainTextResponse("User-agent: *\nAllow: /\n")
        if path == "/abmelden":
            self.counts["logouts"] += 1
            return HTMLResponse(FRAME.format(title="Abgemeldet", body="<p>Auf Wiedersehen.</p>"))
        number = path.removeprefix("/wiki/")
        if path != "/" and not (number.isdecimal() and int(number) <= PAGES):
            return PlainTextResponse("Diese Seite gibt es nicht.", 404)
        self.counts["pages"] += 1
        return HTMLResponse(_wiki_page(int(number) if path != "/" else 0))

    async def _sign_in(self, request: Request) -> Response:
        fields = await posted_fields(request)
        if fields.get("csrf") not in self.tokens:
            return self._wall("Das Formular ist abgelaufen.")
        self.tokens.discard(fields["csrf"])
        self.counts["passwords"] += 1
        if (fields.get("benutzer"), fields.get("kennwort")) != (USER, PASSWORD):
            self.counts["rejected"] += 1
            return self._wall("Benutzername oder Kennwort ist falsch.")
        session = secrets.token_urlsafe(24)
        self.sessions[session] = 0
        response = RedirectResponse(request.url.path, 303)
        response.set_cookie(SESSION_COOKIE, session, httponly=True)
        return response

    def _wall(self, fault: str = "") -> Response:
        self.counts["walls"] += 1
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        alert = f'<div class="fehler">{escape(fault)}</div>' if fault else ""
        return HTMLResponse(FRAME.format(title="Anmeldung", body=FORM.format(csrf=token, fault=alert)))


def page_text(number: int) -> str:
    """A sentence that stands on this page and on no other."""
    return f"Am Liegeplatz {number} werden seit {1800 + number} die Netze geflickt."


@contextmanager
def serve_walled_wiki() -> Iterator[WalledWiki]:
    """Run the wiki until the block ends."""
    made: list[WalledWiki] = []

    def build(address: str) -> Starlette:
        made.append(WalledWiki(address))
        return made[0].application()

    with serve_app(build):
        yield made[0]


def _wiki_page(number: int) -> str:
    onward = [other for other in range(number * 6 + 1, number * 6 + 7) if other <= PAGES]
    links = "".join(f'<li><a href="/wiki/{other}">Liegeplatz {other}</a></li>' for other in onward)
    body = (
        f'<p>Angemeldet als {USER} · <a href="/abmelden">Abmelden</a></p><h1>Liegeplatz {number}</h1>'
        f"<p>{page_text(number)}</p><ul>{links}</ul>"
    )
    return FRAME.format(title=f"Liegeplatz {number}", body=body)
