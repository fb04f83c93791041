"""Signing in and out over HTTP, as a browser without scripts does it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.responses import JSONResponse, Response

from catalog.api_keys import PREFIX, ApiKey, Scope
from catalog.sign_ins import Person
from catalog.vault import Vault
from search_api.identity.identify import Credentials, Identifier
from search_api.problems import PROBLEM_TYPE
from search_api.sign_in.configured import configured_sign_in
from settings.search import SignInAuthentication
from settings.secrets import Secret
from tests.search_api.company import BOARD, Company, company
from tests.search_api.serving import serving
from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, serving_provider
from tests.support.token_signing import Signer

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


def configured(issuer: str, **changes: Any) -> SignInAuthentication:
    told = {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": Secret(CLIENT_SECRET)} | changes
    return SignInAuthentication(type="oidc", **told)


@pytest.fixture(scope="module")
def opened() -> Iterator[Office]:
    made_up = company()
    with serving_provider() as provider, ExitStack() as browsers:
        flow = configured_sign_in(configured(provider.issuer), Vault(b"k" * 32))
        identifier = Identifier(admins=frozenset({"group:it"}), people_sign_in=True)
        with serving(made_up.backend, identifier=identifier, sign_in=flow) as address:
            yield Office(address, made_up, provider, browsers)


@pytest.fixture
def office(opened: Office) -> Office:
    """With a provider that behaves; nobody is signed in."""
    opened.provider.behave()
    opened.company.sign_ins.clear()
    return opened


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
    answers = [browser.open("/sign-in", follow=False), browser.open(_path(browser.callback()), follow=False)]
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


def test_an_answer_that_was_used_cannot_be_used_again(office: Office) -> None:
    browser = office.browser()
    begun = browser.open("/sign-in", follow=False)
    attempt = begun.cookies["sitelore-signing-in"]
    path = _path(browser.client.get(begun.headers["location"]).headers["location"])
    assert browser.open(path, follow=False).status_code == 303
    again = browser.open(path, follow=False)
    assert (again.status_code, "This sign-in cannot be finished" in again.text) == (400, True)
    browser.client.cookies.set("sitelore-signing-in", attempt, domain="127.0.0.1")
    with_the_cookie = browser.open(path, follow=False)
    assert (with_the_cookie.status_code, "It was used before" in with_the_cookie.text) == (400, True)


def test_an_answer_is_worth_nothing_in_another_browser(office: Office) -> None:
    mine, other = office.browser(), office.browser()
    path = _path(mine.callback())
    other.open("/sign-in", follow=False)
    refused = other.open(path, follow=False)
    assert (refused.status_code, "This sign-in cannot be finished" in refused.text) == (400, True)
    assert office.company.sign_ins == {}


@pytest.mark.parametrize("cookie", ["", "x", "gAAAAAB" + "x" * 100, "é"])
def test_a_cookie_that_someone_made_up_is_none(office: Office, cookie: str) -> None:
    headers = [(b"cookie", f"sitelore-signing-in={cookie}".encode())]
    answer = httpx2.get(f"{office.address}/sign-in/callback?code=x&state=y", headers=headers, trust_env=False)
    assert (answer.status_code, "This sign-in cannot be finished" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        ("access_denied", 403, "access was denied, or the sign-in was cancelled"),
        ("temporarily_unavailable", 503, "cannot answer now"),
        ("invalid_scope", 502, "says invalid_scope: whoever runs this service must compare"),
        ("<b>call +1</b>", 502, "something that no standard knows"),
    ],
)
def test_an_error_of_the_provider_is_told_in_our_words(
    office: Office, error: str, status: int, said: str
) -> None:
    office.provider.error = error
    office.provider.answer = {"error_description": "call +1"}
    page = office.browser().sign_in()
    assert (page.status_code, said in page.text, "call +1" in page.text) == (status, True, False)
    assert office.company.sign_ins == {}


def test_an_error_that_nobody_asked_for_is_not_shown(office: Office) -> None:
    page = office.browser().open("/sign-in/callback?error=access_denied&state=x")
    assert (page.status_code, "denied" in page.text) == (400, False)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"nonce": "another"}, "answers another sign-in"),
        ({"nonce": None}, "answers another sign-in"),
        ({"iss": "https://evil.example"}, "of another issuer"),
        ({"aud": "another service"}, "meant for another service"),
        ({"aud": [CLIENT_ID, "another"]}, "does not say for whom"),
        ({"azp": "another"}, "issued to another service"),
        ({"exp": 1_000}, "has expired"),
        ({"iat": None}, "does not say when it was issued"),
        ({"iat": 1_000}, "is older than this sign-in"),
        ({"iat": 9_999_999_999}, "was issued in the future"),
        ({"sub": None}, "names nobody"),
        ({"sub": ""}, "names nobody"),
        ({"hasgroups": True}, "because they are too many"),
        ({"groups": {"a": 1}}, "holds no list of groups"),
    ],
)
def test_a_token_that_is_not_right_signs_nobody_in(office: Office, claims: dict[str, Any], said: str) -> None:
    office.provider.claims = {"groups": ["board"]} | claims
    browser = office.browser()
    page = browser.sign_in()
    assert (page.status_code, said in page.text) == (502, True)
    assert office.company.sign_ins == {}
    assert not browser.sees_board()


@pytest.mark.parametrize("change", [{"iat": -50, "exp": -50}, {"iat": 50, "nbf": 50}], ids=["slow", "fast"])
def test_the_provider_s_clock_may_be_a_minute_off(office: Office, change: dict[str, int]) -> None:
    office.provider.claims |= {name: int(time.time()) + seconds for name, seconds in change.items()}
    assert office.browser().sign_in().status_code == 200
    assert len(office.company.sign_ins) == 1


def test_a_token_that_someone_else_signed_signs_nobody_in(office: Office) -> None:
    forger = Signer(issuer=office.provider.issuer, audience=CLIENT_ID)
    genuine = office.provider.signer.key
    office.provider.signer.key = forger.key
    office.provider.published = json.dumps({"keys": [genuine.as_dict(private=False)]}).encode()
    page = office.browser().sign_in()
    assert (page.status_code, "signature is not right" in page.text) == (502, True)
    office.provider.signer.key = genuine


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (JSONResponse({"error": "invalid_client"}, 401), 502, "says invalid_client"),
        (JSONResponse({"error": 7}, 400), 502, "something that no standard knows"),
        (Response("<html>", 200), 503, "Try again in a moment"),
        (Response("busy", 500), 503, "Try again in a moment"),
        (JSONResponse([1]), 503, "Try again in a moment"),
        (JSONResponse({"access_token": "x", "token_type": "Bearer"}), 502, "there is no ID token"),
        (JSONResponse({"id_token": "x"}), 502, "neither a key of this service nor a token"),
        (JSONResponse({"id_token": 7}), 502, "there is no ID token"),
    ],
)
def test_a_provider_that_gives_no_token_is_told(
    office: Office, answer: Response, status: int, said: str
) -> None:
    office.provider.token_answer = answer
    page = office.browser().sign_in()
    assert (page.status_code, said in page.text) == (status, True)
    assert "Sign in again" in page.text


@pytest.mark.parametrize(
    ("userinfo", "status", "sees"),
    [
        ({"sub": "eva", "groups": ["board"]}, 200, True),
        ({"sub": "eva"}, 200, False),
        ({"sub": "bob", "groups": ["board"]}, 502, False),
        (None, 503, False),
    ],
    ids=["groups", "no groups", "someone else", "refuses"],
)
def test_groups_that_the_token_lacks_are_asked_for(
    office: Office, userinfo: dict[str, Any] | None, status: int, sees: bool
) -> None:
    office.provider.claims, office.provider.userinfo = {}, userinfo
    browser = office.browser()
    assert browser.sign_in().status_code == status
    assert browser.sees_board() == sees


def test_an_answer_of_another_provider_is_refused(office: Office) -> None:
    office.provider.answer = {"iss": "https://evil.example"}
    page = office.browser().sign_in()
    assert (page.status_code, "another provider" in page.text) == (502, True)


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", ""],
)
def test_signing_in_leads_to_no_other_site(office: Office, path: str) -> None:
    page = office.browser().sign_in(path)
    assert page.url == f"{office.address}/"


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


def _path(address: str) -> str:
    split = urlsplit(address)
    return f"{split.path}?{split.query}"


def now() -> datetime:
    return datetime.now(UTC)
