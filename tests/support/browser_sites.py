"""Login sites that need JavaScript, and what they saw: a form that a script sends, in one step or two."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pyotp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.web_server import serve_app

USER: Final = "crawler"
PASSWORD: Final = "lantern & tide: 4 <oars>"
TOTP_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_SCRIPT: Final = """
const steps = %(steps)s;
const root = document.getElementById('root');
function draw(step, fault) {
  const fields = {
    all: '<label for=u>User name</label><input id=u autocomplete=username>' +
         '<label for=p>Password</label><input id=p type=password autocomplete=current-password>',
    name: '<label for=u>User name</label><input id=u autocomplete=username>',
    password: '<label for=p>Password</label><input id=p type=password autocomplete=current-password>',
    code: '<label for=c>Verification code</label><input id=c autocomplete=one-time-code>',
  };
  root.innerHTML = (fault ? '<p role=alert>' + fault + '</p>' : '') + '<h1>Sign in</h1><div>' +
    fields[steps[step]] + '<button id=go>' +
    (steps[step] === 'name' ? 'Next' : 'Sign in') + '</button></div>';
  document.getElementById('go').onclick = async () => {
    const value = (id) => (document.getElementById(id) || {}).value;
    Object.assign(answers, Object.fromEntries(
      ['u', 'p', 'c'].map((id) => [id, value(id)]).filter(([, text]) => text !== undefined)));
    if (step + 1 < steps.length) { setTimeout(() => draw(step + 1), 300); return; }
    const answer = await fetch('/api/session', {method: 'POST', body: JSON.stringify(answers),
      headers: {'Content-Type': 'application/json'}});
    const said = await answer.json();
    if (answer.ok) {
      localStorage.setItem('token', 'local-' + step);
      sessionStorage.setItem('token', 'tab-' + step);
      location.href = '/';
    } else draw(0, said.fault);
  };
}
const answers = {};
setTimeout(() => draw(0), 100);
"""


@dataclass
class ScriptedSite:
    """A site whose login is drawn and sent by a script. `counts`: passwords, rejected, images, posts."""

    address: str
    steps: tuple[str, ...] = ("all",)
    consent: bool = False
    picture: str = "/picture.png"
    counts: Counter[str] = field(default_factory=Counter)
    sessions: set[str] = field(default_factory=set)

    def reset(self) -> None:
        """As it was at its start."""
        self.steps, self.consent, self.picture = ("all",), False, "/picture.png"
        self.counts.clear()
        self.sessions.clear()

    def application(self) -> Starlette:
        """The site."""
        return Starlette(
            routes=[
                Route("/login", self._login),
                Route("/api/session", self._session, methods=["POST"]),
                Route("/api/vote", self._vote, methods=["GET", "POST"]),
                Route("/consent", self._consent, methods=["GET", "POST"]),
                Route("/picture.png", self._image),
                Route("/{path:path}", self._page),
            ]
        )

    async def _login(self, _request: Request) -> Response:
        script = _SCRIPT % {"steps": list(self.steps)}
        return HTMLResponse(
            "<!doctype html><title>Harbour office</title><noscript>This needs JavaScript.</noscript>"
            f'<img src="{self.picture}" alt=""><div id="root"></div><script>{script}</script>'
        )

    async def _session(self, request: Request) -> Response:
        answers: dict[str, Any] = await request.json()
        self.counts["passwords"] += 1
        good = (answers.get("u"), answers.get("p")) == (USER, PASSWORD)
        if "code" in self.steps:
            good = good and pyotp.TOTP(TOTP_SECRET).verify(str(answers.get("c")), valid_window=1)
        if not good:
            self.counts["rejected"] += 1
            return JSONResponse({"fault": "User name or password is not right."}, status_code=401)
        response = JSONResponse({})
        token = secrets.token_urlsafe(12)
        self.sessions.add(token)
        response.set_cookie("harbour", token, httponly=True)
        return response

    async def _vote(self, request: Request) -> Response:
        self.counts[request.method] += 1
        return JSONResponse({})

    async def _image(self, _request: Request) -> Response:
        self.counts["images"] += 1
        return Response(b"", media_type="image/png")

    async def _consent(self, request: Request) -> Response:
        if request.method == "GET":
            return HTMLResponse(
                '<!doctype html><title>Terms</title><h1>Terms of use</h1><form method="post">'
                "<button>I agree</button></form>"
            )
        self.counts["agreed"] += 1
        self.consent = False
        return RedirectResponse("/", status_code=303)

    async def _page(self, request: Request) -> Response:
        if request.cookies.get("harbour") not in self.sessions:
            return RedirectResponse("/login", status_code=302)
        if self.consent:
            return RedirectResponse("/consent", status_code=302)
        return HTMLResponse(
            "<!doctype html><title>Harbour office</title><h1>Berths</h1><p>Berth seven is free.</p>"
            "<script>fetch('/api/vote', {method: 'POST'}); fetch('/api/vote');</script>"
        )


@contextmanager
def serve_scripted_site() -> Iterator[ScriptedSite]:
    """Serve the site until the block ends."""
    sites: list[ScriptedSite] = []

    def build(address: str) -> Starlette:
        sites.append(ScriptedSite(address))
        return sites[0].application()

    with serve_app(build):
        yield sites[0]
