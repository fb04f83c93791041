"""What stands where content was expected is told by a look at it, whoever made it; what is like it is not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from benchmarks.manual_pages import MANUALS, Manual
from catalog.visit import Suspicion
from catalog.vocabulary import Reason
from crawler.impostors.detectors import suspicion_of
from crawler.impostors.sight import Sight
from tests.crawler.impostors.genuine_pages import GENUINE
from tests.crawler.impostors.pages import IMPOSTORS
from tests.extract.pages import read_html
from tests.extract.scripted_pages import COMPLETE, SHELLS

ARTICLES = Path(__file__).resolve().parents[3] / "../shared/suites/extraction/zyte/html"
URL = "https://www.harbour.example/news/today"


def seen(html: str | bytes, *, is_rendered: bool = False) -> Suspicion | None:
    body = html.encode() if isinstance(html, str) else html
    read = read_html(body, url=URL)
    if read.glance is None:
        return None
    return suspicion_of(Sight(URL, read.glance, read.evidence, body, is_rendered=is_rendered))


@pytest.mark.parametrize(
    ("reason", "html"),
    [
        pytest.param(reason, html, id=f"{reason.value}: {name}")
        for reason, pages in IMPOSTORS.items()
        for name, html in pages.items()
    ],
)
def test_an_impostor_is_told_by_a_look_at_it(reason: Reason, html: str) -> None:
    found = seen(html)
    assert found is not None
    assert (found.reason, found.is_sure) == (reason, True)


@pytest.mark.parametrize("html", GENUINE.values(), ids=GENUINE.keys())
@pytest.mark.parametrize("is_rendered", [False, True], ids=["HTML", "rendered"])
def test_a_page_that_speaks_of_the_same_is_at_most_suspected(html: str, *, is_rendered: bool) -> None:
    found = seen(html, is_rendered=is_rendered)
    assert found is None or not found.is_sure, found


def test_a_page_of_many_buttons_is_read_in_bounds() -> None:
    """Its text is short; each button lies in the same large element."""
    html = (
        "<body><div>" + "<button>Accept</button><b></b>" * 100_000 + "<p>Cookies are baked at noon.</p></div>"
    )
    assert seen(html) is None


PLAIN_SHELLS = {
    name: html
    for name, html in SHELLS.items()
    if not any(
        part in name
        for part in (
            "static footer",
            "fills a list",
            "request fills",
            "menu that",
            "routes",
            "web components",
        )
    )
}
"""Those with a place that nothing but a script fills; the others have an empty list or table, or a footer."""


@pytest.mark.parametrize("html", PLAIN_SHELLS.values(), ids=PLAIN_SHELLS.keys())
def test_a_shell_needs_javascript(html: str) -> None:
    found = seen(html)
    assert found is not None
    assert (found.reason, found.is_sure) == (Reason.NEEDS_JAVASCRIPT, True), found


@pytest.mark.parametrize("html", COMPLETE.values(), ids=COMPLETE.keys())
def test_a_page_that_is_all_there_is_no_shell(html: str) -> None:
    assert seen(html) is None


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the article pages are not there")
def test_no_article_is_taken_for_anything_else() -> None:
    files = sorted(ARTICLES.glob("*.html.gz"))[::3]  # of all 181 none is
    found = {file.name: seen(gzip.decompress(file.read_bytes())) for file in files}
    assert len(found) > 50
    assert {name: each for name, each in found.items() if each is not None and each.is_sure} == {}


@pytest.mark.parametrize(
    "manual", [each for each in MANUALS if each.folder.is_dir()], ids=lambda each: each.name
)
def test_no_page_of_a_manual_is_taken_for_anything_else(manual: Manual) -> None:
    files = sorted(manual.folder.rglob("*.html"))[::10]
    found = {file.name: seen(file.read_bytes()) for file in files}
    assert {name: each for name, each in found.items() if each is not None and each.is_sure} == {}
