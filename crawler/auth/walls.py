"""Is this answer a wall: what a site shows people who are not signed in? Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.vocabulary import Reason
from crawler.outcome import FileFetched, HtmlFetched, Outcome, Redirected, Refused

_REFUSALS: Final = frozenset({Reason.UNAUTHORIZED, Reason.FORBIDDEN})
_POSTS_ITSELF: Final = re.compile(
    rb"""name\s*=\s*["']?(?:SAMLRequest|SAMLResponse|wresult|wctx)\b""", re.IGNORECASE
)
_SIGN_ON_PARAMETERS: Final = re.compile(r"[?&](?:SAMLRequest|wa=wsignin1\.0|response_type=code)\b")


@dataclass(frozen=True, slots=True)
class WallSigns:
    """How the walls of one login look.

    `hosts` are those where people sign in (as `WebAddress.host` writes them); `login_path` is the path of
    the login page on the site itself. `forms` says whether a login form on a page is a wall: not where the
    login is a challenge of HTTP, whose walls are 401.
    """

    hosts: frozenset[str] = frozenset()
    login_page: WebAddress | None = None
    forms: bool = False

    def is_login_page(self, address: WebAddress) -> bool:
        """Whether people sign in at this address."""
        if address.host in self.hosts and (self.login_page is None or address.host != self.login_page.host):
            return True
        page = self.login_page
        return (
            page is not None and page.path != "/" and (address.host, address.path) == (page.host, page.path)
        )


def posts_itself(body: bytes) -> bool:
    """Whether a page holds a form of SAML or WS-Federation, which a script sends on to or from a login."""
    return _POSTS_ITSELF.search(body) is not None


def wall_seen(
    url: str, outcome: Outcome, signs: WallSigns, shows_login: Callable[[bytes], bool]
) -> str | None:
    """What of an answer looks like a wall, in words that follow "the site answered with"; None if nothing.

    `shows_login` says of a page's bytes whether a login form, or little but a link to one, stands there.
    """
    match outcome:
        case Refused(reason=Reason.UNAUTHORIZED):
            return "401"
        case Refused(reason=Reason.FORBIDDEN) if signs.forms:
            return "403"
        case Redirected(target=target) if signs.forms:
            return _wall_behind(target, url, signs)
        case HtmlFetched(body=body) if signs.forms:
            if posts_itself(body):
                return "a page that leads to the login"
            return "a login form" if shows_login(body) else None
        case FileFetched() | _:
            return None


def _wall_behind(target: str, url: str, signs: WallSigns) -> str | None:
    address = parse_url(target, url)
    if not isinstance(address, WebAddress):
        return None
    if signs.is_login_page(address) or _SIGN_ON_PARAMETERS.search(address.url):
        return f"a redirect to the login at {address.host}"
    return None
