"""Answers above the results in a real Chromium: cut out of documents, and written by language models."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.search_api.ask.chat_server import ChatServer
from tests.search_api.ask.test_ask import QUESTION, asking
from tests.search_api.page.visiting import resized, violations, visiting

pytestmark = pytest.mark.browser

HOLDS = ("Each parent has 90 days", " of paid leave [1].")
OPENS_AT = "https://x.example/leave#:~:text=Each%20parent%20has%2090%20days%20of%20paid%20leave."


def write(page: Page, button: str) -> None:
    page.goto(f"/?q={QUESTION}")
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_the_short_answer_stands_first_and_leads_to_where_it_stands(
    browser: Browser, width: int, scheme: str
) -> None:
    with asking() as client, visiting(browser, str(client.base_url)) as page:
        resized(page, width, scheme)
        page.goto(f"/?q={QUESTION}")
        answer = page.locator(".answer")
        expect(answer.locator(".short")).to_have_text("90 days")
        expect(answer.locator("mark")).to_have_text("90 days")
        expect(answer.get_by_role("link", name="Parental leave", exact=True)).to_have_attribute(
            "href", OPENS_AT
        )
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.get_by_role("button", name="Write an answer")).to_have_count(0)
        answer.get_by_role("link", name="As indexed: Parental leave").click()
        expect(page.locator("#passage")).to_have_text("Each parent has 90 days of paid leave.")


def test_a_written_answer_is_streamed_and_cites_what_bears_it_out(browser: Browser) -> None:
    with asking(ChatServer(HOLDS)) as client, visiting(browser, str(client.base_url)) as page:
        write(page, "Write an answer")
        expect(page.locator(".words")).to_have_text("Each parent has 90 days of paid leave 1.")
        expect(page.get_by_role("link", name="Source 1: Parental leave")).to_have_attribute("href", OPENS_AT)
        expect(page.locator(".cited")).to_contain_text("Parental leave")
        expect(page.locator(".column")).not_to_have_attribute("aria-busy", "true")
        assert violations(page) == []


def test_several_models_answer_side_by_side_each_for_itself(browser: Browser) -> None:
    made_up, broken = ChatServer(["Each parent has 500 days [1]."]), ChatServer(broken=True)
    with (
        asking(ChatServer(HOLDS), made_up, broken) as client,
        visiting(browser, str(client.base_url)) as page,
    ):
        write(page, "Ask 3 models")
        columns = page.locator(".column")
        expect(columns.locator("h3")).to_have_text(["one", "two", "three"])
        expect(columns.nth(0).locator(".words")).to_contain_text("90 days of paid leave")
        expect(columns.nth(1)).to_have_class("column unknown")
        expect(columns.nth(2).locator(".failed")).to_contain_text("out of memory")
        first, second = (columns.nth(number).bounding_box() for number in (0, 1))
        assert first is not None
        assert second is not None
        assert first["x"] + first["width"] <= second["x"]
        assert violations(page) == []


def test_another_question_leaves_the_model(browser: Browser) -> None:
    endless = ChatServer(endless=True)
    with asking(endless) as client, visiting(browser, str(client.base_url)) as page:
        write(page, "Write an answer")
        expect(page.locator(".words")).to_contain_text("on and on")
        page.get_by_role("combobox").fill("bonus")
        page.get_by_role("combobox").press("Enter")
        assert endless.left.wait(10)


def test_what_a_model_writes_stays_text(browser: Browser) -> None:
    trick = "<img src=x onerror=\"document.title='owned'\"> Each parent has 90 days of paid leave [1]."
    with asking(ChatServer([trick])) as client, visiting(browser, str(client.base_url)) as page:
        write(page, "Write an answer")
        expect(page.locator(".column")).not_to_have_attribute("aria-busy", "true")
        assert page.locator("main img").count() == 0
        assert page.title() != "owned"


def test_the_filters_hold_for_the_written_answer_too(browser: Browser) -> None:
    with asking(ChatServer(HOLDS)) as client, visiting(browser, str(client.base_url)) as page:
        page.goto(f"/?q={QUESTION}&f.connector=handbook&f.updated_at=2026")
        assert page.locator(".ask").count() == 0, "nothing found, nothing to answer from"
        page.goto(f"/?q={QUESTION}&f.connector=handbook")
        with page.expect_request("**/v1/ask") as asked:
            page.get_by_role("button", name="Write an answer").click()
        sent = asked.value.post_data_json
        assert sent is not None
        assert sent["filter"] == {"field": "connector", "eq": "handbook"}
        expect(page.locator(".words")).to_contain_text("90 days")
