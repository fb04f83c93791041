"""Scrolling to the end, and clicking what the settings name: what comes, what goes, where it would lead."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from selectolax.lexbor import LexborHTMLParser

from crawler.rendering.chromium import RenderingBrowser
from crawler.rendering.harmless_clicks import may_click
from crawler.rendering.page_scripts import (
    Clicked,
    ClickLimits,
    ScrollLimits,
    click_all,
    read_page,
    scroll_to_end,
)
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


async def click(page: ScriptedPage, selector: str, limits: ClickLimits | None = None) -> Clicked:
    return await click_all(page, selector, at_rest=page.at_rest, may_click=may_click, limits=limits)


async def text(page: ScriptedPage) -> str:
    body = LexborHTMLParser((await read_page(page, QUICK)).html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


async def test_a_list_that_comes_page_by_page_comes_whole(page: ScriptedPage) -> None:
    html = """<ul id=list></ul><p id=end style="height:20px"></p><script>
        let number = 0;
        const more = new IntersectionObserver(([seen]) => { if (seen.isIntersecting) load() });
        async function load() {
          more.disconnect();
          if (number === 5) return;
          const {rows} = await (await fetch(`/rows${++number}.json`)).json();
          for (const row of rows) list.insertAdjacentHTML('beforeend', `<li style="height:300px">${row}`);
          more.observe(end);
        }
        more.observe(end);</script>"""
    rows = {f"/rows{n}.json": f'{{"rows": ["Row {n}a", "Row {n}b", "Row {n}c"]}}' for n in range(1, 6)}
    await page.open(Site({"/": html, **rows}, dict.fromkeys(rows, 0.15)))
    await page.at_rest()
    scrolled = await scroll_to_end(page, at_rest=page.at_rest)
    assert scrolled.notes == ()
    shown = await text(page)
    assert all(f"Row {number}{letter}" in shown for number in range(1, 6) for letter in "abc")


async def test_sections_that_fill_when_they_are_seen_are_filled(page: ScriptedPage) -> None:
    await page.open(
        """<style>section {height: 1500px}</style>
        <section></section><section></section><section></section>
        <script>const seen = new IntersectionObserver(all => all.forEach(each => {
          if (each.isIntersecting && !each.target.textContent)
            each.target.textContent = 'Section ' + [...document.body.children].indexOf(each.target)
        })); document.querySelectorAll('section').forEach(each => seen.observe(each))</script>"""
    )
    await scroll_to_end(page, at_rest=page.at_rest)
    assert await text(page) == "Section 0 Section 1 Section 2"


async def test_an_infinite_list_is_stopped_and_says_so(page: ScriptedPage) -> None:
    await page.open(
        """<ul id=list></ul><script>let n = 0; const add = () => { for (let i = 0; i < 10; i++)
          list.insertAdjacentHTML('beforeend', `<li style="height:100px">Item ${n++}`) };
        add();
        addEventListener('scroll', () => { if (scrollY + innerHeight > list.offsetHeight - 50) add() })
        </script>"""
    )
    scrolled = await scroll_to_end(page, at_rest=page.at_rest, limits=ScrollLimits(rounds=3, seconds=2))
    assert scrolled.notes == (f"infinite scroll: stopped after {scrolled.screens} screens",)
    assert scrolled.screens > 2
    assert "Item 20" in await text(page)


async def test_a_list_in_a_box_that_recycles_its_rows_is_read_whole(page: ScriptedPage) -> None:
    await page.open(
        """<h1>Staff</h1><div id=box style="height:300px;overflow:auto"><div style="height:3000px">
        <ul id=rows style="position:sticky;top:0"></ul></div></div><script>
        const draw = () => {
          const first = Math.floor(box.scrollTop / 100);
          rows.innerHTML = [0, 1, 2, 3].map(each => `<li>Person ${first + each}.</li>`).join('') };
        draw();
        box.onscroll = draw</script>"""
    )
    await page.at_rest()
    await scroll_to_end(page, at_rest=page.at_rest)
    shown = re.findall(r"Person (\d+)\.", await text(page))
    assert sorted(map(int, shown)) == list(range(31))
    assert shown[:3] == ["0", "1", "2"]


async def test_more_is_clicked_until_it_is_gone(page: ScriptedPage) -> None:
    site = Site(
        {
            "/": """<h1>Rows that a button brings</h1><ul id=list></ul>
                <button class=more>Show more</button><script>let n = 0;
                document.querySelector('.more').onclick = async (event) => {
                  const {rows} = await (await fetch(`/rows${++n}.json`)).json();
                  list.insertAdjacentHTML('beforeend', rows.map(row => `<li>${row}</li>`).join(''));
                  if (n === 4) event.target.remove() }</script>""",
            **{f"/rows{n}.json": f'{{"rows": ["Row {n}"]}}' for n in range(1, 5)},
        },
        {"/rows2.json": 0.3},
    )
    await page.open(site)
    assert await click(page, "css:.more") == Clicked(4, ())
    assert "Row 1Row 2Row 3Row 4" in (await text(page)).replace(" Row", "Row")


async def test_more_that_never_ends_is_stopped_and_says_so(page: ScriptedPage) -> None:
    await page.open(
        """<h1>Rows that a button brings</h1><ul id=list></ul><button>More</button><script>let n = 0;
        document.querySelector('button').onclick = () =>
          list.insertAdjacentHTML('beforeend', `<li>Row ${n++}</li>`)</script>"""
    )
    clicked = await click(page, "css:button", ClickLimits(clicks=6))
    assert clicked.notes == ("css:button: stopped after 6 clicks",)


async def test_tabs_that_take_one_anothers_place_are_all_kept_in_order(page: ScriptedPage) -> None:
    await page.open(
        """<main><h1>Travel</h1><nav><b role=tab>First</b><b role=tab>Second</b><b role=tab>Third</b></nav>
        <section id=panel><p>Text of first.</p></section><p>Footer</p></main><script>
        document.querySelectorAll('b').forEach(tab => tab.onclick = () => panel.innerHTML =
          `<p>Text of ${tab.textContent.toLowerCase()}.</p>
           <a href="/${tab.textContent}">link</a>`)</script>"""
    )
    assert (await click(page, "css:[role=tab]")).clicks == 3
    reading = await read_page(page, QUICK)
    assert (await text(page)).startswith("Travel First Second Third Text of first. Text of second.")
    assert reading.html.count("Text of first.") == reading.html.count("Text of third.") == 1
    assert 'href="/Third"' in reading.html
    assert (await text(page)).endswith("Footer")


async def test_a_text_that_is_replaced_in_its_place_is_kept_before_what_replaced_it(
    page: ScriptedPage,
) -> None:
    await page.open(
        """<h2>Answer</h2><p id=answer>Before the click.</p><button>Next</button><script>
        document.querySelector('button').onclick = () =>
          answer.firstChild.nodeValue = 'After the click.'</script>"""
    )
    await click(page, "xpath://button")
    assert await text(page) == "Answer Before the click. After the click. Next"


async def test_menus_are_opened_one_in_the_other_with_the_links_that_they_reveal(page: ScriptedPage) -> None:
    await page.open(
        """<ul><li class=menu>Products<ul hidden><li class=menu>Chairs<ul hidden>
        <li><a href=/chairs/oak>Oak</a>
        </ul></ul></ul><script>document.querySelectorAll('.menu').forEach(menu => menu.onclick = (event) => {
          event.stopPropagation();
          const list = menu.querySelector('ul'); list.hidden = !list.hidden;
          if (!list.hidden && menu.textContent.startsWith('Chairs'))
            list.insertAdjacentHTML('beforeend', '<li><a href=/chairs/ash>Ash</a>') })</script>"""
    )
    clicked = await click(page, "css:.menu")
    assert clicked.clicks >= 2
    assert 'href="/chairs/ash"' in (await read_page(page, QUICK)).html


async def test_a_click_that_would_lead_away_leads_nowhere_and_is_a_link(page: ScriptedPage) -> None:
    await page.open(
        """<p>Here</p><button onclick="location.href = '/away'">Go</button>
        <button onclick="location.assign('http://elsewhere.test/x')">Far</button>
        <a class=b href=/linked>Linked</a><a class=b target=_blank href=/window>Window</a>
        <form action=/found><input name=q value=a><button>Find</button></form>
        <form action=/post method=post><button>Send</button></form>"""
    )
    clicked = await click(page, "css:button, .b")
    assert set(clicked.links) == {
        f"{ORIGIN}/away",
        "http://elsewhere.test/x",
        f"{ORIGIN}/linked",
        f"{ORIGIN}/window",
        f"{ORIGIN}/found?q=a",
    }
    assert page.asked == ["/"]
    assert "Here" in await text(page)


async def test_a_route_that_a_click_shows_is_a_link_and_the_page_is_read_as_it_was(
    page: ScriptedPage,
) -> None:
    await page.open(
        """<div id=app></div><script>const show = () => app.innerHTML = location.pathname === '/'
          ? '<p>The first page.</p><button>Second</button>' : '<p>The second page.</p>';
        document.onclick = (event) => { if (event.target.matches('button')) {
          history.pushState(null, '', '/second'); show() } };
        onpopstate = show; show()</script>"""
    )
    clicked = await click(page, "css:button")
    assert clicked.links == (f"{ORIGIN}/second",)
    reading = await read_page(page, QUICK)
    assert reading.url == f"{ORIGIN}/"
    assert await text(page) == "The first page. Second"


async def test_a_route_without_a_way_back_leaves_the_page_as_it_was_before(page: ScriptedPage) -> None:
    await page.open(
        """<div id=app><p>The first page.</p><button>Second</button></div><script>
        document.querySelector('button').onclick = () => { history.replaceState(null, '', '/second');
          app.innerHTML = '<p>The second page.</p>' }</script>"""
    )
    clicked = await click(page, "css:button")
    assert clicked.links == (f"{ORIGIN}/second",)
    assert clicked.notes == ("css:button: a click led to another page from which there was no way back",)
    reading = await read_page(page, QUICK)
    assert "The first page." in reading.html
    assert "The second page." not in reading.html
    assert reading.url == f"{ORIGIN}/"


async def test_what_deletes_or_logs_out_is_not_clicked(page: ScriptedPage) -> None:
    await page.open(
        """<p id=said></p><button>Delete</button><button>Log out</button>
        <a class=b href="/x?action=delete">Go</a>
        <button>Show</button><script>document.querySelectorAll('button, a').forEach(each =>
          each.onclick = (event) => {
            said.append(each.textContent + '!'); event.preventDefault() })</script>"""
    )
    assert (await click(page, "css:button, a")).clicks == 1
    assert (await text(page)).startswith("Show!")


@pytest.mark.parametrize(
    "hidden",
    ["style='display:none'", "hidden", "style='visibility:hidden'", "style='width:0;padding:0;border:0'"],
)
async def test_what_nobody_sees_is_not_clicked(page: ScriptedPage, hidden: str) -> None:
    await page.open(f"<button {hidden} onclick=\"document.title = 'clicked'\"></button>")
    assert (await click(page, "css:button")).clicks == 0


async def test_elements_that_open_on_a_pressed_mouse_open(page: ScriptedPage) -> None:
    await page.open(
        """<button>Menu</button><ul id=menu></ul><script>
        document.querySelector('button').onpointerdown = () =>
          menu.innerHTML = '<li><a href=/opened>Opened</a>'</script>"""
    )
    await click(page, "css:button")
    assert 'href="/opened"' in (await read_page(page, QUICK)).html


async def test_elements_in_shadow_trees_are_clicked(page: ScriptedPage) -> None:
    await page.open(
        """<div id=host></div><script>const tree = host.attachShadow({mode: 'closed'});
        tree.innerHTML = '<button>More</button>';
        tree.querySelector('button').onclick = (event) =>
          event.target.outerHTML = '<p>Revealed</p>'</script>"""
    )
    await click(page, "css:button")
    assert "<p>Revealed</p>" in (await read_page(page, QUICK)).html


async def test_a_click_that_throws_hurts_nobody(page: ScriptedPage) -> None:
    await page.open("<p>Text</p><button onclick=\"throw Error('no')\">A</button><button>B</button>")
    assert (await click(page, "css:button")).clicks == 2
    assert "Text" in await text(page)
