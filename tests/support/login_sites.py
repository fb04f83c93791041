"""A site and its identity provider on two ports, whose login pages are of several manners."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.web_server import listen, serving

USER: Final = "crawler"
PASSWORD: Final = "Möwe + 3 = <tide> & é"

_PORTAL: Final = "<title>Your page</title><h1>Welcome</h1><p>These are your applications.</p>"
_ANSWERS: Final = frozenset({"direct", "scripted"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: target and body byte for byte, header names in lower case."""

    host: str
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class LoginSites:
    """`site` sends strangers to `provider`, which answers by a form that posts itself.

    `manner` of the provider: portal (a page of its own after the password), direct (it answers at once),
    scripted (a script makes the form of its answer), apart (its sign-on is for other sites alone), echo
    (repeats the password in its complaint), carried_off (a 307 to `stranger`), lower_case (its redirects
    escape in lower case), stale (the form has expired), meta_token (the token against forgery stands in a
    meta element), script (a script of one line leads to the form), circle. `first_page` is the status of the
    page that the site shows first.
    """

    site: str
    provider: str
    stranger: str
    manner: str = "portal"
    encoding: str = "utf-8"
    log: list[Asked] = field(default_factory=list)
    signed_in: bool = False
    first_page: int = 200

    def reset(self) -> None:
        """As at the start, with nobody signed in."""
        self.manner, self.encoding, self.signed_in, self.first_page = "portal", "utf-8", False, 200
        self.log.clear()

    @property
    def passwords_sent(self) -> int:
        """How often a password arrived anywhere."""
        return sum(b"secret=" in asked.body for asked in self.log)

    def asked(self, path: str) -> list[Asked]:
        """The requests for a path, in order."""
        return [asked for asked in self.log if asked.target.partition("?")[0] == path]

    def application(self) -> Starlette:
        """Both sites and the stranger: who is meant is told by the port."""
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        body = await request.body()
        target = request.scope["raw_path"].decode()
        if request.scope["query_string"]:
            target += "?" + request.scope["query_string"].decode()
        host = f"http://{request.headers['host']}"
        self.log.append(Asked(host, request.method, target, dict(request.headers), body))
        if host == self.stranger:
            return Response("Thank you.")
        if host == self.provider:
            return self._provider(request, body)
        return self._site(request)

    def _site(self, request: Request) -> Response:
        if request.method == "POST" and request.url.path == "/acs":
            response: Response = RedirectResponse("/first", status_code=303)
            response.set_cookie("site_session", "yes")
            return response
        if request.cookies.get("site_session") == "yes":
            status = self.first_page if request.url.path == "/first" else 200
            return HTMLResponse("<title>Harbour</title><p>The tide comes at noon.</p>", status)
        if self.manner == "lower_case":
            query = "SAMLRequest=a%2bb%2f&Signature=x%2by"
            return RedirectResponse(f"{self.provider}/sso?{query}", status_code=302)
        if self.manner == "circle":
            return RedirectResponse(f"/?n={len(self.log)}", status_code=302)
        return RedirectResponse(f"{self.provider}/sso?to=site", status_code=302)

    def _provider(self, request: Request, body: bytes) -> Response:
        knows = self.signed_in and request.cookies.get("provider_session") == "yes"
        if request.method == "POST":
            return self._check(request, body)
        if self.manner == "script" and request.url.path == "/sso":
            script = "window.location.href = '\\/form?x=1\\u0026y=2';"
            return HTMLResponse(f"<title>…</title><script>{script}</script>")
        if knows and self.manner != "apart":
            return self._to_site()
        return self._form()

    def _check(self, request: Request, body: bytes) -> Response:
        if self.manner == "carried_off":
            return RedirectResponse(f"{self.stranger}/caught", status_code=307)
        fields = parse_qs(body.decode("ascii"), encoding=self.encoding)
        given = (fields.get("account", [""])[0], fields.get("secret", [""])[0])
        if self.manner == "stale":
            return HTMLResponse("The form has expired.", status_code=403)
        if self.manner == "meta_token" and request.headers.get("x-csrf-token") != "t-o-k":
            return HTMLResponse("The form has expired.", status_code=403)
        if given != (USER, PASSWORD):
            told = f"{given[1]} is not the password of {given[0]}." if self.manner == "echo" else "Wrong."
            return self._form(f'<p class="error">{escape(told)}</p>')
        self.signed_in = True
        response = self._to_site() if self.manner in _ANSWERS else HTMLResponse(_PORTAL)
        response.set_cookie("provider_session", "yes")
        return response

    def _to_site(self) -> Response:
        carried = '<input type="hidden" name="SAMLResponse" value="abc">'
        if self.manner == "scripted":
            return HTMLResponse(
                "<p>One moment …</p><noscript>This page needs JavaScript.</noscript><script>"
                f"document.body.innerHTML = `<form method=post action={self.site}/acs>{carried}</form>`;"
                "document.forms[0].requestSubmit();</script>"
            )
        return HTMLResponse(
            f'<body onload="document.forms[0].submit()"><form method="post" action="{self.site}/acs">'
            f"{carried}<noscript><button>Go on</button></noscript></form></body>"
        )

    def _form(self, fault: str = "") -> Response:
        head = '<meta name="csrf-param" content="authenticity"><meta name="csrf-token" content="t-o-k">'
        page = (
            f"<title>Sign in</title>{head if self.manner == 'meta_token' else ''}{fault}"
            '<form method="post" action="/check?from=form"><label>User name <input name="account"></label>'
            '<label>Password <input type="password" name="secret"></label><button>Sign in</button></form>'
        )
        return Response(page.encode(self.encoding), media_type=f"text/html; charset={self.encoding}")


@contextmanager
def serve_login_sites() -> Iterator[LoginSites]:
    """Serve site, provider and stranger until the block ends."""
    with ExitStack() as stack:
        listeners, addresses = zip(*(listen() for _ in range(3)), strict=True)
        sites = LoginSites(*addresses)
        for listener in listeners:
            stack.enter_context(serving(sites.application(), listener))
        yield sites
