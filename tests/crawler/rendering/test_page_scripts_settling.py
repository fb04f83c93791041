"""When a page counts as settled: loaded and still, whatever ticks in it for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest
import pytest_asyncio

from crawler.rendering.chromium import RenderingBrowser
from crawler.rendering.page_scripts import Stillness, read_page, wait_for, wait_until_still
from tests.support.scripted_pages import (
    NEEDS_CHROMIUM,
    QUICK,
    ScriptedPage,
    Site,
    scripted_browser,
    scripted_page,
)

pytestmark = NEEDS_CHROMIUM

PROSE: Final = "<p>" + "Receipts go to accounting within thirty days. " * 5 + "</p>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[RenderingBrowser]:
    async with scripted_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: RenderingBrowser) -> AsyncIterator[ScriptedPage]:
    async with scripted_page(browser) as opened:
        yield opened


async def test_a_page_is_read_once_its_load_is_over_and_its_changes_too(page: ScriptedPage) -> None:
    html = f"""{PROSE}<ul id=list></ul><script src=/late.js></script><script>
        let n = 0; const add = () => {{
          list.append(Object.assign(document.createElement('li'), {{textContent: n}}));
          if (++n < 10) setTimeout(add, 50) }}; add()</script>"""
    await page.open(Site({"/": html, "/late.js": "document.title = 'late'"}, {"/late.js": 0.3}))
    reading = await read_page(page, QUICK)
    assert reading.is_still
    assert "<title>late</title>" in reading.html
    assert "<li>9</li>" in reading.html


@pytest.mark.parametrize(
    "ticker",
    [
        "let n = 1000; setInterval(() => box.textContent = `${n++ % 9000 + 1000} visitors`, 45)",
        "setInterval(() => box.innerHTML = `<b>${new Date().toISOString()}</b>`, 45)",
        "let n = 0; setInterval(() => box.firstChild ? box.replaceChildren() : box.append('●'), 45)",
        "box.innerHTML = '<i>One</i><i>Two</i>'; setInterval(() => box.append(box.firstChild), 45)",
        "setInterval(() => { box.style.width = `${Math.random() * 100}%` }, 20)",
    ],
    ids=["counter", "clock", "blinking", "carousel", "progress"],
)
async def test_what_ticks_for_ever_does_not_keep_a_page_unsettled(page: ScriptedPage, ticker: str) -> None:
    await page.open(f"{PROSE}<div id=box></div><script>{ticker}</script>")
    assert await wait_until_still(page, QUICK)


async def test_text_that_is_typed_letter_by_letter_is_awaited(page: ScriptedPage) -> None:
    await page.open(
        f"""{PROSE}<p id=box></p><script>const words = 'An answer that grows letter by letter.'; let n = 0;
        const timer = setInterval(() => {{ box.textContent = words.slice(0, ++n);
          if (n === words.length) clearInterval(timer) }}, 45)</script>"""
    )
    reading = await read_page(page, QUICK)
    assert reading.is_still
    assert "An answer that grows letter by letter." in reading.html


async def test_a_page_that_never_stops_is_taken_as_it_is_when_the_cap_is_over(page: ScriptedPage) -> None:
    await page.open(
        f"""{PROSE}<div id=box></div><script>setInterval(() => box.append(
        Object.assign(document.createElement('p'), {{textContent: Math.random()}})), 30)</script>"""
    )
    reading = await read_page(page, Stillness(quiet_ms=100, patience_ms=100, cap_ms=700))
    assert not reading.is_still
    assert "Receipts go to accounting" in reading.html


async def test_a_page_that_shows_nothing_yet_is_given_more_time(page: ScriptedPage) -> None:
    await page.open(
        """<div id=app>Loading…</div>
        <script>setTimeout(() => app.textContent = 'The report is here.', 500)</script>"""
    )
    assert "The report is here." in (await read_page(page, QUICK)).html


async def test_a_page_that_says_it_is_busy_is_given_more_time(page: ScriptedPage) -> None:
    await page.open(
        f"""{PROSE}<div id=app aria-busy=true></div><script>setTimeout(() => {{ app.textContent = 'Rows';
        app.ariaBusy = 'false' }}, 500)</script>"""
    )
    assert ">Rows</div>" in (await read_page(page, QUICK)).html


async def test_changes_in_shadow_trees_and_frames_are_changes(page: ScriptedPage) -> None:
    grow = """let n = 0; const timer = setInterval(() => {{ {place}.append(Object.assign(
        document.createElement('p'), {{textContent: 'row ' + n}}));
        if (++n === 12) clearInterval(timer) }}, 50)"""
    tree = grow.format(place="tree")
    frame = grow.format(place="document.body")
    await page.open(
        f"""{PROSE}<div id=host></div><iframe srcdoc="<script>{frame}</script>"></iframe>
        <script>const tree = host.attachShadow({{mode: 'closed'}}); {tree}</script>"""
    )
    reading = await read_page(page, QUICK)
    assert reading.html.count("row 11") == 2


async def test_a_selector_is_waited_for_also_in_shadow_trees(page: ScriptedPage) -> None:
    await page.open(
        """<div id=host></div><script>const tree = host.attachShadow({mode: 'open'});
        setTimeout(() => tree.innerHTML = '<p class=ready>There</p>', 200)</script>"""
    )
    assert await wait_for(page, "css:p.ready", timedelta(seconds=4))
    assert await wait_for(page, "xpath://div[@id='host']", timedelta(0))
    assert not await wait_for(page, "css:p.missing", timedelta(milliseconds=100))
