"""HTTP's challenges in a real Chromium, against the servers that the logins over HTTP are tested with."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from crawler.browser.challenge_logins import ChallengeLogins, challenge_logins, without_weaker_offers
from crawler.browser.chromium import BrowserSettings, launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.pages import RenderedPage, open_page
from crawler.browser.request_rules import guarded_page
from crawler.outcome import Failed, Refused
from settings.auth import LoginSettings
from tests.crawler.browser.conftest import address, network_to
from tests.support import acceptors
from tests.support.challenging_sites import Kind, serve_kind
from tests.support.handshake_server import serve_handshakes
from tests.support.kerberos_realm import serve_realm

needs_chromium = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="the Debian package chromium is missing"
)


def configured(origin: str, **login: Any) -> ChallengeLogins:
    parsed: LoginSettings = TypeAdapter(LoginSettings).validate_python(login)
    return challenge_logins([parsed], [address(f"{origin}/")])


async def visits(
    origin: str, logins: ChallengeLogins, environment: Mapping[str, str] | None = None
) -> list[RenderedPage | Failed | Refused]:
    """What two visits of the site's root come to, in one page."""
    settings = BrowserSettings(negotiate_hosts=logins.negotiate_hosts, environment=environment or {})
    async with (
        Egress(network_to(f"{origin}/"), floors=logins.floors) as egress,
        launch_chromium(egress, settings) as chromium,
    ):
        page = await guarded_page(await chromium.new_context(credentials=logins.credentials))
        negotiates = bool(logins.negotiate_hosts)
        return [await open_page(page, f"{origin}/", egress, negotiates=negotiates) for _ in range(2)]


def statuses(visited: list[RenderedPage | Failed | Refused]) -> list[int | None]:
    return [visit.status for visit in visited]


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("kind", ["basic", "digest", "ntlm"])
async def test_a_name_and_a_password_open_the_site(kind: Kind, tmp_path: Path) -> None:
    with serve_kind(kind, tmp_path) as site:
        logins = configured(site.origin, type=kind, username=site.account, password=site.password)
        assert statuses(await visits(site.origin, logins)) == [200, 200]
        assert site.rejected() == 0


@needs_chromium
@pytest.mark.browser
async def test_ntlm_keeps_its_connection_through_the_browsers_proxy(tmp_path: Path) -> None:
    offers = 'Negotiate|NTLM|Basic realm="intranet"'  # as IIS does
    with serve_handshakes("--offers", offers, environment=acceptors.ntlm_passwords(tmp_path)) as site:
        logins = configured(
            site.origin, type="negotiate", username=acceptors.ACCOUNT, password=acceptors.PASSWORD
        )
        assert statuses(await visits(site.origin, logins)) == [200, 200]
        counts = site.counts()
        assert (counts["attempts"], counts["pages"]) == (1, 2)


@needs_chromium
@pytest.mark.browser
async def test_a_ticket_of_the_cache_opens_the_site(tmp_path: Path) -> None:
    with ExitStack() as stack:
        realm = stack.enter_context(serve_realm(tmp_path))
        realm.add_user("eva", acceptors.PASSWORD)
        realm.kinit("eva", acceptors.PASSWORD, cache=tmp_path / "cache")
        keys = acceptors.web_server_keytab(realm)
        site = stack.enter_context(serve_handshakes("--offers", "Negotiate", environment=keys))
        logins = configured(site.origin, type="kerberos")
        environment = {**realm.environment, "KRB5CCNAME": f"FILE:{tmp_path / 'cache'}"}
        assert statuses(await visits(site.origin, logins, environment)) == [200, 200]
        assert site.counts()["rejected"] == 0


@needs_chromium
@pytest.mark.browser
async def test_a_site_that_offers_basic_alone_never_gets_the_password_of_an_ntlm_login(
    tmp_path: Path,
) -> None:
    environment = acceptors.ntlm_passwords(tmp_path)
    with serve_handshakes("--offers", 'Basic realm="intranet"', environment=environment) as site:
        logins = configured(site.origin, type="ntlm", username=acceptors.ACCOUNT, password=acceptors.PASSWORD)
        assert statuses(await visits(site.origin, logins)) == [401, 401]
        assert site.counts()["attempts"] == 0


@needs_chromium
@pytest.mark.browser
async def test_other_origins_are_given_no_credentials(tmp_path: Path) -> None:
    with serve_kind("basic", tmp_path) as site:
        elsewhere = configured(
            "http://elsewhere.example", type="basic", username=site.account, password=site.password
        )
        assert statuses(await visits(site.origin, elsewhere)) == [401, 401]


def test_weaker_offers_are_left_out_whether_they_share_a_header_or_not() -> None:
    together = [(b"www-authenticate", b'Negotiate, NTLM, Basic realm="a \\"b\\", c"'), (b"x", b"y")]
    assert without_weaker_offers(together, {"ntlm"}) == [(b"www-authenticate", b"ntlm"), (b"x", b"y")]
    apart = [(b"www-authenticate", each) for each in (b"NTLM TlRMTVNTUAAC", b"Negotiate", b'Basic realm="a"')]
    assert without_weaker_offers(apart, {"ntlm", "negotiate"}) == apart[:2]
    digest = [(b"www-authenticate", b'Digest realm="a \\"b\\"", nonce="x", Basic realm="c"')]
    assert without_weaker_offers(digest, {"digest"}) == [
        (b"www-authenticate", b'digest realm="a \\"b\\"", nonce="x"')
    ]


def test_only_challenges_are_for_the_browser_and_only_tickets_need_hosts() -> None:
    basic = configured("https://wiki.example:8443", type="basic", username="eva", password="salt & tide")
    assert [each["origin"] for each in basic.credentials] == ["https://wiki.example:8443"]
    assert basic.negotiate_hosts == ()
    assert "salt" not in repr(basic)
    assert configured("https://wiki.example", type="kerberos").negotiate_hosts == ("wiki.example",)
    assert configured("https://wiki.example", type="kerberos", username="eva", password="x").credentials == ()
    assert configured("https://wiki.example", type="bearer", token="x") == ChallengeLogins()
