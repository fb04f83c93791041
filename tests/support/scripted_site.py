"""A site whose articles exist only after a script ran, beside complete pages; with a login if wanted.

Its documents have an ETag and answer 304, its data are at ``/api/articles/N``. With `locked` the data are for
those who are signed in, while the documents are everybody's: a 401 to a script is all that tells.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.posted import posted_fields
from tests.support.web_server import serve_app

USER: Final = "crawler"
PASSWORD: Final = "barnacles-at-dusk"
ARTICLES: Final = 6
_SHELL: Final = (
    "<!doctype html><title>Harbour</title><link rel=canonical href=/>"
    "<noscript>You need to enable JavaScript to read this.</noscript><div id=app></div>"
    "<script src=/app.js></script>"
)
_APP: Final = """
const number = location.pathname.split('/').pop();
fetch(`/api/articles/${number}`).then(answer => {
  if (answer.status == 401) throw 'sign in';
  return answer.json();
}).then(article => {
  document.title = article.title;
  document.querySelector('#app').innerHTML = `<main><h1>${article.title}</h1><p>${article.text}</p></main>`;
}).catch(() => { document.querySelector('#app').innerHTML = '<main><p>Please sign in to read what the '
  + 'harbour master wrote about the tides and the ships that came in this morning.</p></main>'; });
"""
_FORM: Final = (
    '<form method="post" action="/login"><label>User name <input name="user"></label>'
    '<label>Password <input name="password" type="password"></label><button>Log in</button></form>'
)


@dataclass
class ScriptedSite:
    """`news` stands in every article; `sessions` count what each has asked for, `ends_after` that ends it."""

    address: str
    locked: bool = False
    news: str = "calm"
    ends_after: int | None = None
    sessions: dict[str, int] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)

    def article(self, number: int) -> str:
        """The sentence that only the data of an article hold."""
        return (
            f"Ship number {number} lies at quay {number * 3} and unloads crates of oranges, while the sea is "
            f"{self.news}."
        )

    def application(self) -> Starlette:
        """The site as a web application."""
        return Starlette(
            routes=[
                Route("/", self._start),
                Route("/app.js", lambda _request: Response(_APP, media_type="text/javascript")),
                Route("/login", self._login, methods=["GET", "POST"]),
                Route("/me", self._me),
                Route("/api/articles/{number:int}", self._data),
                Route("/articles/{number:int}", self._shell),
                Route("/plain/{number:int}", self._plain),
            ]
        )

    def _start(self, _request: Request) -> Response:
        links = "".join(
            f'<a href="/{kind}/{number}">{kind} {number}</a> '
            for kind in ("articles", "plain")
            for number in range(ARTICLES)
        )
        return HTMLResponse(f"<title>Harbour</title><main><p>The harbour's pages.</p>{links}</main>")

    def _plain(self, request: Request) -> Response:
        number = request.path_params["number"]
        text = f"Regulation {number} of the harbour says how long a ship may lie at quay {number}. " * 6
        return HTMLResponse(f"<title>Regulation {number}</title><main><p>{text}</p></main>")

    def _shell(self, request: Request) -> Response:
        self.requests["shell"] += 1
        if request.headers.get("if-none-match") == '"shell"':
            self.requests["304"] += 1
            return Response(status_code=304)
        return HTMLResponse(_SHELL, headers={"ETag": '"shell"'})

    def _data(self, request: Request) -> Response:
        self.requests["data"] += 1
        if self.locked and not self._is_signed_in(request):
            return JSONResponse({"error": "sign in"}, 401)
        number = request.path_params["number"]
        return JSONResponse({"title": f"Ship {number}", "text": self.article(number)})

    def _me(self, request: Request) -> Response:
        return HTMLResponse(f"You are {USER}" if request.cookies.get("sid") in self.sessions else "Who?")

    async def _login(self, request: Request) -> Response:
        if request.method == "GET":
            return HTMLResponse(f"<title>Log in</title>{_FORM}")
        self.requests["passwords"] += 1
        fields = await posted_fields(request)
        if (fields.get("user"), fields.get("password")) != (USER, PASSWORD):
            return HTMLResponse(f'<title>Log in</title><p role="alert">That is not right.</p>{_FORM}')
        response = RedirectResponse("/", status_code=303)
        token = secrets.token_urlsafe(9)
        self.sessions[token] = 0
        response.set_cookie("sid", token, httponly=True)
        return response

    def _is_signed_in(self, request: Request) -> bool:
        token = request.cookies.get("sid", "")
        if token not in self.sessions:
            return False
        self.sessions[token] += 1
        if self.ends_after is not None and self.sessions[token] > self.ends_after:
            del self.sessions[token]
        return True


@contextmanager
def serve_scripted_site(*, locked: bool = False) -> Iterator[ScriptedSite]:
    """Serve the site until the block ends."""
    sites: list[ScriptedSite] = []

    def build(address: str) -> Starlette:
        sites.append(ScriptedSite(address, locked))
        return sites[0].application()

    with serve_app(build):
        yield sites[0]
