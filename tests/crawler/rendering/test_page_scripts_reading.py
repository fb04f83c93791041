"""A page as it is read: one tree of HTML, whatever its scripts made of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from selectolax.lexbor import LexborHTMLParser

from crawler.rendering.chromium import RenderingBrowser
from crawler.rendering.page_scripts import PageReading, read_page, with_open_shadow_trees
from tests.support.scripted_pages import (
    NEEDS_CHROMIUM,
    ORIGIN,
    QUICK,
    ScriptedPage,
    Site,
    scripted_browser,
    scripted_page,
)

pytestmark = NEEDS_CHROMIUM


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[RenderingBrowser]:
    async with scripted_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: RenderingBrowser) -> AsyncIterator[ScriptedPage]:
    async with scripted_page(browser) as opened:
        yield opened


async def read(page: ScriptedPage, site: Site | str, path: str = "/") -> PageReading:
    await page.open(site, path)
    await page.at_rest()
    return await read_page(page, QUICK)


def text(reading: PageReading) -> str:
    body = LexborHTMLParser(reading.html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


async def test_what_scripts_wrote_is_read(page: ScriptedPage) -> None:
    reading = await read(
        page, "<title>t</title><div id=app></div><script>app.textContent = 'Written.'</script>"
    )
    assert text(reading) == "Written."
    assert reading.is_still
    assert reading.url == f"{ORIGIN}/"
    assert reading.notes == ()


async def test_a_page_without_scripts_is_given_as_it_stands(page: ScriptedPage) -> None:
    reading = await read(
        page, "<html lang=de><head><title>t</title></head><body><p class=a>Satz.</p></body></html>"
    )
    assert reading.html == (
        f'<!doctype html><html lang="de"><head><base href="{ORIGIN}/"><title>t</title></head>'
        '<body><p class="a">Satz.</p></body></html>'
    )


async def test_what_no_reader_reads_is_left_out_and_data_for_metadata_stays(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<script>var code = 1</script><style>p {}</style><noscript>Turn scripts on</noscript>
        <template><p>Template</p></template><canvas>Canvas</canvas><svg><text>Drawing</text></svg>
        <script type="application/ld+json">{"@type": "Article"}</script><p>Read</p>""",
    )
    assert text(reading).replace('{"@type": "Article"}', "").strip() == "Read"
    for gone in ("code = 1", "<style", "noscript", "template", "<canvas", "<svg"):
        assert gone not in reading.html
    assert '{"@type": "Article"}' in reading.html


async def test_what_people_typed_in_is_never_read(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<form><input name=attributes value=name-in-field><input type=password value=geheim>
        <input type=hidden name=token value=csrf-token><textarea>letter</textarea>
        <input type=submit value=Search></form><script>1</script>""",
    )
    for secret in ("name-in-field", "geheim", "csrf-token", "letter"):
        assert secret not in reading.html
    assert 'value="Search"' in reading.html


async def test_shadow_trees_stand_in_place_with_their_slots_filled(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<p>Before</p>
        <doc-card><b slot=title>Title</b>Body text<i slot=nowhere>Unseen</i></doc-card><p>After</p>
        <script>customElements.define('doc-card', class extends HTMLElement {
          constructor() { super(); this.attachShadow({mode: 'open'}).innerHTML =
            `<style>x{}</style><h2><slot name=title>No title</slot></h2><div><slot></slot></div>
             <slot name=foot>Foot</slot>` }
        })</script>""",
    )
    assert text(reading) == "Before Title Body text Foot After"
    assert '<h2><b slot="title">Title</b></h2>' in reading.html


async def test_nested_shadow_trees_pass_slots_on(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<x-outer><span>Light</span></x-outer><script>
        const define = (name, html) => customElements.define(name, class extends HTMLElement {
          constructor() { super(); this.attachShadow({mode: 'open'}).innerHTML = html } });
        define('x-inner', '<em>[<slot></slot>]</em>');
        define('x-outer', '<x-inner><slot></slot></x-inner>');
        </script>""",
    )
    assert "<x-outer><x-inner><em>[<span>Light</span>]</em></x-inner></x-outer>" in reading.html


async def test_closed_shadow_trees_are_read_and_look_closed_to_the_page(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<x-safe></x-safe><p id=said></p><script>customElements.define('x-safe', class extends HTMLElement {
          constructor() {
            super();
            const tree = this.attachShadow({mode: 'closed'});
            tree.innerHTML = '<p>Closed text</p>';
            said.textContent = `${this.shadowRoot} ${tree.mode}` } })</script>""",
    )
    assert text(reading) == "Closed text null closed"


async def test_declarative_shadow_trees_are_read_also_closed_ones(page: ScriptedPage) -> None:
    html = b"""<div><template shadowrootmode="open"><p>Open tree</p></template></div>
        <div><template class=a shadowrootmode='closed'><p>Closed tree</p></template></div>"""
    reading = await read(page, Site({"/": with_open_shadow_trees(html)}))
    assert text(reading) == "Open tree Closed tree"


