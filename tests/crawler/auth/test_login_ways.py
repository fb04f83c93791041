"""The ways through a login, between site and provider, byte for byte as browsers go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.outcome import LoginFault, LoginFaultKind, LoginStep
from crawler.auth.pages.attempt import PageLoginPlan
from crawler.auth.pages.page_login import PageLoginScheme
from crawler.auth.pages.said import fault_after_password
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.rules.guard import Guard
from tests.support.login_sites import PASSWORD, USER, LoginSites, serve_login_sites


@pytest.fixture(scope="module")
def running_sites() -> Iterator[LoginSites]:
    with serve_login_sites() as sites:
        yield sites


@pytest.fixture
def sites(running_sites: LoginSites) -> LoginSites:
    """Site and provider with nobody signed in."""
    running_sites.reset()
    return running_sites


@pytest.fixture
async def web(sites: LoginSites) -> AsyncIterator[HttpFetcher]:
    seeds = [address(url) for url in (sites.site, sites.provider, sites.stranger)]
    fetcher = HttpFetcher(Network(Guard.for_seeds(seeds), tls_context(None)), max_bytes=100_000, seconds=5.0)
    yield fetcher
    await fetcher.aclose()


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


def scheme(sites: LoginSites, login_url: str, **plan: Any) -> PageLoginScheme:
    url = address(login_url)
    hosts = {url.host, address(sites.provider).host}
    settled = {"username": USER, "password": PASSWORD, "login_hosts": frozenset(hosts), **plan}
    return PageLoginScheme(
        "saml",
        PageLoginPlan(url, frozenset({sites.site}), by_provider=True, home=address(sites.site), **settled),
    )


async def sign_in(login: PageLoginScheme, web: HttpFetcher) -> tuple[LoginFault | None, list[LoginStep]]:
    steps: list[LoginStep] = []
    fault = await login.sign_in(web, steps.append)
    assert PASSWORD not in repr((fault, steps, login))
    return fault, steps


async def test_a_provider_that_shows_a_page_of_its_own_is_left_for_the_site(
    sites: LoginSites, web: HttpFetcher
) -> None:
    fault, steps = await sign_in(scheme(sites, f"{sites.provider}/portal"), web)
    assert fault is None
    assert sites.passwords_sent == 1
    assert "that page leads no further, so opened the site" in [step.what for step in steps]
    assert [asked.method for asked in sites.asked("/acs")] == ["POST"]


async def test_a_provider_that_is_not_the_sites_has_not_rejected_the_password(
    sites: LoginSites, web: HttpFetcher
) -> None:
    sites.manner = "apart"
    fault, _ = await sign_in(scheme(sites, f"{sites.provider}/portal"), web)
    assert fault == LoginFault(
        LoginFaultKind.NO_EFFECT,
        f"the password led to {sites.provider}/check?from=form, and then the site to "
        f"{sites.provider}/sso?to=site: is `auth.login_url` the login of this site, and the account one of "
        "it?",
    )
    assert sites.passwords_sent == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_a_first_page_that_is_missing_or_forbidden_is_no_rejection(
    sites: LoginSites, web: HttpFetcher, status: int
) -> None:
    sites.manner, sites.first_page = "direct", status
    assert (await sign_in(scheme(sites, f"{sites.site}/"), web))[0] is None
    assert sites.passwords_sent == 1


async def test_a_form_that_has_expired_is_no_rejection(sites: LoginSites, web: HttpFetcher) -> None:
    sites.manner = "stale"
    fault, _ = await sign_in(scheme(sites, f"{sites.site}/"), web)
    assert fault is not None
    assert fault.kind is LoginFaultKind.NO_EFFECT
    assert f"led to {sites.provider}/check?from=form, which answered 403" in fault.sentence
    assert sites.passwords_sent == 1


async def test_the_session_at_the_provider_is_used_again_also_by_the_next_run(
    sites: LoginSites, web: HttpFetcher
) -> None:
    login = scheme(sites, f"{sites.site}/")
    assert (await sign_in(login, web))[0] is None
    kept = login.dump()
    assert kept is not None
    next_run = scheme(sites, f"{sites.site}/")
    assert next_run.load(kept)
    next_run._cookies.jar.clear("127.0.0.1", "/", "site_session")  # the site's own session has ended
    assert (await sign_in(next_run, web))[0] is None
    assert (sites.passwords_sent, len(sites.asked("/acs"))) == (1, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "cp1252"])
async def test_a_form_is_sent_in_the_encoding_of_its_page(
    sites: LoginSites, web: HttpFetcher, encoding: str
) -> None:
    sites.encoding = encoding
    assert (await sign_in(scheme(sites, f"{sites.site}/"), web))[0] is None
    (sent,) = sites.asked("/check")
    fields = {"account": USER, "secret": PASSWORD}
    assert sent.body.decode() == urlencode(fields, encoding=encoding)


async def test_a_signed_redirect_keeps_its_bytes(sites: LoginSites, web: HttpFetcher) -> None:
    sites.manner = "lower_case"
    assert (await sign_in(scheme(sites, f"{sites.site}/"), web))[0] is None
    assert sites.asked("/sso")[0].target == "/sso?SAMLRequest=a%2bb%2f&Signature=x%2by"


async def test_browsers_headers_are_sent_and_another_origin_learns_only_where_we_come_from(
    sites: LoginSites, web: HttpFetcher
) -> None:
    assert (await sign_in(scheme(sites, f"{sites.site}/"), web))[0] is None
    (check,), (answer,) = sites.asked("/check"), sites.asked("/acs")
    assert check.headers["origin"] == sites.provider
    assert check.headers["referer"] == f"{sites.provider}/sso?to=site"
    assert answer.headers["origin"] == sites.provider
    assert answer.headers["referer"] == f"{sites.provider}/"


async def test_a_token_in_a_meta_element_is_sent_along(sites: LoginSites, web: HttpFetcher) -> None:
    sites.manner = "meta_token"
    assert (await sign_in(scheme(sites, f"{sites.site}/"), web))[0] is None
    (sent,) = sites.asked("/check")
    assert sent.headers["x-csrf-token"] == "t-o-k"
    assert sent.body.endswith(b"&authenticity=t-o-k")
    assert "x-csrf-token" not in sites.asked("/acs")[0].headers


async def test_a_script_that_only_leads_on_needs_no_browser(sites: LoginSites, web: HttpFetcher) -> None:
    sites.manner = "script"
    assert (await sign_in(scheme(sites, f"{sites.site}/"), web))[0] is None
    assert sites.asked("/form")[0].target == "/form?x=1&y=2"
    assert sites.passwords_sent == 1


async def test_an_answer_that_only_a_script_can_carry_on_is_left_to_a_browser(
    sites: LoginSites, web: HttpFetcher
) -> None:
    sites.manner = "scripted"
    fault, _ = await sign_in(scheme(sites, f"{sites.site}/"), web)
    assert fault is not None
    assert fault.kind is LoginFaultKind.NEEDS_BROWSER
    assert sites.passwords_sent == 1


async def test_a_password_is_not_carried_off_by_a_redirect(sites: LoginSites, web: HttpFetcher) -> None:
    sites.manner = "carried_off"
    fault, _ = await sign_in(scheme(sites, f"{sites.site}/"), web)
    host = address(sites.stranger).host
    assert fault == LoginFault(
        LoginFaultKind.FOREIGN_HOST,
        f"the login leads to {host}, which may not be given the password: add it to `auth.login_hosts` if it "
        "is your identity provider",
    )
    assert sites.asked("/caught") == []


async def test_a_host_that_was_not_named_is_asked_for_its_page_and_told_nothing(
    sites: LoginSites, web: HttpFetcher
) -> None:
    hosts = frozenset({address(sites.site).host})
    fault, _ = await sign_in(scheme(sites, f"{sites.site}/", login_hosts=hosts), web)
    assert fault is not None
    assert fault.kind is LoginFaultKind.FOREIGN_HOST
    assert address(sites.provider).host in fault.sentence
    assert [(asked.method, asked.body) for asked in sites.log if asked.host == sites.provider] == [
        ("GET", b"")
    ]


async def test_a_complaint_that_repeats_the_password_is_quoted_without_it(
    sites: LoginSites, web: HttpFetcher
) -> None:
    sites.manner = "echo"
    fault, _ = await sign_in(scheme(sites, f"{sites.site}/", username="nobody"), web)
    assert fault is not None
    assert fault.kind is LoginFaultKind.REJECTED
    assert "“••• is not the password of nobody.”" in fault.sentence
    assert sites.passwords_sent == 1


@pytest.mark.parametrize(
    ("html", "status", "kind"),
    [
        ("<h1>Welcome</h1><p>These are your applications.</p>", 200, LoginFaultKind.NO_EFFECT),
        ("<h1>Unauthorized</h1>", 401, LoginFaultKind.REJECTED),
        ("<p>Benutzername oder Kennwort ist falsch.</p>", 200, LoginFaultKind.REJECTED),
        ("<p role=alert>Nope.</p>", 200, LoginFaultKind.REJECTED),
        (
            "<form method=post><input name=user><input type=password name=p></form>",
            200,
            LoginFaultKind.REJECTED,
        ),
        ("<p>Your account is locked.</p>", 200, LoginFaultKind.LOCKED),
    ],
)
def test_only_a_page_that_rejects_a_password_has_it_remembered_as_rejected(
    html: str, status: int, kind: LoginFaultKind
) -> None:
    tree = LexborHTMLParser(html)
    assert fault_after_password(tree, "https://id.test/", USER, (PASSWORD,), status=status).kind is kind


async def test_a_login_that_goes_round_in_circles_comes_to_an_end(
    sites: LoginSites, web: HttpFetcher
) -> None:
    sites.manner = "circle"
    fault, _ = await sign_in(scheme(sites, f"{sites.site}/"), web)
    assert fault is not None
    assert "goes round in circles: more than 20 redirects" in fault.sentence
    assert len(sites.log) == 20
