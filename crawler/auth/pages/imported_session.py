"""The login `cookies`: a session that somebody made elsewhere, as cookies or a browser's storage state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import httpx2
import orjson

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.canary import Canary, Sign, ask_canary
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.browser_state import (
    BrowserState,
    OriginStorage,
    hostnames,
    sealed,
    storage_of,
)
from crawler.auth.pages.cookies import SessionAuth, SessionCookies
from crawler.auth.pages.walls import shows_login
from crawler.auth.scheme import Note, Web
from crawler.auth.walls import WallSigns


class StorageStateError(OSError):
    """The file of `auth.storage_state` cannot be used; the message says why."""


class ImportedSession:
    """Cookies from the configuration, and what a browser stored.

    A new session cannot be made: somebody has to bring one.
    """

    kind = "cookies"
    authenticates_connections = False
    fault: LoginFault | None = None

    def __init__(
        self,
        *,
        origins: Iterable[str],
        probe: WebAddress,
        cookies: Mapping[str, str],
        storage_state: Path | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Raises `StorageStateError`."""
        self.origins = frozenset(origins)
        self._probe = probe
        self._cookies = SessionCookies()
        self._storage: tuple[OriginStorage, ...] = ()
        if storage_state is not None:
            self._storage = _read(storage_state, self._cookies, self.origins)
        for origin in self.origins:
            address = parse_url(origin)
            assert isinstance(address, WebAddress)
            for name, value in cookies.items():
                self._cookies.set(name, value, address.hostname, secure=address.scheme == "https")
        self.secrets: tuple[str, ...] = (sealed(self._cookies.dump(), self._storage).decode(),)
        self.auth: httpx2.Auth = SessionAuth(self._cookies, headers)

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """See whether the session lives: the probe page must neither be a wall nor lead to one."""
        answer = await ask_canary(Canary(self._probe), self, web, WallSigns(forms=True), shows_login)
        note(LoginStep(f"asked with the imported cookies: {answer.seen}"))
        if answer.sign is Sign.ALIVE:
            return None
        if answer.sign is Sign.SILENT:
            return LoginFault(
                LoginFaultKind.UNREACHABLE,
                f"whether the imported session lives cannot be told: {answer.seen}; try again later",
            )
        return LoginFault(
            LoginFaultKind.SESSION_ENDED,
            f"the imported session has ended ({answer.seen}): sign in with a browser, export its cookies "
            "again and set `auth.cookies` or `auth.storage_state`",
        )

    def is_stale(self) -> bool:
        """Never: nobody tells when a session ends."""
        return False

    @property
    def browser_state(self) -> BrowserState:
        """What of the session the scripts of the login's origins read."""
        return BrowserState(self._cookies.seen_by_scripts(hostnames(self.origins)), self._storage)

    def dump(self) -> bytes | None:
        """The cookies as the site has renewed them since; what a browser stored is read from its file."""
        return self._cookies.dump()

    def load(self, state: bytes) -> bool:
        """Take up cookies that the site renewed in a former run."""
        return self._cookies.load(state)

    def __repr__(self) -> str:
        return f"ImportedSession({sorted(self.origins)}, {self._cookies!r})"


def _read(path: Path, cookies: SessionCookies, origins: Collection[str]) -> tuple[OriginStorage, ...]:
    """Put the cookies of a file into the jar; what it stored for these origins.

    What it holds is a secret, so no error quotes it.
    """
    try:
        state = orjson.loads(path.read_bytes())
        storage = storage_of(state, origins)
        cookies.load_browser_state(state)
    except OSError as error:
        raise StorageStateError(f"`auth.storage_state` {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StorageStateError(
            f"`auth.storage_state` {path} is no storage state: it must be JSON with `cookies`, as "
            "Playwright's `context.storage_state(path=…)` writes it"
        ) from None
    return storage
