"""The page in a real Chromium: three widths, light and dark, keyboard, accessibility, hostile documents."""

from __future__ import annotations

import re
import threading

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from search_api.backend import Backend, UnavailableError
from tests.search_api.company import LEAVE, company
from tests.search_api.conftest import Running
from tests.search_api.page.visiting import narrow_targets, overlaps, resized, violations, visiting
from tests.search_api.serving import serving

pytestmark = pytest.mark.browser

WIDTHS = (375, 768, 1280)
SCHEMES = ("light", "dark")
KILOBYTE = 1024
STATES = {
    "home": "/",
    "results": "/?q=parental+leave",
    "filtered": "/?q=leave&f.department=IT&f.department=Finance",
    "last page": "/?q=leave&page_size=10",
    "nothing": "/?q=zebra&f.department=IT",
    "mistake": "/?q=leave&sort=nope",
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible_and_fits(page: Page, state: str, width: int, scheme: str) -> None:
    resized(page, width, scheme)
    page.goto(STATES[state])
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert overlaps(page) == []
    assert narrow_targets(page) == []
    expect(page.get_by_role("combobox")).to_be_in_viewport()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_facets_and_further_passages_are_accessible_when_opened(page: Page, scheme: str) -> None:
    resized(page, 375, scheme)
    page.goto(STATES["filtered"])
    expect(page.get_by_role("navigation", name="Filters")).to_be_hidden()
    page.get_by_role("button", name="Filter 2").click()
    expect(page.get_by_role("navigation", name="Filters")).to_be_visible()
    page.get_by_text("1 more passage").click()
    expect(page.get_by_text("Trains up to four hours")).to_be_visible()
    assert violations(page) == []
    assert overlaps(page) == []


@pytest.mark.parametrize("width", [375, 1280])
def test_the_description_of_the_interface_is_accessible_and_fits(page: Page, width: int) -> None:
    resized(page, width, "dark")
    page.goto("/docs")
    expect(page.get_by_role("heading", name="POST /v1/search")).to_be_visible()
    expect(page.get_by_text("page_size").first).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_wide_screen_the_facets_stand_beside_the_results(page: Page) -> None:
    page.goto(STATES["results"])
    facets = page.get_by_role("navigation", name="Filters").bounding_box()
    found = page.locator("section.found").bounding_box()
    assert facets is not None
    assert found is not None
    assert facets["x"] + facets["width"] <= found["x"]
    assert facets["y"] < 200


def test_searching_while_typing_shows_results_and_tells_their_count(page: Page, running: Running) -> None:
    page.goto("/")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    remembered = len(running.company.asked)
    box.press_sequentially("parental leave", delay=5)
    expect(page.get_by_role("link", name="Parental leave", exact=True)).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("17 results")
    expect(page).to_have_url(f"{running.address}/?q=parental+leave")
    expect(page).to_have_title("parental leave · Sitelore")
    expect(box).to_be_focused()
    assert len(running.company.asked) == remembered, "half-typed queries are not remembered"
    with page.expect_response("**/results?q=parental+leave"):
        box.press("Enter")
    assert running.company.asked[-1].text == "parental leave"


def test_back_and_forward_bring_the_questions_back(page: Page) -> None:
    page.goto("/?q=parental+leave")
    page.get_by_role("link", name="Finance").click()
    expect(page.locator("#count")).to_contain_text("1 result")
    expect(page.get_by_role("link", name="Remove Department: Finance")).to_be_visible()
    box = page.get_by_role("combobox")
    box.fill("allowance")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=allowance&f\.department=Finance$"))
    page.go_back()
    expect(box).to_have_value("parental leave")
    page.go_back()
    expect(page.locator("#count")).to_contain_text("17 results")
    page.go_forward()
    expect(page.locator("#count")).to_contain_text("1 result")


def test_the_keyboard_alone_leads_to_a_result_and_back(page: Page) -> None:
    page.goto("/?q=leave")
    box = page.get_by_role("combobox")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    titles = page.locator("a.title")
    expect(titles.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(titles.nth(2)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(page.get_by_role("heading", name="What do you want to know?")).to_be_visible()


def test_enter_opens_the_result_at_its_passage(page: Page) -> None:
    page.route("https://handbook.example.com/**", lambda route: route.fulfill(body="the handbook"))
    page.goto("/?q=parental+leave")
    page.get_by_role("combobox").press("ArrowDown")
    with page.expect_request("https://handbook.example.com/**") as request:
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("^https://handbook.example.com/people/leave/parental/#how-long"))
    assert "referer" not in request.value.headers, "what was asked is not told to other sites"


def test_letters_typed_into_the_box_are_letters(page: Page) -> None:
    page.goto("/?q=leave")
    box = page.get_by_role("combobox")
    box.press("End")
    box.press_sequentially(" j/k")
    expect(box).to_have_value("leave j/k")


def test_without_javascript_everything_can_be_reached(browser: Browser, running: Running) -> None:
    context = browser.new_context(base_url=running.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("leave")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#count")).to_contain_text("17 results")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#count")).to_contain_text("page 2 of 2")
    expect(page.locator(".result")).to_have_count(7)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator(".result")).to_have_count(10)
    page.get_by_role("link", name="Human Resources").click()
    expect(page.locator(".result")).to_have_count(2)
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".result")).to_have_count(10)
    context.close()


