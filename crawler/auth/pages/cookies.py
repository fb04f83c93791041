"""Cookies of a session, shared by all workers, and the auth flow that sends and keeps them (RFC 6265).

Stricter than a browser: what came over https never goes to http. Only the connector's origins and the hosts
of its login are asked through the flow, so nothing goes anywhere else.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx2
import orjson

from crawler.auth.pages.browser_state import ScriptCookie

_KEPT: Final = ("name", "value", "domain", "path", "secure", "expires", "domain_specified")
_HTTP_ONLY: Final = re.compile(r";\s*httponly\s*(?:;|=|$)", re.I)
_EXPIRES: Final = re.compile(r";\s*(?:expires|max-age)\s*=", re.I)
_MOST_HEADERS: Final = 1_000
_MARK: Final = "HttpOnly"


class SessionCookies:
    """A jar of cookies; their values appear in no repr.

    Every page that is fetched comes through here, and the standard library takes longer to find its cookies
    than the request takes to be made: so the header of an address is remembered until a cookie changes.
    """

    def __init__(self) -> None:
        self._cookies = httpx2.Cookies()
        # Without a Domain a cookie is for its host alone, not for the hosts below it (RFC 6265, 5.3).
        policy = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)
        self._cookies.jar.set_policy(policy)
        self._headers: dict[tuple[str, str, str], str | None] = {}
        self._good_until = math.inf  # the time at which the next cookie expires
        self._by_path = False
        self._seen: dict[str, list[str]] = {}  # by origin, what was set last

    @property
    def jar(self) -> CookieJar:
        """The jar of the standard library underneath."""
        return self._cookies.jar

    def add_to(self, request: httpx2.Request) -> None:
        """Give a request the cookies that belong to its address; its own of other names stay."""
        if time.time() >= self._good_until:
            self._changed()
        url = request.url
        own = request.headers.pop("Cookie", None)
        key = (url.scheme, url.netloc.decode("ascii"), url.path if self._by_path else "")
        if key not in self._headers:
            if len(self._headers) >= _MOST_HEADERS:
                self._headers.clear()
            self._cookies.set_cookie_header(request)
            self._headers[key] = request.headers.get("Cookie")
        header = self._headers[key] if own is None else with_own(self._headers[key], own)
        if header is not None:
            request.headers["Cookie"] = header

    def take_from(self, response: httpx2.Response) -> None:
        """Keep what an answer sets; `response.request` says where it came from."""
        if "set-cookie" not in response.headers:
            return
        url, lines = response.request.url, response.headers.get_list("set-cookie")
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}{url.path if self._by_path else ''}"
        if self._seen.get(origin) == lines:
            return  # the same session once more, as many sites send it with each page
        kept = [cookie for cookie in self.jar if cookie.secure] if url.scheme != "https" else []
        self._cookies.extract_cookies(response)
        if "." not in url.host:
            self._name_without_dot(url.host)
        if url.scheme == "https":
            self._secure({line.partition("=")[0].strip() for line in lines}, url.host)
        self._hide({line.partition("=")[0].strip() for line in lines if _HTTP_ONLY.search(line)}, url.host)
        for cookie in kept:  # what came over http replaces nothing that https protects (RFC 6265bis, 5.7)
            self.jar.set_cookie(cookie)
        self._changed()
        if not any(_EXPIRES.search(line) for line in lines):
            self._seen[origin] = lines

    def _name_without_dot(self, host: str) -> None:
        """`Domain=intranet` from the host `intranet` is kept, but never sent, by the standard library."""
        for cookie in [each for each in self.jar if each.domain == f".{host}"]:
            self.jar.clear(cookie.domain, cookie.path, cookie.name)
            cookie.domain, cookie.domain_specified = f"{host}.local", False
            self.jar.set_cookie(cookie)

    def _secure(self, names: Collection[str], host: str) -> None:
        """What came over https never goes to http."""
        for cookie in self._named(names, host):
            cookie.secure = True

    def _hide(self, names: Collection[str], host: str) -> None:
        """Scripts do not see what is HttpOnly, however the server spells that."""
        for cookie in self._named(names, host):
            cookie.set_nonstandard_attr(_MARK, "")

    def _named(self, names: Collection[str], host: str) -> list[Cookie]:
        """The cookies of these names that a host sees."""
        return [each for each in self.jar if each.name in names and _is_below(host, _host_of(each))]

    def seen_by_scripts(self, hosts: Iterable[str]) -> tuple[ScriptCookie, ...]:
        """The cookies that are not HttpOnly and go to one of these hosts (names without ports)."""
        return tuple(
            ScriptCookie(
                each.name,
                each.value or "",
                _host_of(each),
                each.domain_specified,
                each.path,
                each.secure,
                each.expires,
            )
            for each in self.jar
            if not each.has_nonstandard_attr(_MARK) and any(_goes_to(each, host) for host in hosts)
        )

    def _changed(self) -> None:
        self.jar.clear_expired_cookies()
        self._headers.clear()
        self._seen.clear()
        self._good_until = min(
            (each.expires for each in self.jar if each.expires is not None), default=math.inf
        )
        self._by_path = any(each.path != "/" for each in self.jar)

    def set(self, name: str, value: str, host: str, *, secure: bool) -> None:
        """Put in a cookie for one host alone."""
        self._put({"name": name, "value": value, "domain": host, "path": "/", "secure": secure})
        self._changed()

    def load_browser_state(self, state: Mapping[str, Any]) -> None:
        """Take the cookies of a browser's storage state, as Playwright writes it.

        Raises `KeyError`, `TypeError` or `ValueError` where it is none; then nothing is taken.
        """
        cookies = [_of_browser(cookie) for cookie in state["cookies"]]
        for cookie in cookies:
            self._put(cookie)
        self._changed()

    def dump(self) -> bytes:
        """All cookies as JSON."""
        return orjson.dumps(
            [
                {
                    **{name: getattr(cookie, name) for name in _KEPT},
                    "http_only": cookie.has_nonstandard_attr(_MARK),
                }
                for cookie in self.jar
            ]
        )

    def load(self, state: bytes) -> bool:
        """Put in what `dump` gave; False where it is none, or nothing of it has not expired."""
        try:
            cookies = [
                {**{name: kept[name] for name in _KEPT}, "http_only": kept.get("http_only", True)}
                for kept in orjson.loads(state)
            ]
        except (ValueError, KeyError, TypeError):
            return False
        for kept in cookies:
            self._put(kept)
        self._changed()
        return len(self.jar) > 0

    def __len__(self) -> int:
        return len(self.jar)

    def __repr__(self) -> str:
        return f"SessionCookies({', '.join(sorted({cookie.name for cookie in self.jar}))})"

    def _put(self, kept: Mapping[str, Any]) -> None:
        domain = str(kept["domain"])
        if "." not in domain and ":" not in domain:
            domain += ".local"  # as the standard library writes hosts without a dot
        specified = bool(kept.get("domain_specified"))
        hidden = {_MARK: ""} if kept.get("http_only", True) else {}
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
                rest=hidden,
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


def with_own(session: str | None, own: str) -> str:
    """A Cookie header: the session's cookies, then those of a browser that have other names."""
    pairs = [pair.strip() for pair in own.split(";") if pair.strip()]
    if session is None:
        return "; ".join(pairs)
    taken = {pair.partition("=")[0].strip() for pair in session.split(";")}
    return "; ".join([session, *(pair for pair in pairs if pair.partition("=")[0].strip() not in taken)])


def _host_of(cookie: Cookie) -> str:
    return cookie.domain.removesuffix(".local").lstrip(".")


def _goes_to(cookie: Cookie, host: str) -> bool:
    return _is_below(host, _host_of(cookie)) if cookie.domain_specified else host == _host_of(cookie)


def _is_below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _of_browser(cookie: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cookie as Playwright writes it; one of a domain begins with a dot there, too."""
    name, value, domain, path = (cookie[key] for key in ("name", "value", "domain", "path"))
    if not (isinstance(name, str) and isinstance(value, str) and isinstance(domain, str) and domain):
        raise TypeError("a cookie's name, value and domain are texts")
    expires = cookie.get("expires", -1)
    return {
        "name": name,
        "value": value,
        "domain": domain,
        "domain_specified": domain.startswith("."),
        "path": str(path),
        "secure": bool(cookie.get("secure")),
        "http_only": bool(cookie.get("httpOnly", True)),
        "expires": None if expires is None or float(expires) < 0 else int(float(expires)),
    }
