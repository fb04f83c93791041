"""Whatever a page does: it is capped, with a reason or a note, and the next page in its place is unharmed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest
import pytest_asyncio

from catalog.vocabulary import Reason
from crawler.browser.processes import processes_of
from crawler.outcome import Failed, Redirected
from crawler.rendering.pool import PoolCaps
from crawler.rendering.rendered import RenderOptions
from crawler.rendering.surroundings import VisitCaps
from tests.crawler.rendering.visiting import NEEDS_BROWSER, Visitor, visitor
from tests.support.hostile_pages import PAGES, SAID_AFTER, HostileSite, serve_hostile_pages

pytestmark = [*NEEDS_BROWSER, pytest.mark.asyncio(loop_scope="module")]
CAPS: Final = VisitCaps(
    seconds=20, settle_seconds=4, request_seconds=4, unresponsive_seconds=1.5, scroll_seconds=3
)
PROSE: Final = "The harbour office issues berth permits on Tuesdays and Thursdays."
STOPPED: Final = "a script of the page ran without an end and was stopped"


@pytest.fixture(scope="module")
def site() -> Iterator[HostileSite]:
    with serve_hostile_pages() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visits(site: HostileSite) -> AsyncIterator[Visitor]:
    """One page only: what is wrong with it would show in the next visit."""
    async with visitor(site.url, PoolCaps(pages=1), CAPS) as ready:
        yield ready


async def the_next_page_is_unharmed(visits: Visitor, site: HostileSite) -> None:
    good = await visits.rendered(site.page("good"))
    assert good.url == site.page("good")
    assert "<p>Permit 7: Alma</p><p>Permit 9: Berta</p>" in good.html
    assert (good.is_settled, good.notes, good.links) == (True, (), ())
    assert ("POST", "/order") not in site.requests


@pytest.mark.parametrize(
    "name",
    [
        "alerts",
        "alerts-of-a-frame",
        "asks-for-permissions",
        "closes-itself",
        "goes-back",
        "mines-in-workers",
        "nests",
        "prints",
        "pushes-states",
        "recurses",
        "redefines",
        "registers-workers",
        "rewrites-itself",
        "throws",
    ],
)
async def test_a_page_that_is_merely_a_nuisance_is_read_whole(
    visits: Visitor, site: HostileSite, name: str
) -> None:
    page = await visits.rendered(site.page(name))
    assert PROSE in page.html
    assert SAID_AFTER in page.html
    assert "lies" not in page.html.partition("<script>")[0]
    assert page.notes == ()
    await the_next_page_is_unharmed(visits, site)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("comes-back-to-itself", "the page reloads itself again and again"),
        ("frames-in-frames", "it has more than 50 frames: the rest was left out"),
        ("keeps-connections", "1 of its requests had no answer when it was read"),
        ("mines", STOPPED),
        ("mines-again-and-again", STOPPED),
        ("mines-in-promises", STOPPED),
        ("mines-while-it-loads", STOPPED),
        ("never-loads", "a request had no answer within 4 s"),
        ("reloads-for-ever", "the page reloads itself again and again"),
        ("sends-forms", "a form was not sent: POST changes things"),
    ],
)
async def test_a_page_that_goes_too_far_is_read_and_says_what_was_capped(
    visits: Visitor, site: HostileSite, name: str, note: str
) -> None:
    page = await visits.rendered(site.page(name))
    assert PROSE in page.html
    assert note in page.notes
    await the_next_page_is_unharmed(visits, site)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("eats-memory", "its page was lost: its process took too much memory"),
        ("empties-itself", "a script replaced the page by about:blank"),
        ("huge", "its HTML alone is 44 MB: the browser takes up to 20 MB"),
        ("nests-too-deep", "its page was lost: it crashed"),
    ],
)
async def test_a_page_that_cannot_be_shown_fails_with_the_reason(
    visits: Visitor, site: HostileSite, name: str, why: str
) -> None:
    outcome = await visits.visit(site.page(name))
    assert isinstance(outcome, Failed), outcome
    assert (outcome.reason, outcome.detail) == (Reason.BROWSER_FAILED, why)
    await the_next_page_is_unharmed(visits, site)


@pytest.mark.parametrize(
    ("name", "target"), [("redirects-for-ever", "/redirects-for-ever?0."), ("refreshes", "/good")]
)
async def test_where_a_script_leads_is_a_redirect_for_the_crawl_to_decide_about(
    visits: Visitor, site: HostileSite, name: str, target: str
) -> None:
    outcome = await visits.visit(site.page(name))
    assert isinstance(outcome, Redirected), outcome
    assert outcome.target.startswith(site.url + target)
    assert outcome.status == 200
    await the_next_page_is_unharmed(visits, site)


async def test_windows_are_not_opened_and_their_addresses_are_links(
    visits: Visitor, site: HostileSite
) -> None:
    page = await visits.rendered(site.page("opens-windows"))
    assert set(page.links) == {
        *(site.page(f"window-{number}") for number in range(30)),
        site.page("window-by-link"),
    }
    assert SAID_AFTER in page.html
    assert not [path for _, path in site.requests if path.startswith("/window")]
    await the_next_page_is_unharmed(visits, site)


async def test_downloads_are_links_and_a_gigabyte_is_not_fetched(visits: Visitor, site: HostileSite) -> None:
    page = await visits.rendered(site.page("downloads"))
    assert {site.page("endless.bin"), site.page("manual.pdf")} <= set(page.links)
    assert SAID_AFTER in page.html
    assert "what it asked for was left out: over the cap of 64 MB a page" in page.notes
    assert ("GET", "/manual.pdf") not in site.requests
    await the_next_page_is_unharmed(visits, site)


async def test_scrolling_without_an_end_is_ended(visits: Visitor, site: HostileSite) -> None:
    renderer = visits.renderer(RenderOptions(scroll=True))
    page = await visits.rendered(site.page("infinite-scroll"), renderer=renderer)
    assert "Row 100" in page.html
    assert any(note.startswith("infinite scroll: stopped after") for note in page.notes)
    await the_next_page_is_unharmed(visits, site)


async def test_a_page_that_grows_for_ever_is_read_as_it_is(visits: Visitor, site: HostileSite) -> None:
    page = await visits.rendered(site.page("grows"))
    assert PROSE in page.html
    assert page.html.count("<p>more</p>") > 50
    await the_next_page_is_unharmed(visits, site)


async def test_nothing_that_a_page_leaves_in_its_tab_reaches_the_next_one(
    visits: Visitor, site: HostileSite
) -> None:
    await visits.rendered(site.page("leaves-things"))
    page = await visits.rendered(site.page("finds-things"))
    assert "name [], stored [null], opener null" in page.html
    assert page.requests == 0
    await the_next_page_is_unharmed(visits, site)


async def test_a_page_whose_server_forbids_scripts_is_shown_without_them(
    visits: Visitor, site: HostileSite
) -> None:
    page = await visits.rendered(site.page("strict"))
    assert PROSE in page.html
    assert '<div id="app"></div>' in page.html
    await the_next_page_is_unharmed(visits, site)


async def test_none_of_these_pages_is_left_running(visits: Visitor, site: HostileSite) -> None:
    await the_next_page_is_unharmed(visits, site)
    (mark,) = visits.pool.marks
    assert processes_of(mark)
    await visits.pool.aclose()
    assert processes_of(mark) == []


async def test_each_hostile_page_has_its_test() -> None:
    tested = {name for mark in _parametrized() for name in mark}
    assert set(PAGES) - tested == {
        "good",
        "downloads",
        "finds-things",
        "grows",
        "infinite-scroll",
        "leaves-things",
        "opens-windows",
        "strict",
    }


def _parametrized() -> Iterator[list[str]]:
    for test in (
        test_a_page_that_is_merely_a_nuisance_is_read_whole,
        test_a_page_that_goes_too_far_is_read_and_says_what_was_capped,
        test_a_page_that_cannot_be_shown_fails_with_the_reason,
        test_where_a_script_leads_is_a_redirect_for_the_crawl_to_decide_about,
    ):
        for mark in vars(test)["pytestmark"]:
            if mark.name == "parametrize":
                yield [value if isinstance(value, str) else value[0] for value in mark.args[1]]