async def test_frames_of_the_same_origin_are_read_with_links_of_their_own_address(page: ScriptedPage) -> None:
    site = Site(
        {
            "/": """<p>Top</p><iframe src=/deep/frame.html></iframe><iframe srcdoc="<p>Inline</p>"></iframe>
                <script>const f = document.createElement('iframe');
                f.src = URL.createObjectURL(new Blob(['<p>From a blob</p>'], {type: 'text/html'}));
                document.body.append(f)</script>""",
            "/deep/frame.html": "<p>Framed <a href=next.html>next</a></p><iframe src=inner.html></iframe>",
            "/deep/inner.html": "<p>Inner</p>",
        }
    )
    reading = await read(page, site)
    assert text(reading) == "Top Framed next Inner Inline From a blob"
    assert f'href="{ORIGIN}/deep/next.html"' in reading.html


async def test_a_frame_of_a_stranger_stays_a_frame(page: ScriptedPage) -> None:
    reading = await read(page, "<p>Top</p><iframe src=http://elsewhere.test/></iframe>")
    assert '<iframe src="http://elsewhere.test/"></iframe>' in reading.html


async def test_elements_and_fields_may_be_called_like_what_we_use(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<img name=body><img name=querySelectorAll><img name=documentElement>
        <img id=navigation><a id=location></a>
        <form name=createTreeWalker><input name=firstChild><input name=nodeType><input name=parentNode>
        <input name=children><input name=shadowRoot><input name=getAttribute><p>In a form</p></form>
        <div id=card></div><script>card.attachShadow({mode: 'open'}).innerHTML = '<p>Card</p>'</script>""",
    )
    assert text(reading) == "In a form Card"
    assert reading.url == f"{ORIGIN}/"


async def test_a_page_that_bends_its_world_is_read_all_the_same(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<p>Content</p><script>
        const broken = () => { throw 1 };
        Array.prototype.map = Array.prototype.push = JSON.stringify = broken;
        Map = WeakMap = Promise = setTimeout = broken;
        Element.prototype.querySelectorAll = Document.prototype.importNode = () => null;
        Object.defineProperty(Element.prototype, 'outerHTML', {get: () => 'forged'});
        Object.defineProperty(window, 'document', {get: () => null});
        String.prototype.toWellFormed = () => 'forged';
        globalThis[Symbol.for('sitelore')] = {watcher: 'forged'};
        </script>""",
    )
    assert text(reading) == "Content"


async def test_half_characters_do_not_break_the_answer(page: ScriptedPage) -> None:
    reading = await read(page, "<p id=p></p><script>p.textContent = 'half \\ud83d and \\0 nothing'</script>")
    assert text(reading).startswith("half \ufffd and")


async def test_references_are_relative_to_where_the_page_is_now(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<head></head><a href=next>next</a>
        <script>history.replaceState(null, '', '/guide/start?a=1&b=2')</script>""",
    )
    assert reading.url == f"{ORIGIN}/guide/start?a=1&b=2"
    assert f'<base href="{ORIGIN}/guide/start?a=1&amp;b=2">' in reading.html


async def test_a_base_of_the_page_itself_stays_the_only_one(page: ScriptedPage) -> None:
    reading = await read(page, "<head><base href=/manual/></head><a href=next>next</a>")
    assert reading.html.count("<base") == 1


async def test_hidden_panels_stay(page: ScriptedPage) -> None:
    reading = await read(page, "<div style='display:none'><p>Second tab</p></div><script>1</script>")
    assert "Second tab" in text(reading)


async def test_addresses_that_stand_in_no_link_are_collected(page: ScriptedPage) -> None:
    reading = await read(
        page,
        """<div data-href=/by-data>a</div><button onclick="location.href = '/by-handler'">b</button>
        <a href="javascript:go('/by-javascript')">c</a><svg><a href=/by-drawing><text>d</text></a></svg>
        <a href=#/route>e</a><a href=#section>f</a><a href=/plain>g</a>
        <div id=host><a href=/unassigned slot=none>h</a></div>
        <script>host.attachShadow({mode: 'open'}).innerHTML = '<p>Tree</p>'</script>""",
    )
    named = {link.removeprefix(ORIGIN) for link in reading.links}
    assert named == {"/by-data", "/by-handler", "/by-javascript", "/by-drawing", "/unassigned"}
    assert reading.hash_links == (f"{ORIGIN}/#/route",)


async def test_what_shows_by_its_cursor_that_it_may_be_clicked_is_counted(page: ScriptedPage) -> None:
    reading = await read(
        page, "<ul><li style='cursor:pointer'>Alpha <b>new</b></li></ul><a href=/x>x</a><script>1</script>"
    )
    assert reading.clickable == 1


async def test_a_page_that_is_too_long_is_cut_and_says_so(page: ScriptedPage) -> None:
    await page.open("<pre id=p></pre><script>p.textContent = 'x'.repeat(2_000_000)</script>")
    reading = await read_page(page, QUICK, most_characters=1_000_000)
    assert len(reading.html) == 1_000_000
    assert reading.notes == ("the page's HTML has more than 1,000,000 characters: the rest is left out",)
