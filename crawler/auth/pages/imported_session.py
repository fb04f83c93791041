"""The login `cookies`: a session that somebody made elsewhere, as cookies or a browser's storage state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx2
import orjson

from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.cookies import SessionAuth, SessionCookies
from crawler.auth.pages.walls import shows_login
from crawler.auth.scheme import Note, Web
from crawler.auth.walls import WallSigns, wall_seen
from crawler.fetch.answer import Answer, outcome_of_answer
from crawler.rules.canonical_url import WebAddress, parse_url


class StorageStateError(OSError):
    """The file of `auth.storage_state` cannot be used; the message says why."""


class ImportedSession:
    """Cookies from the configuration. A new session cannot be made: somebody has to bring one."""

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
        state = {} if storage_state is None else _read(storage_state)
        self._cookies.load_browser_state(state)
        for origin in self.origins:
            address = parse_url(origin)
            assert isinstance(address, WebAddress)
            for name, value in cookies.items():
                self._cookies.set(name, value, address.hostname, secure=address.scheme == "https")
        self.secrets: tuple[str, ...] = (self._cookies.dump().decode(),)
        self.auth: httpx2.Auth = SessionAuth(self._cookies, headers)

    async def sign_in(self, web: Web, note: Note) -> LoginFault | None:
        """See whether the session lives: the probe page must not be a wall."""
        answer = await web.ask(self._probe, auth=self.auth)
        if not isinstance(answer, Answer):
            return LoginFault(
                LoginFaultKind.UNREACHABLE, f"whether the session lives cannot be told: {answer.detail}"
            )
        outcome = outcome_of_answer(answer, self._probe.url, conditional=False)
        wall = wall_seen(self._probe.url, outcome, WallSigns(forms=True), shows_login)
        note(LoginStep(f"asked with the imported cookies: answered {answer.status}", self._probe.url))
        if wall is None:
            return None
        return LoginFault(
            LoginFaultKind.SESSION_ENDED,
            f"the imported session has ended ({self._probe.url} answers with {wall}): sign in with a "
            "browser, export its cookies again and set `auth.cookies` or `auth.storage_state`",
        )

    def is_stale(self) -> bool:
        """Never: nobody tells when a session ends."""
        return False

    def dump(self) -> bytes | None:
        """The cookies as the site has renewed them since."""
        return self._cookies.dump()

    def load(self, state: bytes) -> bool:
        """Take up cookies that the site renewed in a former run."""
        self._cookies.load(state)
        return True

    def __repr__(self) -> str:
        return f"ImportedSession({sorted(self.origins)}, {self._cookies!r})"


def _read(path: Path) -> Mapping[str, Any]:
    try:
        state = orjson.loads(path.read_bytes())
        assert isinstance(state["cookies"], list)
    except OSError as error:
        raise StorageStateError(f"`auth.storage_state` {path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise StorageStateError(
            f"`auth.storage_state` {path} is no storage state: it must be JSON with `cookies`, as "
            "Playwright's `context.storage_state(path=…)` writes it"
        ) from error
    return dict(state)
