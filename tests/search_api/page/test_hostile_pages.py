"""Hostile pages, crawled and indexed for real, run no script and break no line on our pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from search_api.opening import open_backend
from settings.load import load_settings
from tests.search_api.page.visiting import violations
from tests.search_api.serving import serving
from tests.support.static_site import serve_folder
from tests.support.syncing import FAST, QUICK, configure, sync
from tests.support.warm_crawler import warm_indexer

pytestmark = pytest.mark.browser

IMAGE = "<img src=/owned onerror=\"document.title='owned'\">"
SCRIPT = "<script>document.title='owned'</script>"
VECTOR = "'\"></mark></title><svg onload=\"document.title='owned'\">"
SENTENCE = "The harbour office issues berth permits on Tuesdays and on Thursdays."


def hostile(title: str, *parts: str) -> str:
    """A page that shows its tricks as text: what a reader of it may take for markup."""
    return f"""<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>
        <meta name=author content="{escape(VECTOR)}"><meta name=description content="{escape(IMAGE)}">
        <main><h1>{escape(title)}</h1>{"".join(parts)}<p>{SENTENCE} {escape(SCRIPT)}</main></html>"""


PAGES = {
    "image.html": hostile(f"Harbour {IMAGE}", f"<h2 id='{escape(VECTOR)}'>{escape(VECTOR)}</h2>"),
    "script.html": hostile(f"Harbour {SCRIPT}", f"<pre>{escape(SCRIPT)}</pre><ul><li>{escape(IMAGE)}</ul>"),
    "table.html": hostile(
        "Harbour fees",
        f"<table><tr><th>Ship<th>{escape(IMAGE)}<tr><td>{escape(SCRIPT)}<td>40 €</table>",
        "<a href=\"javascript:document.title='owned'\">harbour</a>",
    ),
    "template.html": hostile("Harbour {{ 7 * 7 }} ${7 * 7} {% raw %}", "<p>{{ asset('base.css') }}"),
    "turned.html": hostile("Harbour \u202egpj.exe\u2066 fdp", "<p>\u202eturned around"),
    "huge.html": hostile("Harbour" + "x" * 20_000, f"<p>{'y' * 5_000} harbour"),
    "'\"><img src=owned onerror=alert(1)>.html": hostile("Harbour of a strange address"),
    "fragment.html": hostile("Harbour fragments", "<p>Harbour #:~:text=owned&text=permits-, of ships."),
}
"""By the name of their file."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The site of hostile pages and the service over what was crawled of it: their addresses."""
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "site"
    root.mkdir()
    for name, page in PAGES.items():
        (root / name).write_text(page, encoding="utf-8")
    links = "".join(f"<li><a href='{quote(name)}'>page</a>" for name in PAGES)
    (root / "index.html").write_text(
        f"<meta name=robots content=noindex><title>List</title><ul>{links}</ul>", encoding="utf-8"
    )
    with serve_folder(root) as site:
        config = configure(
            folder, {"name": "harbour", "seeds": [site.url], "access": "public", "politeness": FAST, **QUICK}
        )
        assert sync(config).code == 0
        assert warm_indexer().call("run", "--config", str(config)).returncode == 0
        with serving(partial(open_backend, load_settings(config))) as address:
            yield site.url, address


def is_wrong(url: str, base: str) -> bool:
    """Whether a request is one that a trick makes: for its picture, or to another host."""
    return not url.startswith(base) or urlsplit(url).path.endswith("/owned")


@contextmanager
def watched(browser: Browser, base: str, width: int = 1280) -> Iterator[Page]:
    """A page of which nothing may open a dialog, ask for `/owned`, or leave for another host."""
    context = browser.new_context(base_url=base, viewport={"width": width, "height": 800})
    page = context.new_page()
    wrong: list[str] = []

    def opened(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", opened)
    page.on("request", lambda request: wrong.append(request.url) if is_wrong(request.url, base) else None)
    yield page
    assert "owned" not in page.title().split(" · ")
    assert page.title() != "owned"
    assert wrong == []
    context.close()


def test_what_is_tried_here_works_where_nothing_is_escaped(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(f"<title>before</title>{VECTOR}")
    expect(page).to_have_title("owned")
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_results_of_hostile_pages_stay_text_and_fit(
    browser: Browser, served: tuple[str, str], width: int
) -> None:
    with watched(browser, served[1], width) as page:
        page.goto("/?q=harbour+permits&page_size=50&explain=1")
        expect(page.locator(".result")).to_have_count(len(PAGES))
        page.locator("details").evaluate_all("all => all.forEach((details) => (details.open = true))")
        for trick in (IMAGE, SCRIPT):
            expect(page.get_by_role("link", name=f"Harbour {trick}", exact=True)).to_be_visible()
        expect(
            page.get_by_role("link", name="Harbour {{ 7 * 7 }} ${7 * 7} {% raw %}", exact=True)
        ).to_be_visible()
        assert page.locator("main :is(img, script, iframe, object, [onload], [onerror])").count() == 0
        assert set(page.locator("main a").evaluate_all("all => all.map((a) => a.protocol)")) == {"http:"}
        assert "\u202e" not in page.locator("main h2").evaluate_all(
            "all => all.map((h) => h.innerText).join()"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []


def test_hostile_pages_as_indexed_stay_text_and_fit(browser: Browser, served: tuple[str, str]) -> None:
    with watched(browser, served[1], 390) as page:
        page.goto("/?q=harbour&page_size=50")
        links = page.get_by_role("link", name="As indexed").evaluate_all("all => all.map((a) => a.href)")
        assert len(links) == len(PAGES)
        for link in links:
            page.goto(link)
            expect(page.locator("article")).to_contain_text(SENTENCE)
            assert page.locator("main :is(img, script, iframe, object, [onload], [onerror])").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(page) == []


@pytest.mark.parametrize("name", ["q", "sort", "f.department", "f.<svg onload=alert(1)>", "cursor"])
def test_hostile_links_to_the_page_run_nothing(browser: Browser, served: tuple[str, str], name: str) -> None:
    with watched(browser, served[1]) as page:
        for trick in (IMAGE, VECTOR, "javascript:alert(1)", "{{ 7 * 7 }}"):
            page.goto(f"/?{quote(name)}={quote(trick)}")
            expect(page.locator("[data-status]")).to_be_visible()
            assert page.locator("main :is(img, script, iframe, object, [onload], [onerror])").count() == 0


def test_hostile_titles_are_suggested_as_text(browser: Browser, served: tuple[str, str]) -> None:
    with watched(browser, served[1]) as page:
        page.goto("/")
        page.get_by_role("combobox").press_sequentially("harb", delay=5)
        expect(
            page.get_by_role("option").filter(has_text="<img").or_(page.get_by_role("option")).first
        ).to_be_visible()
        assert page.locator("[role=listbox] :is(img, script, svg)").count() == 0
