"""A connector's session in the browser: what its scripts may see is planted, and nothing of it goes astray.

Our own fetcher says who we are in each request, so the browser needs no credentials at all. Scripts do want
some of a session before their eyes: a token against forged requests in a cookie, their own token in the
storage of the origin. That is all a browser context is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from catalog.canonical_url import WebAddress
from crawler.auth.pages.browser_state import BrowserState, OriginStorage, ScriptCookie
from crawler.auth.pages.imported_session import ImportedSession
from crawler.auth.pages.page_login import PageLoginScheme
from crawler.auth.scheme import Scheme
from crawler.rendering.cdp import CdpConnection, CdpError
from crawler.rules.secret_spellings import spellings

LeadsToLogin = Callable[[str, WebAddress], bool]
"""Whether a redirect from an address to another one leads to where people sign in."""

_TOKEN: Final = re.compile(
    r"(?!.*://|\d{4}-\d\d-\d\d)(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9+/_.=~:-]{12,}"  # no address, no date
)
_MOST_SECRETS: Final = 200
_PLANT: Final = """(() => {
  const own = %s[location.origin];
  if (!own) return;
  const plant = (storage, items) => {
    for (const [name, value] of items) if (storage.getItem(name) === null) storage.setItem(name, value);
  };
  try { plant(localStorage, own[0]); plant(sessionStorage, own[1]); }
  catch (_) { /* a document that may store nothing */ }
})();"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Where a connector is signed in, and what its sessions show to scripts just now.

    `cookie_origins` are those whose login keeps the cookies.
    """

    origins: frozenset[str] = frozenset()
    cookie_origins: frozenset[str] = frozenset()
    state: Callable[[], BrowserState] = BrowserState
    leads_to_login: LeadsToLogin = lambda _url, _target: False

    @classmethod
    def by(cls, schemes: Iterable[Scheme], leads_to_login: LeadsToLogin) -> SignedIn:
        """By these logins."""
        known = tuple(schemes)
        in_cookies = [each for each in known if isinstance(each, PageLoginScheme | ImportedSession)]

        def state() -> BrowserState:
            return sum((each.browser_state for each in in_cookies), BrowserState())

        return cls(_origins(known), _origins(in_cookies), state, leads_to_login)


def _origins(schemes: Iterable[Scheme]) -> frozenset[str]:
    return frozenset(origin for each in schemes for origin in each.origins)


@dataclass(frozen=True, slots=True)
class SessionForContexts:
    """Gives each new browser context what scripts may see of the connector's sessions."""

    signed_in: SignedIn

    async def __call__(self, connection: CdpConnection, context: str, generation: int) -> Sequence[str]:  # noqa: ARG002
        """Set the cookies; the script that fills the storage of a document's origin. Raises `CdpError`."""
        state = self.signed_in.state()
        cookies = [_as_devtools_has_it(cookie) for cookie in state.cookies]
        if cookies:
            await _set(connection, context, cookies)
        return [storage_script(state.storage)] if state.storage else []


async def _set(connection: CdpConnection, context: str, cookies: Sequence[Mapping[str, Any]]) -> None:
    try:
        await connection.send("Storage.setCookies", {"cookies": cookies, "browserContextId": context})
    except CdpError:
        # One that Chromium does not take spoils them all; the requests themselves carry each of them anyway.
        for cookie in cookies:
            connection.tell("Storage.setCookies", {"cookies": [cookie], "browserContextId": context})


def _as_devtools_has_it(cookie: ScriptCookie) -> Mapping[str, Any]:
    scheme = "https" if cookie.secure else "http"
    parameters: dict[str, Any] = {
        "name": cookie.name,
        "value": cookie.value,
        "url": f"{scheme}://{cookie.host}{cookie.path}",
        "path": cookie.path,
        "secure": cookie.secure,
    }
    if cookie.is_domain:
        parameters["domain"] = cookie.host
    if cookie.expires is not None:
        parameters["expires"] = cookie.expires
    return parameters


def storage_script(storage: Iterable[OriginStorage]) -> str:
    """What puts into the storage of a document's origin what is not there yet; other origins see nothing."""
    by_origin: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for each in storage:
        local, session = by_origin.setdefault(each.origin, ({}, {}))
        local.update(each.local)
        session.update(each.session)
    listed = {origin: [[*part.items()] for part in parts] for origin, parts in by_origin.items()}
    return _PLANT % orjson.dumps(listed).decode()


class Secrets:
    """What scripts could give away of a session: the tokens among its values, however they are written."""

    def __init__(self, state: BrowserState) -> None:
        self.state = state
        self._cookies = frozenset((cookie.name, cookie.value) for cookie in state.cookies)
        tokens = [token for token in _values(state) if _TOKEN.fullmatch(token)]
        self._spellings = frozenset().union(*map(spellings, tokens[:_MOST_SECRETS]))

    def without_cookies(self, header: str) -> str:
        """A Cookie header without what belongs to the session."""
        pairs = [pair.strip() for pair in header.split(";")]
        return "; ".join(pair for pair in pairs if _parts(pair) not in self._cookies)

    def are_in(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts carries a token."""
        if not self._spellings:
            return False
        said = b"\n".join(text.encode() for text in texts)
        return any(spelling in said for spelling in self._spellings)


def _parts(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return name, value


def _values(state: BrowserState) -> Iterator[str]:
    yield from (cookie.value for cookie in state.cookies)
    for storage in state.storage:
        for value in (*storage.local.values(), *storage.session.values()):
            yield value
            yield from _texts_in(value)


def _texts_in(value: str) -> Iterator[str]:
    """The texts of a value that is JSON, as applications keep their tokens."""
    try:
        waiting = [orjson.loads(value)]
    except orjson.JSONDecodeError:
        return
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict | list):
            waiting.extend(part.values() if isinstance(part, dict) else part)
