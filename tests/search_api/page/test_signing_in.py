"""Signing in at a provider that others wrote, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.vault import Vault
from search_api.identity.identify import Identifier
from search_api.sign_in.configured import configured_sign_in
from settings.search import SignInAuthentication
from settings.secrets import Secret
from tests.search_api.company import BOARD, company
from tests.search_api.conftest import Running
from tests.search_api.page.visiting import violations, visiting
from tests.search_api.serving import serving
from tests.support.certified_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    CertifiedProvider,
    serving_certified_provider,
)

pytestmark = pytest.mark.browser

USERS = {"eva": {"name": "Eva Lang", "groups": ["board"]}, "bob": {"name": "Bob", "groups": []}}


@pytest.fixture(scope="module")
def provider() -> Iterator[CertifiedProvider]:
    with serving_certified_provider(USERS) as running:
        yield running


@pytest.fixture(scope="module")
def running(provider: CertifiedProvider) -> Iterator[Running]:
    """The company's service, at which people sign in."""
    authentication = SignInAuthentication(
        type="oidc",
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=Secret(CLIENT_SECRET),
        user_claim="name",
    )
    made_up, sign_in = company(), configured_sign_in(authentication, Vault(b"k" * 32))
    with (
        serving(made_up.backend, identifier=Identifier(people_sign_in=True), sign_in=sign_in) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):
        provider.register(address)
        yield Running(address, made_up, client)


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Enter").click()


def test_someone_signs_in_sees_more_and_signs_out_here_and_there(
    page: Page, provider: CertifiedProvider, running: Running
) -> None:
    page.goto("/?q=leave+plan")
    expect(page.get_by_text(BOARD.title)).to_have_count(0)
    sign_in(page, "eva")
    expect(page).to_have_url(f"{running.address}/?q=leave+plan")
    expect(page.get_by_role("link", name=BOARD.title, exact=True)).to_be_visible()
    page.get_by_role("button", name="Menu of Eva Lang").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{running.address}/")
    assert provider.sessions_ended == 1
    page.goto("/?q=leave+plan")
    expect(page.get_by_text(BOARD.title)).to_have_count(0)


def test_each_sees_their_own(page: Page) -> None:
    page.goto("/?q=leave+plan")
    sign_in(page, "bob")
    expect(page.get_by_text(BOARD.title)).to_have_count(0)
    page.get_by_role("button", name="Menu of Bob").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert violations(page) == []


def test_whoever_searches_after_the_sign_in_has_ended_is_signed_in_again_while_the_provider_knows_them(
    browser: Browser, running: Running
) -> None:
    with visiting(browser, running.address, expected="status of 401") as page:
        page.goto("/")
        sign_in(page, "eva")
        expect(page.get_by_role("button", name="Menu of Eva Lang")).to_be_visible()
        running.company.sign_ins.clear()
        page.get_by_role("combobox").fill("leave plan")
        expect(page.get_by_role("link", name=BOARD.title, exact=True)).to_be_visible()


def test_a_sign_in_that_failed_is_told_on_a_page_from_which_it_can_be_begun_again(
    browser: Browser, running: Running
) -> None:
    with visiting(browser, running.address, expected="status of 400") as page:
        page.goto("/sign-in/callback?code=x&state=y")
        expect(page.get_by_role("heading", name="This sign-in cannot be finished")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("link", name="Sign in again").click()
        expect(page.get_by_label("Password")).to_be_visible()


def test_a_form_of_another_site_signs_nobody_out(
    browser: Browser, running: Running, provider: CertifiedProvider
) -> None:
    with visiting(browser, running.address, expected="status of 403") as page:
        page.goto("/?q=leave+plan")
        sign_in(page, "bob")
        expect(page.get_by_role("button", name="Menu of Bob")).to_be_visible()
        page.goto(f"{provider.issuer}/jwks.json".replace("127.0.0.1", "localhost"))
        form = f"<form method='post' action='{running.address}/sign-out'><button>Win</button></form>"
        page.set_content(form)
        page.get_by_role("button", name="Win").click()
        expect(page.get_by_text("This was sent by a page of another site")).to_be_visible()
        page.goto("/")
        expect(page.get_by_role("button", name="Menu of Bob")).to_be_visible()
