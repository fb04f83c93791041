"""The page of a document as it was indexed, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.search_api.company import BOARD, HOSTILE, LEAVE
from tests.search_api.conftest import Running
from tests.search_api.page.visiting import resized, violations

pytestmark = pytest.mark.browser


def test_a_result_leads_to_its_document_as_indexed_with_the_passage_in_view(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto("/?q=return+role+months")
    page.get_by_role("link", name="As indexed: Parental leave").click()
    expect(page.get_by_role("heading", name="Parental leave", level=1)).to_be_attached()
    passage = page.locator("#passage")
    expect(passage).to_be_in_viewport()
    expect(passage).to_contain_text("you return to the same role")
    expect(passage.locator("mark").first).to_have_text("return")
    expect(page.get_by_role("link", name="Open the page")).to_have_attribute("href", LEAVE.url)
    expect(page.get_by_role("searchbox")).to_have_value("return role months")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_the_page_of_a_document_is_accessible_and_fits(page: Page, width: int, scheme: str) -> None:
    resized(page, width, scheme)
    page.goto(f"/documents/{LEAVE.id}?q=leave&start=20&end=60#passage")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", [BOARD.id, "0" * 32, "nonsense"])
def test_what_may_not_be_read_and_what_is_not_there_look_the_same(running: Running, name: str) -> None:
    answer = running.get(f"/documents/{name}")
    assert answer.status_code == 404
    assert running.get(f"/documents/{'f' * 32}").text == answer.text


@pytest.mark.parametrize("query", ["start=-1", "end=x", f"q={'x' * 1001}"])
def test_a_stretch_that_is_none_is_refused(running: Running, query: str) -> None:
    assert running.get(f"/documents/{LEAVE.id}?{query}").status_code == 422


def test_a_hostile_document_stays_text(page: Page) -> None:
    page.goto(f"/documents/{HOSTILE.id}?q=<script>document.title='owned'</script>")
    expect(page.locator("article.document")).to_contain_text("<svg onload=document.title='owned'>")
    assert page.locator("main script, main img, main svg[onload]").count() == 0
    assert "owned" not in page.title().replace("document.title='owned'", "")
