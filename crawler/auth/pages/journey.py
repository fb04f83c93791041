"""Opening pages and sending forms on the way through a login, redirects and self-sending pages included."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlencode

import httpx2
from selectolax.lexbor import LexborHTMLParser

from catalog.vocabulary import Reason
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.controls import Control, attribute, text_of
from crawler.auth.pages.forms import MULTIPART, Entries, PageForm, base_of, forms_of
from crawler.auth.pages.shown import shown
from crawler.auth.scheme import Note, Web
from crawler.fetch.answer import REDIRECTS, Answer, redirect_target
from crawler.fetch.http11 import Headers
from crawler.outcome import Failed, Refused
from crawler.rules.canonical_url import WebAddress, parse_url, standard_href
from extract.html.encoding import decode

MOST_HOPS: Final = 20
"""Redirects and pages that send themselves, in one step of a login."""

_KEEPS_METHOD: Final = frozenset({307, 308})
_REFRESH: Final = re.compile(r"^\s*([0-9.]*)\s*(?:[;,]\s*(?:url\s*=\s*)?['\"]?(.*?)['\"]?\s*)?$", re.I | re.S)
_SOON_SECONDS: Final = 10.0
_SENDS_ITSELF: Final = re.compile(r"\.submit\s*\(|\.click\s*\(", re.I)
_CARRIES: Final = frozenset(
    {"samlrequest", "samlresponse", "relaystate", "wresult", "id_token", "code", "samlart", "logintoken"}
)
_BOUNDARY: Final = "sitelore-form-boundary-7f3a"

Permit = Callable[[WebAddress], LoginFault | None]
"""Whether a secret may go to an address."""


def _anything(_address: WebAddress) -> LoginFault | None:
    return None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a login: where it stands, its status, and its tree."""

    address: WebAddress
    status: int
    tree: LexborHTMLParser
    body: bytes

    @property
    def text(self) -> str:
        """What it says, up to 4,000 characters."""
        return "" if self.tree.body is None else text_of(self.tree.body, 4_000)


class Journey:
    """The way through one login.

    `auth_of` gives the auth flow for an address: cookies, headers. `stranger` says of a host that the guard
    forbids whether it is one that the configuration should have named.
    """

    def __init__(
        self, web: Web, auth_of: Callable[[WebAddress], httpx2.Auth], note: Note, stranger: Permit = _anything
    ) -> None:
        self._web = web
        self._auth_of = auth_of
        self._note = note
        self._stranger = stranger

    async def open(self, address: WebAddress) -> Page | LoginFault:
        """Open a page and follow where it sends us."""
        return await self._follow(_Request(address))

    async def send(
        self, page: Page, form: PageForm, entries: Entries, button: Control | None, permit: Permit = _anything
    ) -> Page | LoginFault:
        """Send a form of a page; `permit` is asked for each address that would get what it holds."""
        action, method, enctype = form.destination(button)
        address = parse_url(action or "", page.address.url)
        assert isinstance(address, WebAddress), "forms whose action is no address need a browser"
        return await self._follow(_request(address, method, enctype, entries, page.address), permit)

    def _no_answer(self, address: WebAddress, outcome: Failed | Refused) -> LoginFault:
        if outcome.reason is Reason.FORBIDDEN_ADDRESS and (fault := self._stranger(address)) is not None:
            return fault
        return _unreachable(address, outcome.detail)

    async def _follow(self, request: _Request, permit: Permit = _anything) -> Page | LoginFault:
        for _ in range(MOST_HOPS):
            if request.method == "POST" and (fault := permit(request.address)) is not None:
                return fault
            answer = await self._web.ask(
                request.address,
                method=request.method,
                fields=request.fields,
                body=request.body,
                auth=self._auth_of(request.address),
            )
            if not isinstance(answer, Answer):
                return self._no_answer(request.address, answer)
            found = _next(request, answer)
            if isinstance(found, Page):
                return found
            self._note(LoginStep(f"went on ({answer.status}) to", shown(found.address.url)))
            if found.method != "POST" or not found.is_same_body:
                permit = _anything  # what is sent now is no longer what was typed
            request = found
        return LoginFault(
            LoginFaultKind.NO_EFFECT,
            f"the login goes round in circles: more than {MOST_HOPS} redirects, the last to "
            f"{shown(request.address.url)}; do its cookies need another address in `auth.login_url`?",
        )


