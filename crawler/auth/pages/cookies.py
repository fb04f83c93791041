"""Cookies of a session, shared by all workers, and the auth flow that sends and keeps them (RFC 6265).

Stricter than a browser: what came over https never goes to http. Only the connector's origins and the hosts
of its login are asked through the flow, so nothing goes anywhere else.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from http.cookiejar import Cookie, CookieJar
from typing import Any, Final

import httpx2
import orjson

_KEPT: Final = ("name", "value", "domain", "path", "secure", "expires", "domain_specified")


class SessionCookies:
    """A jar of cookies; their values appear in no repr."""

    def __init__(self) -> None:
        self._cookies = httpx2.Cookies()

    @property
    def jar(self) -> CookieJar:
        """The jar of the standard library underneath."""
        return self._cookies.jar

    def add_to(self, request: httpx2.Request) -> None:
        """Give a request the cookies that belong to its address."""
        request.headers.pop("Cookie", None)
        self._cookies.set_cookie_header(request)

    def take_from(self, response: httpx2.Response) -> None:
        """Keep what an answer sets; `response.request` says where it came from."""
        if "set-cookie" not in response.headers:
            return
        self._cookies.extract_cookies(response)
        if response.request.url.scheme == "https":
            for cookie in self.jar:
                if _host(cookie) in str(response.request.url.host):
                    cookie.secure = True

    def set(self, name: str, value: str, host: str, *, secure: bool) -> None:
        """Put in a cookie for one host alone."""
        self._put({"name": name, "value": value, "domain": host, "path": "/", "secure": secure})

    def load_browser_state(self, state: Mapping[str, Any]) -> None:
        """Take the cookies of a browser's storage state, as Playwright writes it."""
        for cookie in state.get("cookies", ()):
            domain = str(cookie["domain"])
            expires = cookie.get("expires", -1)
            self._put(
                {
                    "name": cookie["name"],
                    "value": cookie["value"],
                    "domain": domain,
                    "domain_specified": domain.startswith("."),
                    "path": cookie.get("path", "/"),
                    "secure": bool(cookie.get("secure")),
                    "expires": None if expires is None or expires < 0 else int(expires),
                }
            )

    def dump(self) -> bytes:
        """All cookies as JSON."""
        return orjson.dumps([{name: getattr(cookie, name) for name in _KEPT} for cookie in self.jar])

    def load(self, state: bytes) -> None:
        """Put in what `dump` gave."""
        for kept in orjson.loads(state):
            self._put(kept)

    def __len__(self) -> int:
        return len(self.jar)

    def __repr__(self) -> str:
        return f"SessionCookies({', '.join(sorted({cookie.name for cookie in self.jar}))})"

    def _put(self, kept: Mapping[str, Any]) -> None:
        domain = str(kept["domain"])
        if "." not in domain and ":" not in domain:
            domain += ".local"  # as the standard library writes hosts without a dot
        specified = bool(kept.get("domain_specified"))
        self.jar.set_cookie(
            Cookie(
                version=0,
                name=kept["name"],
                value=kept["value"],
                port=None,
                port_specified=False,
                domain=domain,
                domain_specified=specified,
                domain_initial_dot=domain.startswith("."),
                path=kept["path"],
                path_specified=True,
                secure=kept["secure"],
                expires=kept.get("expires"),
                discard=kept.get("expires") is None,
                comment=None,
                comment_url=None,
                rest={},
            )
        )


class SessionAuth(httpx2.Auth):
    """Sends a session's cookies, with further headers of the configuration, and keeps what answers set."""

    def __init__(self, cookies: SessionCookies, headers: Mapping[str, str] | None = None) -> None:
        self._cookies = cookies
        self._headers = dict(headers or {})

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send the request once."""
        request.headers.update(self._headers)
        self._cookies.add_to(request)
        response = yield request
        self._cookies.take_from(response)

    def __repr__(self) -> str:
        return f"SessionAuth({self._cookies!r}, {', '.join(sorted(self._headers))})"


def names_of(cookies: Iterable[Cookie]) -> tuple[str, ...]:
    """The names of cookies, for people; never their values."""
    return tuple(sorted({cookie.name for cookie in cookies}))


def _host(cookie: Cookie) -> str:
    return cookie.domain.removesuffix(".local").lstrip(".")
