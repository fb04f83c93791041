"""The bounds of a connector's sessions in what its pages ask for: what goes along, and what never does."""

from __future__ import annotations

from catalog.canonical_url import WebAddress, parse_url
from crawler.fetch.answer import REDIRECTS
from crawler.fetch.http11 import Headers
from crawler.rendering.blocking import SCRIPTED
from crawler.rendering.browser_session import Secrets, SignedIn
from crawler.rendering.interfaces import Answered, PageRequest, Withheld
from crawler.rendering.page_headers import passed_on
from crawler.rules.registrable_domain import registrable_domain


class SessionBounds:
    """Nothing of a login goes to other origins, and pages of other sites see nothing behind it."""

    def __init__(self, signed_in: SignedIn) -> None:
        self._signed_in = signed_in
        self._secrets = Secrets(signed_in.state())

    def why_not(self, request: PageRequest, target: WebAddress, page: WebAddress) -> Withheld | None:
        """Why a request is not made."""
        origins = self._signed_in.origins
        if not origins:
            return None
        if target.origin in origins:
            if page.origin in origins or _site(page) == _site(target):
                return None
            return Withheld("a page of another site does not see what is behind a login")
        said = (value for name, value in request.headers.items() if name != "cookie")
        if not self._secrets_now().are_in([target.url, *said]):
            return None
        return Withheld(
            "it would give away a session",
            f"{target.host} was to be given what belongs to the session: add it to `auth.origins` "
            "if it is part of the site",
        )

    def fields(self, request: PageRequest, target: WebAddress, page: WebAddress) -> Headers:
        """What of the page's headers goes along."""
        headers = dict(request.headers)
        if target.origin not in self._signed_in.origins:
            # The browser has one jar for a host, whatever the port, and for the hosts below its domain.
            cookies = self._secrets_now().without_cookies(headers.pop("cookie", ""))
            headers |= {"cookie": cookies} if cookies else {}
        return passed_on(headers, target, page)

    def keeps_cookies_of(self, target: WebAddress) -> bool:
        """Whether a login keeps the cookies of an origin, so that the browser need not."""
        return target.origin in self._signed_in.cookie_origins

    def speaks_against(self, request: PageRequest, target: WebAddress, answer: Answered) -> bool:
        """Whether what a script or a frame was answered makes the session doubtful."""
        if request.resource_type not in {*SCRIPTED, "Document"}:
            return False
        if target.origin not in self._signed_in.origins:
            return False
        return answer.status in {401, 403} or (answer.status in REDIRECTS and self._to_login(target, answer))

    def _to_login(self, target: WebAddress, answer: Answered) -> bool:
        location = next((value for name, value in answer.headers if name == "location"), "")
        onward = parse_url(location, target.url)
        return isinstance(onward, WebAddress) and self._signed_in.leads_to_login(target.url, onward)

    def _secrets_now(self) -> Secrets:
        if (state := self._signed_in.state()) != self._secrets.state:
            self._secrets = Secrets(state)
        return self._secrets


def _site(address: WebAddress) -> str:
    return registrable_domain(address.hostname)
