"""What a page asks for goes under the login of its origin, whatever its kind, and nothing of it elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from crawler.auth.client_certificate import ClientCertificateScheme
from crawler.auth.header_logins import HeaderScheme, bearer_scheme
from crawler.auth.outcome import LoginStep
from crawler.auth.pages.imported_session import ImportedSession
from crawler.auth.scheme import Scheme
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import ClientCertificate, TlsContexts
from crawler.rendering.browser_session import SignedIn
from crawler.rendering.interfaces import Spent, Withheld
from crawler.rendering.resources import SiteResources
from crawler.rules.guard import Guard
from settings.proxy import TlsSettings
from tests.crawler.rendering.loading import address, given, header, wants, withheld
from tests.support.certificates import Authority
from tests.support.certified_site import serve_certified
from tests.support.challenging_sites import KINDS, ChallengingSite, Kind, serve_kind
from tests.support.changing_site import Answer, ChangingSite, redirect, serve_site

SECRET = "s-4711-secret-9"
TOKEN = "t0k3n-4711-of-the-app"


@asynccontextmanager
async def signed_in(
    scheme: Scheme, *others: str, tls: TlsContexts | None = None, probe: bool = True, **options: Any
) -> AsyncIterator[SiteResources]:
    """A loader whose connector signed in, and may reach others besides."""
    seeds = [address(f"{origin}/") for origin in (*scheme.origins, *others)]
    pinned = scheme.origins if scheme.authenticates_connections else frozenset()
    contexts = tls or TlsContexts.for_settings(TlsSettings(), http1_origins=pinned)
    network = Network(Guard.for_seeds(seeds), contexts, pinned_origins=pinned)
    logins: Mapping[str, httpx2.Auth] = dict.fromkeys(scheme.origins, scheme.auth)
    fetcher = HttpFetcher(network, max_bytes=1_000_000, seconds=10.0, logins=logins)
    steps: list[LoginStep] = []
    try:
        if probe:
            assert await scheme.sign_in(fetcher, steps.append) is None
        to_login = options.pop("leads_to_login", lambda _url, target: target.path == "/login")
        yield SiteResources(fetcher, signed_in=SignedIn.by([scheme], to_login), **options)
    finally:
        await fetcher.aclose()


# challenges of HTTP


@pytest.fixture(scope="module", params=KINDS)
def challenging(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChallengingSite]:
    kind: Kind = request.param
    with serve_kind(kind, tmp_path_factory.mktemp(kind)) as running:
        yield running


async def test_scripts_and_data_behind_a_challenge_come_as_pages_do(challenging: ChallengingSite) -> None:
    async with signed_in(challenging.scheme()) as loader:
        script = await given(loader, wants(challenging.url("/app.js"), "Script"))
        data = [await given(loader, wants(challenging.url(f"/api/{number}"))) for number in range(3)]
    assert {each.status for each in (script, *data)} == {200}
    assert header(script, "www-authenticate") == []
    assert challenging.rejected() == 0


async def test_without_the_login_they_do_not_come(challenging: ChallengingSite) -> None:
    stranger = HeaderScheme(
        "none", origins=[challenging.origin], probe=address(challenging.url()), headers={"X-A": "1"}
    )
    spent = Spent()
    async with signed_in(stranger, probe=False) as loader:
        answered = await given(loader, wants(challenging.url("/api")), spent)
    assert answered.status == 401
    assert header(answered, "www-authenticate") == []
    assert spent.saw_unauthorized


async def test_what_the_page_s_scripts_claim_does_not_disturb_the_login(challenging: ChallengingSite) -> None:
    async with signed_in(challenging.scheme()) as loader:
        claim = {"authorization": "Bearer undefined"}
        answers = [await given(loader, wants(challenging.url(f"/{n}"), headers=claim)) for n in range(2)]
    assert {each.status for each in answers} == {200}
    assert challenging.rejected() == 0


# headers, certificates


async def test_a_token_goes_to_its_origin_and_to_no_other() -> None:
    with (
        serve_site({"/api": Answer(b"1"), "/": Answer(b"")}) as site,
        serve_site({"/": Answer(b"2")}) as other,
    ):
        scheme = bearer_scheme(TOKEN, origins=[site.origin], probe=address(site.url()))
        async with signed_in(scheme, other.origin) as loader:
            await given(loader, wants(site.url("/api"), headers={"authorization": "Bearer undefined"}))
            await given(loader, wants(other.url(), page=site.url()))
    assert site.log[-1].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in other.log[-1].headers
    assert TOKEN not in str([each.headers for each in other.log])


async def test_a_client_certificate_opens_what_a_page_asks_for(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate, key = authority.sign("crawler")
    with serve_certified(tmp_path, authority) as site:
        probe = address(site.strict + "/")
        scheme = ClientCertificateScheme(certificate, key, origins=[site.strict], probe=probe)
        shown = {site.strict: ClientCertificate(certificate, key)}
        tls = TlsContexts.for_settings(TlsSettings(ca_file=authority.file), client_certificates=shown)
        async with signed_in(scheme, site.open, tls=tls) as loader:
            inside = await given(loader, wants(f"{site.strict}/app.js", "Script"))
            outside = await given(loader, wants(f"{site.open}/app.js", "Script", page=f"{site.strict}/"))
    assert b"CN=crawler" in inside.body
    assert outside.body == b"<p>NONE"


# sessions in cookies


@pytest.fixture
def members() -> Iterator[ChangingSite]:
    """Who has no session is led to the login."""

    def inside(headers: Mapping[str, str]) -> Answer:
        return (
            Answer(b"in", etag=False) if f"sid={SECRET}" in headers.get("cookie", "") else redirect("/login")
        )

    with serve_site({"/": inside, "/api": inside, "/app.js": inside, "/login": Answer(b"")}) as site:
        yield site


def session(
    site: ChangingSite, tmp_path: Path, *cookies: Mapping[str, Any], **storage: str
) -> ImportedSession:
    """A session as a browser wrote it: the secret is HttpOnly."""
    named = {"domain": "127.0.0.1", "path": "/", "expires": -1, "secure": False, "httpOnly": False}
    secret = {**named, "name": "sid", "value": SECRET, "httpOnly": True}
    listed = [{"name": name, "value": value} for name, value in storage.items()]
    state = {
        "cookies": [secret, *({**named, **each} for each in cookies)],
        "origins": [{"origin": site.origin, "localStorage": listed}],
    }
    path = tmp_path / "state.json"
    path.write_bytes(orjson.dumps(state))
    return ImportedSession(origins=[site.origin], probe=address(site.url()), cookies={}, storage_state=path)


async def test_a_session_goes_with_what_a_page_asks_for_and_its_own_cookies_too(
    members: ChangingSite, tmp_path: Path
) -> None:
    async with signed_in(session(members, tmp_path)) as loader:
        answered = await given(
            loader, wants(members.url("/api"), headers={"cookie": "sid=stale; theme=dark"})
        )
    assert answered.body == b"in"
    assert members.log[-1].headers["cookie"] == f"sid={SECRET}; theme=dark"


async def test_a_cookie_that_only_the_login_needs_is_not_given_to_the_browser(
    members: ChangingSite, tmp_path: Path
) -> None:
    async with signed_in(session(members, tmp_path)) as loader:
        members.pages["/renew"] = Answer(b"", headers={"Set-Cookie": "sid2=x1; HttpOnly"}, etag=False)
        members.pages["/theme"] = Answer(b"", headers={"Set-Cookie": "theme=dark"}, etag=False)
        renewed = await given(loader, wants(members.url("/renew")))
        themed = await given(loader, wants(members.url("/theme")))
        await given(loader, wants(members.url("/api")))
    assert header(renewed, "set-cookie") == []
    assert header(themed, "set-cookie") == ["theme=dark"]
    assert members.log[-1].headers["cookie"].split("; ") == [f"sid={SECRET}", "sid2=x1", "theme=dark"]


async def test_a_session_goes_to_no_other_origin_not_even_on_its_host(
    members: ChangingSite, tmp_path: Path
) -> None:
    seen = {"name": "xsrf", "value": "x5rf-4711-value"}
    with serve_site({"/": Answer(b""), "/p": Answer(b"")}) as other:
        async with signed_in(session(members, tmp_path, seen), other.origin) as loader:
            # The browser has one jar for a host, whatever its ports.
            own = {"cookie": "xsrf=x5rf-4711-value; lang=de"}
            await given(loader, wants(other.url(), page=members.url(), headers=own))
            await given(loader, wants(members.url("/api"), headers=own))
    assert other.log[-1].headers["cookie"] == "lang=de"
    assert "xsrf=x5rf-4711-value" in members.log[-1].headers["cookie"]
    assert SECRET not in str(other.log)


@pytest.mark.parametrize("path", [f"/?t={TOKEN}", "/p"])
async def test_a_script_cannot_give_a_session_away(members: ChangingSite, tmp_path: Path, path: str) -> None:
    stored = session(members, tmp_path, user=f'{{"name": "Eva", "auth": {{"token": "{TOKEN}"}}}}')
    with serve_site({"/": Answer(b""), "/p": Answer(b"")}) as other:
        async with signed_in(stored, other.origin) as loader:
            headers = {} if TOKEN in path else {"authorization": f"Bearer {TOKEN}"}
            answered = await withheld(loader, wants(other.url(path), page=members.url(), headers=headers))
            await given(loader, wants(members.url("/api"), headers={"authorization": f"Bearer {TOKEN}"}))
            await given(loader, wants(other.url("/p"), page=members.url(), headers={"x-who": "Eva"}))
    host = other.origin.removeprefix("http://")
    assert answered == Withheld(
        "it would give away a session",
        f"{host} was to be given what belongs to the session: add it to `auth.origins` if it is part of the "
        "site",
    )
    assert TOKEN not in str(other.log)
    assert any(each.headers.get("authorization") == f"Bearer {TOKEN}" for each in members.log)


async def test_a_page_of_another_site_sees_nothing_behind_the_login(
    members: ChangingSite, tmp_path: Path
) -> None:
    async with signed_in(session(members, tmp_path)) as loader:
        before = len(members.log)
        answered = await withheld(loader, wants(members.url("/api"), page="http://elsewhere.test/"))
    assert answered == Withheld("a page of another site does not see what is behind a login")
    assert len(members.log) == before


@pytest.mark.parametrize(
    ("answer", "doubt"),
    [
        (Answer(b"", 401), True),
        (Answer(b"", 403), True),
        (redirect("/login?next=/api"), True),
        (redirect("/elsewhere"), False),
        (Answer(b"", 404), False),
        (Answer(b"", 500), False),
    ],
)
async def test_what_speaks_against_the_session_is_noted(
    members: ChangingSite, tmp_path: Path, answer: Answer, doubt: bool
) -> None:
    spent, pictured = Spent(), Spent()
    async with signed_in(session(members, tmp_path)) as loader:
        members.pages["/api"] = answer
        await given(loader, wants(members.url("/api")), spent)
        await given(loader, wants(members.url("/api"), "Script"), pictured)
    assert spent.saw_unauthorized is doubt
    assert not pictured.saw_unauthorized


async def test_a_script_of_a_session_is_not_given_to_the_next_one(
    members: ChangingSite, tmp_path: Path
) -> None:
    async with signed_in(session(members, tmp_path)) as loader:
        for generation in (1, 1, 2):
            await given(loader, wants(members.url("/app.js"), "Script"), Spent(generation=generation))
    assert len(members.asked("/app.js")) == 2
