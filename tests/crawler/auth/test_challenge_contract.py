"""What holds for every login that answers a challenge, from Basic to Kerberos: one suite over all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.auth.outcome import LoginFault, LoginFaultKind
from tests.support.challenging_sites import KINDS, ChallengingSite, Kind, serve_kind
from tests.support.handshake_server import serve_handshakes
from tests.support.login_run import assert_no_secret, fetch_all, fetching, run_login, sign_in, statuses
from tests.support.ports import refusing_port

WRONG = "last year's harbour"
OTHER_OFFERS = {
    "basic": 'Digest realm="intranet", nonce="n", qop="auth"|NTLM|Bearer',
    "digest": 'Basic realm="intranet"|NTLM',
    "ntlm": 'Basic realm="intranet"|Digest realm="intranet", nonce="n"',
    "negotiate": 'Basic realm="intranet"',
    "kerberos": 'Basic realm="intranet"|NTLM',
}
NAMED_OFFERS = {
    "basic": "Digest, NTLM and Bearer",
    "digest": "Basic and NTLM",
    "ntlm": "Basic and Digest",
    "negotiate": "Basic",
    "kerberos": "Basic and NTLM",
}


@pytest.fixture(scope="module", params=KINDS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChallengingSite]:
    kind: Kind = request.param
    with serve_kind(kind, tmp_path_factory.mktemp(kind)) as running:
        yield running


def pages(site: ChallengingSite, number: int) -> list[str]:
    return [site.url(f"/page/{n}") for n in range(number)]


def rejection(site: ChallengingSite) -> str:
    """What people are told of a wrong password."""
    if site.kind == "kerberos":
        return f"the Kerberos realm rejected the password of {site.account}: correct `auth.password`"
    title = {
        "basic": 'Basic, realm "Docks, north"',
        "digest": 'Digest, realm "Docks, north"',
        "ntlm": "NTLM",
        "negotiate": "Negotiate",
    }[site.kind]
    return (
        f"{site.origin} rejected the password of {site.account} ({title}): correct `auth.username` or "
        "`auth.password`"
    )


async def test_the_right_password_signs_in(site: ChallengingSite) -> None:
    scheme = site.scheme()
    before = site.rejected()
    assert await sign_in(scheme, site.url()) is None
    assert await sign_in(scheme, site.url()) is None  # a second time: to prove it once more
    assert site.rejected() == before


async def test_three_hundred_pages_by_eight_workers_that_begin_at_once(site: ChallengingSite) -> None:
    before = site.rejected()
    outcomes = await run_login(site.scheme(), pages(site, 300))
    assert len(outcomes) == 300
    assert statuses(outcomes) == {200}
    assert site.rejected() == before


async def test_a_wrong_password_is_one_attempt_for_eight_workers_and_the_sign_in(
    site: ChallengingSite,
) -> None:
    scheme = site.scheme(WRONG)
    before = site.rejected()
    async with fetching(scheme, site.url()) as fetcher:
        assert statuses(await fetch_all(fetcher, pages(site, 100))) == {401}
        fault = await scheme.sign_in(fetcher, lambda _step: None)
    assert site.rejected() == before + 1
    assert scheme.fault == fault == LoginFault(LoginFaultKind.REJECTED, rejection(site))
    assert_no_secret(scheme, fault)


async def test_a_wrong_password_is_one_attempt_for_the_sign_in_and_eight_workers(
    site: ChallengingSite,
) -> None:
    scheme = site.scheme(WRONG)
    before = site.rejected()
    fault = await sign_in(scheme, site.url())
    assert fault == LoginFault(LoginFaultKind.REJECTED, rejection(site))
    assert statuses(await run_login(scheme, pages(site, 100))) == {401}
    assert site.rejected() == before + 1


async def test_what_is_not_offered_is_told_and_nothing_weaker_is_tried(site: ChallengingSite) -> None:
    with serve_handshakes("--offers", OTHER_OFFERS[site.kind], environment={}) as other:
        scheme = site.scheme(origin=other.origin)
        fault = await sign_in(scheme, other.url())
        assert statuses(await run_login(scheme, [other.url("/a"), other.url("/b")])) == {401}
        counts = other.counts()
    assert fault is not None
    assert fault.kind is LoginFaultKind.NOT_OFFERED
    assert fault.sentence == (
        f"{other.origin} offers only {NAMED_OFFERS[site.kind]}, and `auth.type: {site.kind}` is a floor: "
        "nothing weaker is tried; set `auth.type` to what the server offers"
    )
    assert (counts["requests"], counts["attempts"]) == (3, 0)


async def test_a_server_that_is_down_is_no_fault_of_the_password(site: ChallengingSite) -> None:
    nobody = f"http://127.0.0.1:{refusing_port()}"
    scheme = site.scheme(origin=nobody)
    fault = await sign_in(scheme, f"{nobody}/")
    assert fault is not None
    assert fault.kind is LoginFaultKind.UNREACHABLE
    assert fault.sentence.startswith("the login could not be tried: ")
    assert scheme.fault is None


async def test_nothing_is_sent_to_another_origin(site: ChallengingSite) -> None:
    with serve_handshakes("--offers", 'Negotiate|NTLM|Basic realm="x"', environment={}) as other:
        scheme = site.scheme()
        urls = [*pages(site, 8), *(other.url(f"/{n}") for n in range(8))]
        outcomes = await run_login(scheme, urls, site.url(), other.url())
        counts = other.counts()
    assert statuses(outcomes) == {200, 401}
    assert (counts["requests"], counts["attempts"]) == (8, 0)


def test_the_secrets_are_the_account_and_its_password(site: ChallengingSite) -> None:
    assert site.scheme().secrets == (site.account, site.password)
    assert_no_secret(site.scheme())