def test_hostile_documents_stay_text(page: Page) -> None:
    page.goto("/?q=alone")
    page.locator("details").evaluate_all("all => all.forEach((details) => (details.open = true))")
    expect(page.locator(".result h2")).to_contain_text("<script>document.title='owned'</script>")
    expect(page.locator(".excerpt")).to_contain_text("{{ 7 * 7 }}")
    assert page.title() == "alone · Sitelore"
    assert page.locator(".result a.title").count() == 0, "an address that is not http(s) is no link"
    assert page.locator("main img, main script, main svg[onload], main b[onmouseover]").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0


def test_the_policy_of_the_page_stops_what_escaping_would_let_through(
    browser: Browser, running: Running
) -> None:
    with visiting(browser, running.address, expected="Content Security Policy") as page:
        page.goto("/")
        page.evaluate(
            """() => document.body.append(
                 Object.assign(document.createElement("script"), { text: "owned = 1" }))"""
        )
        assert page.evaluate("typeof owned") == "undefined"


def test_the_first_visit_is_small_and_shifts_nothing(page: Page, running: Running) -> None:
    answers: dict[str, Response] = {}
    page.on("response", lambda answer: answers.update({answer.url: answer}))
    page.goto("/?q=leave")
    page.wait_for_load_state("networkidle")
    sizes = {url: answer.request.sizes()["responseBodySize"] for url, answer in answers.items()}
    assert all(url.startswith(running.address) for url in sizes), "nothing comes from elsewhere"
    assert sum(sizes.values()) <= 40 * KILOBYTE, f"as transferred: {sizes}"
    shift = page.evaluate(
        """() => new Promise((resolve) => new PerformanceObserver((list) =>
             resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
           ).observe({type: "layout-shift", buffered: true}) || setTimeout(() => resolve(0), 300))"""
    )
    assert shift == 0


def test_typing_moves_neither_box_nor_mark(page: Page) -> None:
    page.goto("/")
    before = page.locator("#search").bounding_box()
    page.get_by_role("combobox").press_sequentially("leave")
    expect(page.locator(".result")).to_have_count(10)
    assert page.locator("#search").bounding_box() == before


def test_while_an_answer_is_slow_a_skeleton_is_shown_and_then_what_failed(page: Page) -> None:
    page.add_init_script(
        """window.fetch = () => new Promise((_, reject) =>
             setTimeout(() => reject(new TypeError("no connection")), 900))"""
    )
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("leave")
    expect(page.locator(".skeleton")).to_be_visible()
    expect(page.get_by_role("heading", name="The search service cannot be reached")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("The search service cannot be reached")


def test_print_leaves_out_what_is_of_no_use_on_paper(page: Page) -> None:
    page.goto("/?q=leave")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator("nav.filters")).to_be_hidden()
    expect(page.locator(".result").first).to_be_visible()


def test_what_is_typed_and_left_standing_counts_as_asked(page: Page, running: Running) -> None:
    page.goto("/")
    with page.expect_response(lambda answer: answer.url.endswith("/results?q=allowance")):
        page.get_by_role("combobox").press_sequentially("allowance", delay=5)
    assert [asked.text for asked in running.company.asked][-1] == "allowance"


def test_one_entry_of_the_history_holds_all_that_is_typed_in_one_go(page: Page) -> None:
    page.goto("/?q=parental+leave")
    box = page.get_by_role("combobox")
    box.fill("all")
    expect(page).to_have_url(re.compile("q=all$"))
    box.fill("allowance")
    expect(page).to_have_url(re.compile("q=allowance$"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"q=parental\+leave$"))
    expect(box).to_have_value("parental leave")