@dataclass(frozen=True, slots=True)
class _Request:
    address: WebAddress
    method: Literal["GET", "POST"] = "GET"
    fields: Headers = field(default_factory=list)
    body: bytes = b""
    is_same_body: bool = False


def _next(request: _Request, answer: Answer) -> Page | _Request:
    """The page that an answer brings, or the request that follows from it."""
    address = request.address
    if answer.status in REDIRECTS:
        following = parse_url(redirect_target(answer, address.url) or "", address.url)
        if isinstance(following, WebAddress):
            if answer.status in _KEEPS_METHOD and request.method == "POST":
                return _Request(following, "POST", request.fields, request.body, is_same_body=True)
            return _Request(following)
    tree = LexborHTMLParser(decode(answer.body, answer.headers.get("content-type", "")))
    page = Page(address, answer.status, tree, answer.body)
    return _self_posting(page) or _refreshing(page) or page


def _self_posting(page: Page) -> _Request | None:
    """The form of a page that a script sends at once: SAML's POST binding, and its like."""
    scripts = " ".join(node.text() for node in page.tree.css("script"))
    body = page.tree.body
    handler = "" if body is None else attribute(body, "onload")
    for form in forms_of(page.tree, page.address.url):
        typed = [c for c in form.controls if not c.is_button and c.type != "hidden"]
        names = {c.name.lower() for c in form.controls}
        if typed or not form.is_element or not names:
            continue
        sends_itself = bool(_SENDS_ITSELF.search(scripts + handler)) or "submit" in handler
        if not (names & _CARRIES) and not (sends_itself and len(page.text) < 400 and form.method == "POST"):
            continue
        button = next((b for b in form.buttons if b.type == "submit"), None)
        action, method, enctype = form.destination(button)
        address = parse_url(action or "", page.address.url)
        if isinstance(address, WebAddress) and (sends_itself or method == "POST"):
            return _request(address, method, enctype, form.entries({}, button), page.address)
    return None


def _refreshing(page: Page) -> _Request | None:
    for node in page.tree.css("meta[http-equiv]"):
        found = _REFRESH.match(attribute(node, "content"))
        if attribute(node, "http-equiv").lower() != "refresh" or found is None or not found[2]:
            continue
        target = standard_href(found[2], base_of(page.tree, page.address.url))
        address = None if target is None else parse_url(target)
        inside_noscript = node.parent is not None and node.parent.tag == "noscript"
        if isinstance(address, WebAddress) and not inside_noscript and float(found[1] or 0) <= _SOON_SECONDS:
            return _Request(address) if address.url != page.address.url else None
    return None


def _request(
    address: WebAddress, method: str, enctype: str, entries: Entries, sender: WebAddress
) -> _Request:
    referrer = sender.url if sender.scheme == address.scheme else sender.origin
    fields: Headers = [(b"Referer", referrer.encode("ascii", "replace"))]
    if method != "POST":
        query = urlencode(entries)
        target = parse_url(f"{address.url.partition('?')[0]}?{query}" if query else address.url)
        return _Request(target if isinstance(target, WebAddress) else address, fields=fields)
    fields.append((b"Origin", sender.origin.encode("ascii")))
    if enctype == MULTIPART:
        fields.append((b"Content-Type", f"multipart/form-data; boundary={_BOUNDARY}".encode()))
        return _Request(address, "POST", fields, _multipart(entries))
    fields.append((b"Content-Type", b"application/x-www-form-urlencoded"))
    return _Request(address, "POST", fields, urlencode(entries).encode("ascii"))


def _multipart(entries: Entries) -> bytes:
    """RFC 7578, with names as browsers escape them (HTML standard, 4.10.22.7)."""
    parts = []
    for name, value in entries:
        escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        parts.append(f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{escaped}"\r\n\r\n{value}\r\n')
    return ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode()


def _unreachable(address: WebAddress, detail: str) -> LoginFault:
    return LoginFault(
        LoginFaultKind.UNREACHABLE,
        f"the login at {address.host} could not be reached: {detail}; try again later, or correct "
        "`auth.login_url`",
    )
