"""Signing in and out over HTTP, as a browser without scripts does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from catalog.api_keys import PREFIX, ApiKey, Scope
from catalog.sign_ins import Person
from catalog.vault import Vault
from search_api.identity.identify import Credentials, Identifier
from search_api.problems import PROBLEM_TYPE
from search_api.sign_in.configured import configured_sign_in
from tests.search_api.company import BOARD, company
from tests.search_api.serving import serving
from tests.search_api.sign_in.office import HTML, Office, configured, path_of
from tests.support.identity_provider import IdentityProvider


def test_the_page_offers_to_sign_in_and_says_who_is_there(office: Office) -> None:
    browser = office.browser()
    page = browser.open("/?q=leave")
    assert ('href="/sign-in"' in page.text, "/sign-out" in page.text) == (True, False)
    headers = HTML | {"referer": f"{office.address}/?q=leave"}
    page = browser.client.get(f"{office.address}/sign-in", headers=headers, follow_redirects=True)
    assert page.url == f"{office.address}/?q=leave"
    assert ('href="/sign-in"' in page.text, "/sign-out" in page.text, "eva" in page.text) == (
        False,
        True,
        True,
    )


def test_whoever_signs_in_sees_what_their_groups_see_until_they_sign_out(office: Office) -> None:
    browser = office.browser()
    assert not browser.sees_board()
    page = browser.sign_in("/?q=leave+plan")
    assert (page.status_code, page.url.path, page.url.query) == (200, "/", b"q=leave+plan")
    assert BOARD.title in page.text
    assert browser.sees_board()
    assert not office.browser().sees_board()
    browser.post("/sign-out")
    assert not browser.sees_board()
    assert office.company.sign_ins == {}


def test_signing_out_ends_the_session_at_the_provider_too(office: Office) -> None:
    browser = office.browser()
    browser.sign_in()
    ((_, id_token),) = office.company.sign_ins.values()
    page = browser.post("/sign-out")
    assert page.status_code == 200
    target = page.headers["refresh"].removeprefix("0; url=")
    assert browser.client.get(target, follow_redirects=True).url == f"{office.address}/"
    assert office.provider.ended == [
        {
            "post_logout_redirect_uri": f"{office.address}/",
            "id_token_hint": id_token,
        }
    ]


def test_signing_out_twice_or_without_having_signed_in_leads_to_the_page(office: Office) -> None:
    answer = office.browser().post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert office.provider.ended == []


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(office: Office) -> None:
    browser = office.browser()
    answers = [
        browser.open("/sign-in", follow=False),
        browser.open(path_of(browser.callback()), follow=False),
    ]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        for cookie in answer.headers.get_list("set-cookie"):
            assert "; HttpOnly" in cookie
            assert "; SameSite=lax" in cookie
            assert "; Path=/" in cookie
            assert "Domain" not in cookie


def test_the_cookie_is_a_new_one_after_each_sign_in_and_the_former_opens_nothing(office: Office) -> None:
    """Whoever planted a cookie, or kept one, is not signed in by what its owner does."""
    browser = office.browser()
    browser.client.cookies.set("sitelore-signed-in", "planted", domain="127.0.0.1")
    browser.sign_in()
    (first,) = office.company.sign_ins
    assert first != "planted"
    browser.sign_in()
    (second,) = office.company.sign_ins
    assert second != first


def test_a_sign_in_that_has_ended_is_begun_anew_where_a_person_looks(office: Office) -> None:
    browser = office.browser()
    browser.sign_in()
    office.company.sign_ins.clear()
    page = browser.open("/?q=leave+plan")
    assert (page.url.query, BOARD.title in page.text) == (b"q=leave+plan", True)
    office.company.sign_ins.clear()
    for path, accept in (("/v1/search?q=leave", "*/*"), ("/results?q=x", f"text/html, {PROBLEM_TYPE}")):
        answer = browser.client.get(f"{office.address}{path}", headers={"accept": accept})
        assert answer.status_code == 401
        assert answer.json()["errors"] == [
            {"field": "Cookie", "message": "the sign-in has ended: sign in again"}
        ]


def test_a_key_or_token_counts_more_than_the_cookie(office: Office) -> None:
    office.company.keys = {f"{PREFIX}plain": ApiKey("plain", (), frozenset({Scope.SEARCH}), now(), None)}
    browser = office.browser()
    browser.sign_in()
    address = f"{office.address}/v1/search?q=leave+plan&page_size=100"
    with_key = browser.client.get(address, headers={"authorization": f"Bearer {PREFIX}plain"})
    assert (with_key.status_code, BOARD.id in with_key.text) == (200, False)
    wrong = browser.client.get(address, headers={"authorization": f"Bearer {PREFIX}unknown"})
    assert wrong.status_code == 401


def test_an_id_token_is_no_token_for_programs(office: Office) -> None:
    browser = office.browser()
    browser.sign_in()
    ((_, id_token),) = office.company.sign_ins.values()
    answer = httpx2.get(
        f"{office.address}/v1/search?q=leave",
        headers={"authorization": f"Bearer {id_token}"},
        trust_env=False,
    )
    assert answer.status_code == 401
    assert "tokens are not accepted" in answer.json()["errors"][0]["message"]


def test_nobody_acts_for_others_by_signing_in(office: Office) -> None:
    browser = office.browser()
    browser.sign_in()
    answer = browser.client.get(f"{office.address}/v1/search?q=x", headers={"X-On-Behalf-Of": "bob"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 200),
    ],
)
def test_what_a_page_of_another_site_sends_changes_nothing(
    office: Office, headers: dict[str, str], status: int
) -> None:
    browser = office.browser()
    browser.sign_in()
    answer = browser.post("/sign-out", **headers)
    assert answer.status_code == status
    assert len(office.company.sign_ins) == (status == 403)


def test_a_page_of_our_own_may_say_so_by_its_origin_alone(office: Office) -> None:
    browser = office.browser()
    browser.sign_in()
    assert browser.post("/sign-out", Origin=office.address).status_code == 200


def test_people_in_admins_who_signed_in_are_operators(office: Office) -> None:
    for groups, is_operator in ((["it"], True), (["board"], False)):
        office.provider.claims = {"groups": groups}
        office.browser().sign_in()
        (identifier,) = office.company.sign_ins
        caller = Identifier(admins=frozenset({"group:it"}), people_sign_in=True).identify(
            office.company, Credentials(sign_in=identifier)
        )
        assert (Scope.ADMIN in caller.scopes, caller.signed_in, caller.user) == (is_operator, True, "eva")
        office.company.sign_ins.clear()


@pytest.fixture(scope="module")
def without_provider() -> Iterator[Office]:
    """A service at which only keys sign in."""
    made_up = company()
    made_up.keys = {f"{PREFIX}it": ApiKey("it", ("board",), frozenset(Scope), now(), None)}
    with serving(made_up.backend, identifier=Identifier()) as address, ExitStack() as browsers:
        yield Office(address, made_up, IdentityProvider("https://nowhere.example"), browsers)


def test_whoever_signed_in_by_a_key_is_the_key_until_it_is_revoked(without_provider: Office) -> None:
    browser, made_up = without_provider.browser(), without_provider.company
    identifier = made_up.sign_in_by_key(f"{PREFIX}it", timedelta(hours=1))
    assert identifier is not None
    browser.client.cookies.set("sitelore-signed-in", identifier, domain="127.0.0.1")
    assert browser.sees_board()
    page = browser.open("/?q=leave+plan")
    assert ("/sign-out" in page.text, "<bdi>it</bdi>" in page.text) == (True, True)
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert not browser.sees_board()


def test_who_signed_in_before_that_was_switched_off_is_nobody(without_provider: Office) -> None:
    browser, made_up = without_provider.browser(), without_provider.company
    identifier = made_up.sign_in(Person("eva", ("board",)), "a token", timedelta(hours=1))
    browser.client.cookies.set("sitelore-signed-in", identifier, domain="127.0.0.1")
    assert browser.client.get(f"{without_provider.address}/v1/search?q=leave").status_code == 401
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert not browser.sees_board()


def test_without_a_provider_a_sign_in_that_has_ended_leaves_what_is_public(without_provider: Office) -> None:
    browser = without_provider.browser()
    browser.client.cookies.set("sitelore-signed-in", "ended", domain="127.0.0.1")
    assert browser.client.get(f"{without_provider.address}/v1/search?q=leave").status_code == 401
    page = browser.open("/?q=leave")
    assert (page.status_code, page.url.query, BOARD.title in page.text) == (200, b"q=leave", False)
    assert not browser.sees_board()
    refused = browser.open("/sign-in")
    assert (refused.status_code, "is not oidc" in refused.text) == (404, True)


def test_behind_a_proxy_people_come_back_to_the_address_that_they_know(office: Office) -> None:
    flow = configured_sign_in(configured(office.provider.issuer), Vault(b"k" * 32))
    public = "https://search.example.com"
    with serving(company().backend, sign_in=flow, public_url=public) as address:
        begun = httpx2.get(f"{address}/sign-in", trust_env=False)
    asked = httpx2.URL(begun.headers["location"]).params
    assert asked["redirect_uri"] == f"{public}/sign-in/callback"
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-sitelore-signing-in=")
    assert "; Secure" in cookie


def now() -> datetime:
    return datetime.now(UTC)
