"""Basic and Digest against Debian's Apache: realms, letters, nonces that end, pages for nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.auth.outcome import LoginFaultKind
from tests.support.challenging_apache import PASSWORD, USER, ChallengingApache, serve_challenges
from tests.support.challenging_sites import Kind, login_of
from tests.support.login_run import fetch_all, fetching, run_login, sign_in, statuses

BOTH: tuple[Kind, ...] = ("basic", "digest")


@pytest.fixture(scope="module", params=BOTH)
def kind(request: pytest.FixtureRequest) -> Kind:
    which: Kind = request.param
    return which


@pytest.fixture(scope="module")
def site(kind: Kind) -> Iterator[ChallengingApache]:
    with serve_challenges(kind) as running:
        yield running


async def test_another_realm_has_one_attempt_of_its_own_and_stops_nothing_else(
    kind: Kind, site: ChallengingApache
) -> None:
    scheme = login_of(kind, USER, PASSWORD, site.origin)
    before = site.rejected()
    async with fetching(scheme, site.url()) as fetcher:
        assert await scheme.sign_in(fetcher, lambda _step: None) is None
        south = await fetch_all(fetcher, [site.url(f"/south/{number}") for number in range(40)])
        north = await fetch_all(fetcher, [site.url(f"/pier/{number}") for number in range(40)])
    assert (statuses(south), statuses(north)) == ({401}, {200})
    assert site.rejected() == before + 1
    assert scheme.fault is None


async def test_a_page_for_nobody_is_that_page_s_refusal(kind: Kind, site: ChallengingApache) -> None:
    scheme = login_of(kind, USER, PASSWORD, site.origin)
    async with fetching(scheme, site.url()) as fetcher:
        assert await scheme.sign_in(fetcher, lambda _step: None) is None
        denied = await fetch_all(fetcher, [site.url(f"/denied/{number}") for number in range(20)])
        others = await fetch_all(fetcher, [site.url(f"/pier/{number}") for number in range(20)])
    assert (statuses(denied), statuses(others)) == ({401}, {200})
    assert scheme.fault is None


async def test_the_first_request_of_a_new_directory_alone_is_asked_for_its_realm(
    kind: Kind, site: ChallengingApache
) -> None:
    scheme = login_of(kind, USER, PASSWORD, site.origin)
    async with fetching(scheme, site.url()) as fetcher:
        assert await scheme.sign_in(fetcher, lambda _step: None) is None
        await fetcher.fetch_robots(site.origin)
        before = len(site.apache.requests())
        outcomes = await fetch_all(fetcher, [site.url(f"/quay/{number}") for number in range(100)])
    assert statuses(outcomes) == {200}
    assert len(site.apache.requests()) - before <= 100 + 8 + 1  # and one that was logged late


async def test_configured_headers_go_along_with_letters_of_any_kind(
    kind: Kind, site: ChallengingApache
) -> None:
    scheme = login_of(kind, USER, PASSWORD, site.origin, headers={"X-Api-Key": "also secret"})
    assert await sign_in(scheme, site.url()) is None
    assert statuses(await run_login(scheme, [site.url("/a"), site.url("/b?c=d%20e&f")])) == {200}
    assert "also secret" not in repr(scheme) + repr(scheme.auth)


async def test_an_open_page_proves_nothing_and_is_no_fault(kind: Kind, site: ChallengingApache) -> None:
    scheme = login_of(kind, USER, "wrong", site.origin)
    before = site.rejected()
    assert statuses(await run_login(scheme, [site.url("/open/all.html")])) == {200}
    assert site.rejected() == before
    fault = await sign_in(scheme, site.url())
    assert fault is not None
    assert fault.kind is LoginFaultKind.REJECTED


@pytest.mark.parametrize("seconds", [1, 0], ids=["that live for a second", "for one request each"])
async def test_nonces_come_to_their_end_and_cost_no_attempt(seconds: int) -> None:
    with serve_challenges("digest", nonce_seconds=seconds) as site:
        urls = [site.url(f"/pier/{number}") for number in range(300)]
        for _ in range(2):
            scheme = login_of("digest", USER, PASSWORD, site.origin)
            assert statuses(await run_login(scheme, urls)) == {200}
        assert site.rejected() == 0
