"""Routes of one document are walked to where that shows what a load shows, and loaded where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import orjson
import pytest

from crawler.outcome import Redirected
from crawler.rendering.pool import PoolCaps
from crawler.rendering.rendered import Rendered, RenderOptions
from crawler.rendering.renderer import Renderer
from crawler.rendering.shown import Shown
from crawler.rendering.walk_trust import FIRST_CHECKS
from tests.crawler.rendering.visiting import NEEDS_BROWSER, Visitor, visitor
from tests.support.changing_site import Answer, ChangingSite, Declared, serve_site
from tests.support.docs_site import Application, company_manual, serve_manual
from tests.support.npm_packages import NpmUnavailableError, npm_package

pytestmark = NEEDS_BROWSER
NAMES: Final = ("berths", "pilots", "tides", "cranes", "ferries", "locks", "moorings", "tugs")
FRAME: Final = "The harbour of Ternwick, its office and its ships."
SHOWS: Final = "addEventListener('hashchange', show); show();"


def text_of(name: str) -> str:
    """What the route of this name says, and no other."""
    return f"The rules about {name} are read aloud in the {name} room, whenever somebody asks about {name}."


def application(script: str, text: str = FRAME) -> Answer:
    """A document that asks for `/loaded` once; `name` is its route, `asked(name)` fetches what it says."""
    links = "".join(f'<li><a href="#/{name}">{name}</a></li>' for name in NAMES)
    return Answer(
        f"""<!doctype html><html lang=en><title>Harbour</title><nav><p>{text}</p><ul>{links}</ul></nav>
        <main id=main></main><script>
        fetch('/loaded');
        const route = () => location.hash.slice(2) || 'start';
        const asked = async name => (await fetch(`/texts/${{name}}`)).json();
        const said = each => `<h1>${{each.name}}</h1><p>${{each.text}}</p>`;
        {script}</script>""".encode()
    )


REPLACES: Final = application(
    "const show = async () => { const each = await asked(route()); document.title = each.name;"
    f" main.innerHTML = said(each); }}; {SHOWS}"
)


def pages_of(document: Answer) -> dict[str, Declared]:
    texts: dict[str, Declared] = {
        f"/texts/{name}": Answer(
            orjson.dumps({"name": name, "text": text_of(name), "related": {"url": f"/more/{name}"}}),
            content_type="application/json",
            etag=False,
        )
        for name in ("start", *NAMES)
    }
    return {"/": document, "/loaded": Answer(b"1", etag=False), **texts}


@contextmanager
def served(document: Answer) -> Iterator[ChangingSite]:
    with serve_site(pages_of(document)) as site:
        yield site


def loads(site: ChangingSite) -> int:
    """How often the document was loaded."""
    return len(site.asked("/loaded"))


def says_only(page: Rendered, name: str) -> bool:
    """Whether a reading has the text of its own route, once, and that of no other."""
    return page.html.count(text_of(name)) == 1 and all(
        text_of(other) not in page.html for other in ("start", *NAMES) if other != name
    )


@asynccontextmanager
async def one_page(site: ChangingSite, *, loads_of_a_page: int = 50) -> AsyncIterator[Visitor]:
    """A browser of a single page, so that each visit finds what the one before left."""
    async with visitor(site.url(), PoolCaps(pages=1, loads_of_a_page=loads_of_a_page)) as ready:
        yield ready


async def visited(
    visits: Visitor, site: ChangingSite, names: Sequence[str] = NAMES, renderer: Renderer | None = None
) -> dict[str, Rendered]:
    """The start, then the routes of these names."""
    await visits.rendered(site.url(), renderer=renderer)
    return {name: await visits.rendered(site.url(f"/#/{name}"), renderer=renderer) for name in names}


async def test_routes_that_say_the_same_either_way_are_loaded_no_more() -> None:
    with served(REPLACES) as site:
        async with one_page(site) as visits:
            found = await visited(visits, site)
    assert loads(site) == 1 + FIRST_CHECKS
    assert [name for name, page in found.items() if not says_only(page, name)] == []
    assert [page.url for page in found.values()] == [site.url(f"/#/{name}") for name in NAMES]


async def test_the_links_that_a_walk_finds_are_those_of_its_route() -> None:
    with served(REPLACES) as site:
        async with one_page(site) as visits:
            found = await visited(visits, site)
    menu = {site.url(f"/#/{name}") for name in NAMES}
    assert {name: set(page.links) - menu for name, page in found.items()} == {
        name: {site.url(f"/more/{name}")} for name in NAMES
    }


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("asked(route()).then(each => main.innerHTML = said(each))", id="ignores-the-route"),
        pytest.param(
            "const show = async () => main.insertAdjacentHTML('beforeend', said(await asked(route())));"
            + SHOWS,
            id="adds-to-the-route-before",
        ),
        pytest.param(
            "let wait = 0; const show = () => { document.title = route();"
            " setTimeout(async () => { main.innerHTML = said(await asked(route())) }, wait); wait = 400 };"
            + SHOWS,
            id="is-slow-to-ask",
        ),
        pytest.param(
            "const show = async () =>"
            " main.innerHTML = said(await asked(route())) + `<p>${history.length}</p>`;" + SHOWS,
            id="shows-its-history",
        ),
    ],
)
async def test_an_application_that_shows_something_else_by_a_walk_is_loaded(script: str) -> None:
    with served(application(script)) as site:
        async with one_page(site) as visits:
            found = await visited(visits, site)
    assert [name for name, page in found.items() if not says_only(page, name)] == []
    assert loads(site) == 1 + len(NAMES)


async def test_a_route_that_takes_its_time_is_waited_for() -> None:
    script = f"""let wait = 0; const show = async () => {{
        const each = await asked(route());
        setTimeout(() => {{ main.innerHTML = said(each) }}, wait);
        wait = 400 }}; {SHOWS}"""
    with served(application(script)) as site:
        async with one_page(site) as visits:
            found = await visited(visits, site)
    assert [name for name, page in found.items() if not says_only(page, name)] == []


async def test_a_route_that_still_shows_the_one_before_is_loaded_after_any_number_of_good_walks() -> None:
    script = f"""let shown = 0; const show = async () => {{
        const each = await asked(route());
        if (++shown > 1 && route() == 'tugs') document.title = 'tugs'; else main.innerHTML = said(each);
    }}; {SHOWS}"""
    with served(application(script)) as site:
        async with one_page(site) as visits:
            found = await visited(visits, site, [*NAMES[:6], "tugs"])
            assert loads(site) == 1 + FIRST_CHECKS + 1
            assert says_only(found["tugs"], "tugs")
            assert says_only(await visits.rendered(site.url("/#/moorings")), "moorings")
    assert loads(site) == 1 + FIRST_CHECKS + 2


async def test_a_changed_document_is_loaded() -> None:
    with served(REPLACES) as site:
        async with one_page(site) as visits:
            await visited(visits, site, NAMES[:6])
            before = loads(site)
            site.pages["/"] = application(
                f"const show = async () => main.innerHTML = said(await asked(route())); {SHOWS}", "Moved."
            )
            page = await visits.rendered(site.url("/#/tugs"))
    assert loads(site) == before + 1
    assert "<p>Moved.</p>" in page.html
    assert says_only(page, "tugs")


async def test_another_session_of_the_connector_begins_with_a_load() -> None:
    with served(REPLACES) as site:
        async with one_page(site) as visits:
            await visited(visits, site, NAMES[:6])
            before = loads(site)
            page = await visits.rendered(site.url("/#/tugs"), generation=1)
    assert loads(site) == before + 1
    assert says_only(page, "tugs")


async def test_connectors_do_not_walk_on_from_each_other() -> None:
    with served(REPLACES) as site:
        async with one_page(site) as visits:
            await visited(visits, site, NAMES[:6])
            before = loads(site)
            await visits.rendered(site.url("/#/tugs"), renderer=visits.renderer())
    assert loads(site) == before + 1


async def test_a_connector_that_acts_in_its_pages_loads_each() -> None:
    with served(REPLACES) as site:
        async with one_page(site) as visits:
            await visited(visits, site, NAMES[:6], visits.renderer(RenderOptions(scroll=True)))
    assert loads(site) == 7


async def test_walks_count_as_loads_of_a_page_that_is_replaced_then() -> None:
    with served(REPLACES) as site:
        async with one_page(site, loads_of_a_page=4) as visits:
            found = await visited(visits, site)
    # The start and the first check were three; each later page has one load and three walks, or checks.
    assert 1 + FIRST_CHECKS < loads(site) < 1 + len(NAMES)
    assert [name for name, page in found.items() if not says_only(page, name)] == []


async def test_a_page_that_asked_for_something_while_nobody_listened_is_loaded() -> None:
    script = f"""setInterval(() => fetch('/news').catch(() => main.append('You are offline.')), 150);
        const show = async () => main.innerHTML = said(await asked(route())); {SHOWS}"""
    with served(application(script)) as site:
        site.pages["/news"] = Answer(b"none", etag=False)
        async with one_page(site) as visits:
            await visits.rendered(site.url())
            for name in NAMES[:3]:
                await asyncio.sleep(0.2)
                page = await visits.rendered(site.url(f"/#/{name}"))
                assert says_only(page, name)
                assert "offline" not in page.html
    assert loads(site) == 4


async def test_a_route_that_leads_to_another_document_is_a_redirect_as_it_is_when_loaded() -> None:
    script = f"""const show = async () => {{ if (route() == 'tugs') location = '/elsewhere';
        else main.innerHTML = said(await asked(route())); }}; {SHOWS}"""
    with served(application(script)) as site:
        async with one_page(site) as visits:
            await visited(visits, site, NAMES[:6])
            outcome = await visits.visit(site.url("/#/tugs"))
    assert isinstance(outcome, Redirected)
    assert outcome.target == site.url("/elsewhere")


async def test_a_walk_into_a_script_without_an_end_is_a_load_in_another_page() -> None:
    script = f"""let shown = 0; const show = async () => {{
        if (++shown > 1 && route() == 'tugs') while (true) ++shown;
        main.innerHTML = said(await asked(route())); }}; {SHOWS}"""
    with served(application(script)) as site:
        async with one_page(site) as visits:
            await visited(visits, site, NAMES[:6])
            page = await visits.rendered(site.url("/#/tugs"))
    assert says_only(page, "tugs")
    assert page.is_settled


async def test_every_route_of_docsify_says_the_same_by_a_walk_and_by_a_load(tmp_path: Path) -> None:
    try:
        npm_package("docsify", "5.0.0")
    except NpmUnavailableError as error:
        pytest.skip(str(error))
    manual = company_manual().first(30)
    with serve_manual(tmp_path, manual, Application.DOCSIFY) as site:
        addresses = list(manual.addresses(site, Application.DOCSIFY).values())
        async with visitor(site.url, PoolCaps(pages=1)) as visits:
            walked = [Shown(await visits.rendered(url)) for url in addresses]
            by_loads = visits.renderer()
            loaded = [
                Shown(await visits.rendered(url, renderer=by_loads, generation=session))
                for session, url in enumerate(addresses)
            ]
    differing = [
        (one.rendered.url, one.rendered.is_settled, other.rendered.is_settled)
        for one, other in zip(walked, loaded, strict=True)
        if not one.agrees_with(other)
    ]
    assert differing == [], "the address, and whether the walk and the load had come to rest"
