"""The pages for operators in a real Chromium, beside a real `crawler schedule`: flows, axe, hostile sites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from catalog.api_keys import Scope, create_key
from search_api.identity.identify import Identifier
from settings.load import load_settings
from tests.search_api.company import company
from tests.search_api.page.visiting import resized, violations, visiting
from tests.search_api.serving import serving
from tests.support.changing_site import ChangingSite, page, serve_site
from tests.support.scheduling import catalog_of, scheduling
from tests.support.syncing import configure, sync

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
HOSTILE = "/<script>document.title='taken over'</script>\"onmouseover=\"alert(1)"
PATHS = [f"/page{number}" for number in range(16)]


@dataclass(frozen=True)
class Desk:
    """A service for operators, the site of its connector, and a key."""

    address: str
    site: ChangingSite
    key: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    pages: dict[str, Any] = {"/": page("Home", "/about", "/hostile", *PATHS), "/about": page("About")}
    pages["/hostile"] = page("<script>document.title='taken over'</script><img src=x onerror=alert(1)>")
    quick = {path: page(path, text=f"All of {path}. " * 9) for path in PATHS}
    slow = {path: replace(answer, delay=0.6, etag=False) for path, answer in quick.items()}
    pages |= quick
    mapping = {"field": "category", "from": "const:Harbour"}
    with serve_site(pages) as site:
        wiki = {
            "name": "wiki",
            "seeds": [site.url()],
            "access": "public",
            "field_mappings": [mapping],
            "politeness": {"requests_per_minute": "unlimited", "concurrency": 2},
        }
        config = configure(tmp_path_factory.mktemp("desk"), wiki)
        assert sync(config).code == 0
        site.pages.update(slow)  # so that a sync can be watched
        with scheduling(config) as running:
            running.wait_for("started")
            with catalog_of(config) as catalog, catalog.write() as connection:
                key = create_key(connection, "operator", scopes=[Scope.SEARCH, Scope.ADMIN])
            settings, identifier = load_settings(config), Identifier(is_public_only=True)
            with serving(company().backend, identifier=identifier, settings=settings) as address:
                yield Desk(address, site, key)
            running.end()


@pytest.fixture
def operator(browser: Browser, desk: Desk) -> Iterator[Page]:
    """Someone who signed in by a key."""
    with visiting(browser, desk.address) as opened:
        opened.goto("/admin")
        opened.get_by_label("API key").fill(desk.key)
        opened.get_by_role("button", name="Sign in").click()
        expect(opened.get_by_role("heading", name="Connectors", level=1)).to_be_visible()
        yield opened


def test_a_sync_is_begun_watched_to_its_end_and_looked_into(operator: Page, desk: Desk) -> None:
    operator.get_by_role("button", name="Sync wiki").click()
    bar = operator.get_by_role("progressbar")
    expect(bar).to_be_visible(timeout=PATIENCE_MS)
    expect(operator.get_by_text(re.compile(r"\d+ of \d+ URLs found so far"))).to_be_visible()
    expect(operator.get_by_text("healthy", exact=True)).to_be_visible(timeout=PATIENCE_MS)  # by itself
    expect(operator.get_by_role("button", name="Sync wiki")).to_be_visible()

    operator.get_by_role("link", name="Runs").click()
    operator.get_by_role("link", name="2", exact=True).click()
    expect(operator.get_by_role("heading", name="Run 2 of wiki")).to_be_visible()
    operator.get_by_role("link", name=desk.site.url("/about"), exact=True).click()
    expect(operator.get_by_role("heading", name=desk.site.url("/about"))).to_be_visible()
    expect(operator.get_by_text("linked, depth 1")).to_be_visible()
    operator.get_by_role("link", name=desk.site.url(), exact=True).click()
    expect(operator.get_by_text("a seed, depth 0")).to_be_visible()


def test_a_plan_and_a_live_page_answer_on_the_page_that_follows_them(operator: Page, desk: Desk) -> None:
    operator.get_by_role("link", name="Mappings").click()
    operator.get_by_label("Address of the page").fill(desk.site.url("/about"))
    operator.get_by_role("button", name="Try").click()
    mapped = operator.get_by_role("region", name="Mappings").get_by_role("row", name="category")
    expect(mapped).to_contain_text("Harbour", timeout=PATIENCE_MS)
    operator.get_by_role("link", name="Plan").click()
    operator.get_by_role("button", name="Plan").click()
    expect(operator.get_by_role("heading", name="Plan of wiki")).to_be_visible()
    expect(operator.get_by_text("Would be crawled", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    operator.get_by_role("link", name="Plan").click()
    operator.get_by_text("Try other rules").click()
    operator.get_by_label("YAML").fill("filters: {crawl: {exclude: [/about]}}")
    operator.get_by_role("button", name="Plan").click()
    removed = operator.get_by_role("region", name="Would be removed")
    expect(removed).to_contain_text("filters.crawl.exclude[0] '/about'", timeout=PATIENCE_MS)


def test_what_someone_would_see_is_told_with_the_entry_that_decides(operator: Page) -> None:
    operator.get_by_role("link", name="Access").click()
    operator.get_by_label("User").fill("eva@example.com")
    operator.get_by_label("Groups").fill("hr, directors")
    operator.get_by_label("Question").fill("leave")
    operator.get_by_role("button", name="Look").click()
    expect(operator.get_by_text("group:board through group:directors")).to_be_visible()
    expect(
        operator.get_by_role("heading", name=re.compile("Sees [0-9]+ documents for leave"))
    ).to_be_visible()
    expect(operator.get_by_text("Allowed as everyone").first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_every_page_is_accessible_and_fits(operator: Page, desk: Desk, width: int, scheme: str) -> None:
    resized(operator, width, scheme)
    about = urlencode({"url": desk.site.url("/about")})
    for path in (
        "/admin",
        "/admin/runs",
        "/admin/runs/1",
        f"/admin/urls?{about}",
        "/admin/urls?url=https://elsewhere.example/",
        "/admin/plan",
        "/admin/try",
        f"/admin/access?user=eva&{about}",
        "/admin/tuning",
        "/admin/tuning/synonyms",
        "/admin/sign-in",
    ):
        operator.goto(path)
        assert violations(operator) == []
        assert operator.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_that_a_site_says_of_itself_runs(operator: Page, desk: Desk) -> None:
    for path in ("/admin/runs/2", f"/admin/urls?{urlencode({'url': desk.site.url('/hostile')})}"):
        operator.goto(path)
        expect(operator.get_by_text("<script>document.title=").first).to_be_visible()
        assert "taken over" not in operator.title()
    operator.goto(f"/admin/urls?{urlencode({'url': 'https://a.example' + HOSTILE})}")
    expect(operator.get_by_text("never seen")).to_be_visible()
    assert operator.title().endswith("URLs · Sitelore")
