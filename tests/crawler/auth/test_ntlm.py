"""NTLM, alone and within Negotiate, against pyspnego's accepting side; `requests-ntlm` has to agree."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests_ntlm import HttpNtlmAuth

from crawler.auth.negotiate import NegotiateScheme
from crawler.auth.outcome import LoginFaultKind
from tests.crawler.sync.certificates import self_signed
from tests.support.acceptors import ACCOUNT, PASSWORD, ntlm_passwords
from tests.support.handshake_server import HandshakeSite, serve_handshakes
from tests.support.login_run import address, fetch_all, fetching, run_login, sign_in, statuses

OFFERS = ("NTLM", "Negotiate", 'Negotiate|NTLM|Basic realm="intranet"')


@pytest.fixture(scope="module", params=OFFERS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandshakeSite]:
    known = ntlm_passwords(tmp_path_factory.mktemp("ntlm"))
    with serve_handshakes("--offers", request.param, environment=known) as running:
        yield running


def ntlm(site: HandshakeSite, password: str = PASSWORD, account: str = ACCOUNT) -> NegotiateScheme:
    return NegotiateScheme("ntlm", account, password, origins=[site.origin], probe=address(site.url()))


def reference(site: HandshakeSite, password: str = PASSWORD, ca_file: Path | None = None) -> int:
    """The status that `requests-ntlm` ends with."""
    with requests.Session() as session:
        session.trust_env = False  # else REQUESTS_CA_BUNDLE has its way
        session.auth = HttpNtlmAuth(ACCOUNT, password)
        session.verify = True if ca_file is None else str(ca_file)
        return session.get(site.url("/reference"), timeout=20).status_code


@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 200), ("wrong", 401)])
async def test_the_reference_client_agrees(site: HandshakeSite, password: str, status: int) -> None:
    assert await asyncio.to_thread(reference, site, password) == status
    assert statuses(await run_login(ntlm(site, password), [site.url("/a")])) == {status}


async def test_a_handshake_is_for_a_connection_and_not_for_a_page(site: HandshakeSite) -> None:
    scheme = ntlm(site)
    await asyncio.to_thread(site.reset)
    outcomes = await run_login(scheme, [site.url(f"/page/{number}") for number in range(300)])
    counts = await asyncio.to_thread(site.counts)
    assert statuses(outcomes) == {200}
    assert counts["connections"] <= 8
    assert counts["attempts"] == counts["connections"]
    assert counts["requests"] == 300 + 2 * counts["connections"]


async def test_a_page_for_nobody_is_that_page_s_refusal(site: HandshakeSite) -> None:
    scheme = ntlm(site)
    async with fetching(scheme, site.url()) as fetcher:
        assert await scheme.sign_in(fetcher, lambda _step: None) is None
        denied = await fetch_all(fetcher, [site.url(f"/denied/{number}") for number in range(20)])
        others = await fetch_all(fetcher, [site.url(f"/page/{number}") for number in range(20)])
    assert (statuses(denied), statuses(others)) == ({401}, {200})
    assert scheme.fault is None


@pytest.mark.parametrize("says_so", [["--says-so"], []], ids=["says so", "says nothing"])
async def test_a_server_that_authenticates_each_request_is_answered_each_time(
    tmp_path: Path, says_so: list[str]
) -> None:
    with serve_handshakes("--by-request", *says_so, environment=ntlm_passwords(tmp_path)) as site:
        scheme = ntlm(site)
        outcomes = await run_login(scheme, [site.url(f"/page/{number}") for number in range(100)])
        counts = site.counts()
    assert statuses(outcomes) == {200}
    assert counts["rejected"] == 0
    assert scheme.fault is None


async def test_a_handshake_that_is_cut_off_begins_anew(tmp_path: Path) -> None:
    with serve_handshakes("--cut", "2", environment=ntlm_passwords(tmp_path)) as site:
        assert await sign_in(ntlm(site), site.url()) is None


async def test_a_proxy_that_keeps_no_connections_is_told(tmp_path: Path) -> None:
    with serve_handshakes("--offers", "NTLM", "--cut", "99", environment=ntlm_passwords(tmp_path)) as site:
        fault = await sign_in(ntlm(site), site.url())
        counts = site.counts()
    assert fault is not None
    assert fault.kind is LoginFaultKind.NOT_OFFERED
    assert fault.sentence == (
        f"{site.origin} closes the connection within each NTLM handshake: does a proxy stand between that "
        "does not keep connections?"
    )
    assert counts["attempts"] == 0


@pytest.mark.parametrize(
    ("page", "kind", "advice"),
    [
        ("Error 0xC0000234", "LOCKED", "the account is locked: have it unlocked"),
        ("<b>0x80070533</b>", "LOCKED", "the account is disabled: have an administrator enable it"),
        ("0xc0000071", "PASSWORD_EXPIRED", "the password has expired: set a new one"),
    ],
)
async def test_the_code_on_the_page_of_a_refusal_is_read(
    tmp_path: Path, page: str, kind: str, advice: str
) -> None:
    with serve_handshakes("--refusal", page, environment=ntlm_passwords(tmp_path)) as site:
        fault = await sign_in(ntlm(site, "wrong"), site.url())
    assert fault is not None
    assert fault.kind is LoginFaultKind[kind]
    assert advice in fault.sentence


async def test_no_token_and_no_password_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serve_handshakes(environment=ntlm_passwords(tmp_path)) as site:
        assert await sign_in(ntlm(site), site.url()) is None
    assert PASSWORD not in caplog.text
    assert "TlRMTVNTUA" not in caplog.text
    assert "4e544c4d53535000" not in caplog.text.lower()


class TestChannelBindings:
    @pytest.mark.parametrize(("bindings", "status"), [("right", 200), ("wrong", 401)])
    async def test_a_handshake_is_bound_to_the_server_s_certificate(
        self, tmp_path: Path, bindings: str, status: int
    ) -> None:
        certificate = self_signed(tmp_path)
        known = ntlm_passwords(tmp_path)
        with serve_handshakes("--bindings", bindings, environment=known, certificate=certificate) as site:
            assert await asyncio.to_thread(reference, site, ca_file=certificate) == status
            outcomes = await run_login(ntlm(site), [site.url("/a")], ca_file=certificate)
        assert statuses(outcomes) == {status}