def test_facets_can_be_chosen_one_after_the_other_in_the_sheet_of_a_phone(page: Page) -> None:
    resized(page, 390)
    page.goto("/?q=leave")
    page.get_by_role("button", name="Filter").click()
    sheet = page.get_by_role("navigation", name="Filters")
    sheet.get_by_role("link", name=re.compile(r"^IT\b")).click()
    expect(page.locator("#announcer")).to_have_text("13 results")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("link", name=re.compile(r"^IT\b"))).to_be_focused()
    sheet.get_by_role("link", name=re.compile(r"^Finance\b")).click()
    sheet.get_by_role("button", name="Show 14 results").click()
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("link", name="Remove Department: Finance")).to_be_visible()


def test_two_days_narrow_the_results(page: Page, running: Running) -> None:
    page.goto("/?q=leave")
    page.get_by_text("Between two days").click()
    page.get_by_label("From").fill("2026-03-01")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name="Remove Updated: from 1 Mar 2026")).to_be_visible()
    expect(page).to_have_url(f"{running.address}/?q=leave&f.updated_at=%5B2026-03-01+TO+%2A%5D")


def test_a_click_and_a_judgement_are_told_with_the_query_and_the_result(page: Page, running: Running) -> None:
    told: list[object] = []

    def keep(route: Route) -> None:
        told.append(route.request.post_data_json)
        route.fulfill(status=204)

    page.route("**/v1/feedback", keep)
    page.route("https://handbook.example.com/**", lambda route: route.fulfill(body="the handbook"))
    page.goto("/?q=parental+leave")
    query = running.company.asked[-1].id
    helped = page.get_by_role("button", name="It helped: Parental leave")
    helped.click()
    expect(helped).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#announcer")).to_have_text("Thank you")
    page.get_by_role("link", name="Parental leave", exact=True).click()
    expect(page).to_have_url(re.compile("^https://handbook"))
    about = {"query_id": query, "result_id": LEAVE.id}
    assert told == [{**about, "relevant": True}, {**about, "clicked": True}]


def test_the_choice_of_colours_is_kept_and_there_at_the_first_byte(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/?q=leave")
    page.get_by_role("button", name="Menu").click()
    page.get_by_label("Dark").check(force=True)
    dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    answer = page.goto("/?q=leave")
    assert answer is not None
    assert '<html lang="en" data-theme="dark">' in answer.text()
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == dark


def test_a_question_mark_lists_the_keys(page: Page) -> None:
    page.goto("/?q=leave")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_answers_come_when_typing_rests_unless_someone_is_at_the_results(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox")
    with page.expect_response("**/results?q=allowance"):
        box.press_sequentially("allowance", delay=5)
    with page.expect_response("**/results?q=allowance+meals&typing=true"):
        box.press_sequentially(" meals", delay=5)
    expect(page).to_have_url(re.compile("q=allowance.meals$"))
    with page.expect_response("**/results?q=allowance+meals"):
        page.locator(".result").first.hover()
        page.locator(".result").first.evaluate("result => (result.dataset.same = 'yes')")
    expect(page.locator(".result[data-same]")).to_have_count(1)


def suggesting(page: Page, *texts: str) -> None:
    found = [{"text": text, "source": "query", "highlights": [{"start": 0, "end": 3}]} for text in texts]
    page.route("**/v1/suggest?*", lambda route: route.fulfill(json={"suggestions": found}))


def test_suggestions_are_walked_with_the_arrows_and_chosen_with_enter(page: Page) -> None:
    suggesting(page, "leave of absence", "leave 🌍 <b>abroad</b>")
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("lea", delay=5)
    options = page.get_by_role("option")
    expect(options).to_have_text(["leave of absence", "leave 🌍 <b>abroad</b>"])
    expect(box).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    box.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_text("leave of absence")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    box.press("ArrowUp")
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    box.press("ArrowUp")
    box.press("Enter")
    expect(box).to_have_value("leave 🌍 <b>abroad</b>")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page).to_have_url(re.compile("abroad"))


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(page: Page) -> None:
    suggesting(page, "leave of absence")
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("lea", delay=5)
    expect(page.get_by_role("listbox")).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("lea")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_once_the_service_is_ready_the_page_shows_it_by_itself(browser: Browser) -> None:
    ready = threading.Event()

    def backend() -> Backend:
        if not ready.is_set():
            raise UnavailableError("nothing is indexed yet: run `crawler sync`")
        return company().backend()

    with (
        serving(backend, ready=False) as address,
        visiting(browser, address, expected="status of 503") as page,
    ):
        page.goto("/?q=leave")
        expect(page.get_by_text("Nothing is indexed yet: run `crawler sync`.")).to_be_visible()
        ready.set()
        expect(page.locator(".result")).to_have_count(10, timeout=15_000)
