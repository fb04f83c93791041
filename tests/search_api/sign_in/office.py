"""A company whose people sign in, and their browsers without scripts."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from settings.search import SignInAuthentication
from settings.secrets import Secret
from tests.search_api.company import BOARD, Company
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

HTML = {"accept": "text/html"}


@dataclass
class Browser:
    """A browser at the page: keeps cookies, follows links, sends what browsers send."""

    address: str
    client: httpx2.Client

    def open(self, path: str, *, follow: bool = True) -> httpx2.Response:
        return self.client.get(f"{self.address}{path}", headers=HTML, follow_redirects=follow)

    def sign_in(self, next_path: str = "/") -> httpx2.Response:
        return self.open(f"/sign-in?{httpx2.QueryParams({'next': next_path})}")

    def callback(self) -> str:
        """Up to the provider's answer: the address that it sends the browser back to, not yet opened."""
        begun = self.open("/sign-in", follow=False)
        return self.client.get(begun.headers["location"]).headers["location"]

    def post(self, path: str, **headers: str) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"{self.address}{path}", headers=HTML | sent)

    def sees_board(self) -> bool:
        found = self.client.get(f"{self.address}/v1/search?q=leave+plan&page_size=100")
        assert found.status_code == 200, found.text
        return BOARD.id in found.text


@dataclass(frozen=True)
class Office:
    """The company's search, whose people sign in at `provider`."""

    address: str
    company: Company
    provider: IdentityProvider
    browsers: ExitStack

    def browser(self) -> Browser:
        return Browser(self.address, self.browsers.enter_context(httpx2.Client(trust_env=False)))


def configured(issuer: str) -> SignInAuthentication:
    """Signing in at this provider."""
    return SignInAuthentication(
        type="oidc", issuer=issuer, client_id=CLIENT_ID, client_secret=Secret(CLIENT_SECRET)
    )


def path_of(address: str) -> str:
    """What stands behind the host."""
    split = urlsplit(address)
    return f"{split.path}?{split.query}"
