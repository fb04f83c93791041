"""A site that shows visitors other pages than members, under the same addresses and with status 200.

No status, redirect or form tells that a session is over: only a canary does.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator
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
PASSWORD: Final = "oysters-at-noon"
PAGES: Final = 40
_FORM: Final = (
    '<form method="post" action="/login"><label>User name <input name="user"></label>'
    '<label>Password <input name="password" type="password"></label><button>Log in</button></form>'
)


@dataclass
class TwoFacedSite:
    """`ends_after`: each session ends after so many pages; `gone_for_visitors`: they get 404 instead.

    `late_for_visitors` and `late_login` hold answers back, so that pages arrive while somebody signs in.
    """

    address: str
    ends_after: int | None = None
    gone_for_visitors: bool = False
    late_for_visitors: float = 0.0
    late_login: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    sessions: dict[str, int] = field(default_factory=dict)

    def reset(self) -> None:
        """As it was at its start."""
        self.ends_after, self.gone_for_visitors = None, False
        self.late_for_visitors = self.late_login = 0.0
        self.counts.clear()
        self.sessions.clear()

    def application(self) -> Starlette:
        """The site."""
        return Starlette(
            routes=[
                Route("/login", self._login, methods=["GET", "POST"]),
                Route("/me", self._me),
                Route("/robots.txt", lambda _request: Response(status_code=404)),
                Route("/{path:path}", self._page),
            ]
        )

    async def _login(self, request: Request) -> Response:
        if request.method == "GET":
            return HTMLResponse(f"<title>Log in</title>{_FORM}")
        fields = await posted_fields(request)
        self.counts["passwords"] += 1
        if (fields.get("user"), fields.get("password")) != (USER, PASSWORD):
            return HTMLResponse(f'<title>Log in</title><p role="alert">That is not right.</p>{_FORM}')
        await asyncio.sleep(self.late_login)
        response = RedirectResponse("/", status_code=303)
        token = secrets.token_urlsafe(9)
        self.sessions[token] = 0
        response.set_cookie("member", token)
        return response

    async def _me(self, request: Request) -> Response:
        name = USER if self._is_member(request) else "visitor"
        self.counts["canary"] += 1
        return HTMLResponse(f"<title>Me</title><p>You are {name}.</p>")

    async def _page(self, request: Request) -> Response:
        number = int(request.url.path.strip("/") or 0)
        member = self._is_member(request)
        self.counts["member pages" if member else "visitor pages"] += 1
        if member:
            self._age(request)
        else:
            await asyncio.sleep(self.late_for_visitors * (1 + number % 3))
            if self.gone_for_visitors and number:
                return Response("There is nothing here.", status_code=404)
        links = "".join(f'<a href="/{each}">page {each}</a> ' for each in range(PAGES)) if not number else ""
        whose = "members: the tide table" if member else "visitors: join us to see the tide table"
        body = f"<p>Page {number}, for {whose} number {number}.</p>{links}"
        return HTMLResponse(f"<title>Page {number}</title>{body}")

    def _is_member(self, request: Request) -> bool:
        return request.cookies.get("member", "") in self.sessions

    def _age(self, request: Request) -> None:
        token = request.cookies["member"]
        self.sessions[token] += 1
        if self.ends_after is not None and self.sessions[token] >= self.ends_after:
            del self.sessions[token]


@contextmanager
def serve_two_faced_site() -> Iterator[TwoFacedSite]:
    """Serve the site until the block ends."""
    sites: list[TwoFacedSite] = []

    def build(address: str) -> Starlette:
        sites.append(TwoFacedSite(address))
        return sites[0].application()

    with serve_app(build):
        yield sites[0]
