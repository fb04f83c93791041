"""The logins `form` and `saml`: signing in on web pages, by HTTP alone, or a browser where it must be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2

from catalog.canonical_url import WebAddress
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.attempt import Attempt, PageLoginPlan
from crawler.auth.pages.browser_state import (
    BrowserState,
    OriginStorage,
    hostnames,
    sealed,
    storage_of,
    unsealed,
)
from crawler.auth.pages.cookies import SessionAuth, SessionCookies
from crawler.auth.pages.journey import Journey
from crawler.auth.scheme import Note, Web

SignInByBrowser = Callable[[PageLoginPlan, Note], Awaitable[Mapping[str, Any] | LoginFault]]
"""Signs in by a browser; gives its storage state, as Playwright writes it."""


class PageLoginScheme:
    """An account that signs in on web pages; the session is in cookies, and what a browser stored.

    The provider's cookies are kept as well, so that a later sign-in mostly needs no password.
    """

    authenticates_connections = False
    fault: LoginFault | None = None

    def __init__(
        self,
        kind: str,
        plan: PageLoginPlan,
        *,
        headers: Mapping[str, str] | None = None,
        by_browser: SignInByBrowser | None = None,
    ) -> None:
        self.kind = kind
        self.origins = plan.origins
        self._plan = plan
        self._by_browser = by_browser
        self._cookies = SessionCookies()
        self._on_the_way = SessionAuth(self._cookies)
        self.auth: httpx2.Auth = SessionAuth(self._cookies, headers)
        self._storage: tuple[OriginStorage, ...] = ()
        self._previous_code: str | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """User name and password."""
        return (self._plan.username, self._plan.password)

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """Go through the login's pages; the password is typed once at most, on the hosts that may have it."""
        journey = Journey(web, self._auth_of, note, self._plan.may_type_at)
        attempt = Attempt(self._plan, journey, note, previous_code=self._previous_code)
        fault = await attempt.run()
        self._previous_code = attempt.previous_code
        if fault is None or fault.kind is not LoginFaultKind.NEEDS_BROWSER or self._by_browser is None:
            return fault
        note(LoginStep(f"{fault.sentence}; trying a browser"))
        state = await self._by_browser(self._plan, note)
        if isinstance(state, LoginFault):
            return state
        self.take_up(state)
        return None

    def take_up(self, state: Mapping[str, Any]) -> None:
        """Take the session that a browser's storage state holds.

        Raises `KeyError`, `TypeError` or `ValueError` where it is none.
        """
        storage = storage_of(state, self.origins)
        self._cookies.load_browser_state(state)
        self._storage = storage

    def is_stale(self) -> bool:
        """Never: nobody tells when a session ends."""
        return False

    @property
    def browser_state(self) -> BrowserState:
        """What of the session the scripts of the login's origins read."""
        return BrowserState(self._cookies.seen_by_scripts(hostnames(self.origins)), self._storage)

    def dump(self) -> bytes | None:
        """The cookies, and what a browser stored."""
        if not len(self._cookies) and not self._storage:
            return None
        return sealed(self._cookies.dump(), self._storage)

    def load(self, state: bytes) -> bool:
        """Take up the session of a former run; False where nothing is left of it."""
        try:
            cookies, storage = unsealed(state, self.origins)
        except (ValueError, KeyError, TypeError):
            return False
        has_cookies = self._cookies.load(cookies)
        self._storage = storage
        return has_cookies or bool(storage)

    def _auth_of(self, address: WebAddress) -> httpx2.Auth:
        """Cookies everywhere on the way, the configured headers at the site alone."""
        return self.auth if address.origin in self.origins else self._on_the_way

    def __repr__(self) -> str:
        return f"PageLoginScheme({self.kind!r}, {self._plan!r}, {self._cookies!r})"
