"""What a page can't do: ask, print, open windows, stay connected; and what it sees of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import pytest_asyncio

from crawler.rendering.chromium import RenderingBrowser
from crawler.rendering.page_scripts import noted_link, with_open_shadow_trees
from tests.support.scripted_pages import NEEDS_CHROMIUM, ORIGIN, ScriptedPage, scripted_browser, scripted_page

pytestmark = NEEDS_CHROMIUM


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[RenderingBrowser]:
    async with scripted_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: RenderingBrowser) -> AsyncIterator[ScriptedPage]:
    async with scripted_page(browser) as opened:
        yield opened


async def said(page: ScriptedPage, script: str) -> Any:
    """What the page's own script makes of an expression."""
    await page.open(f"<p>Page</p><script>window.said = (async () => {script})()</script>")
    return await page.evaluate_in_page("said")


async def test_dialogs_do_nothing_and_hold_nothing_up(page: ScriptedPage) -> None:
    answers = await said(page, "[alert('a') ?? 0, confirm('b'), prompt('c'), print() ?? 0]")
    assert answers == [0, False, None, 0]


async def test_a_window_is_noted_and_not_opened_and_so_is_where_it_is_sent(
    page: ScriptedPage, browser: RenderingBrowser
) -> None:
    before = await _tabs(browser)
    await page.open(
        """<script>open('/report?a=1'); open('mailto:a@b.example'); open('http://[broken');
        const w = open(''); w.location = 'second.html'; w.location.href = '/third.html';
        w.document.write('x'); w.focus()</script>"""
    )
    await page.at_rest()
    links = [noted_link(note) for note in page.notes]
    assert links == [f"{ORIGIN}/report?a=1", None, f"{ORIGIN}/second.html", f"{ORIGIN}/third.html"]
    assert await _tabs(browser) == before


async def test_ten_thousand_windows_are_noted_two_hundred_times(page: ScriptedPage) -> None:
    await page.open("<script>for (let n = 0; n < 10_000; n++) open('/' + n)</script>")
    await page.at_rest()
    assert len(page.notes) == 200


async def test_the_page_has_no_hold_of_our_notes(page: ScriptedPage) -> None:
    assert await said(
        page, "[typeof __sitelore_note, Object.keys(window).filter(k => /sitelore/.test(k))]"
    ) == [
        "undefined",
        [],
    ]


async def test_sockets_end_as_if_their_server_were_down(page: ScriptedPage) -> None:
    events = await said(
        page,
        """{
        const events = [];
        const ended = (socket, last) => new Promise(done => {
          for (const type of ['open', 'error', 'close'])
            socket[`on${type}`] = event => {
              events.push([type, socket.readyState, event.code ?? null]); if (type === last) done() } });
        const socket = new WebSocket('/live', ['v1']);
        socket.send('x');
        await ended(socket, 'close');
        await ended(new EventSource('/events'), 'error');
        return [...events, WebSocket.OPEN, WebSocket.name, EventSource.CLOSED, socket.url];
        }""",
    )
    assert events == [
        ["error", 3, None],
        ["close", 3, 1006],
        ["error", 2, None],
        1,
        "WebSocket",
        2,
        f"{ORIGIN}/live",
    ]


async def test_what_would_go_round_our_network_is_not_there(page: ScriptedPage) -> None:
    names = ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport", "SharedWorker", "fetchLater"]
    assert (
        await said(page, f"{orjson.dumps(names).decode()}.map(name => typeof window[name])")
        == ["undefined"] * 5
    )


async def test_a_beacon_is_taken_and_not_sent(page: ScriptedPage) -> None:
    assert await said(page, "navigator.sendBeacon('/count', 'x')") is True
    await page.at_rest()
    assert page.asked == ["/"]


async def test_a_frame_gives_back_nothing_that_was_taken(page: ScriptedPage) -> None:
    kinds = await said(
        page,
        """{ const frame = document.createElement('iframe'); document.body.append(frame);
        const inner = frame.contentWindow;
        return [typeof inner.RTCPeerConnection, typeof inner.__sitelore_note, inner.confirm('x'),
          /native code/.test(inner.WebSocket.toString())] }""",
    )
    assert kinds == ["undefined", "undefined", False, False]


async def test_the_browser_says_that_it_is_driven(page: ScriptedPage) -> None:
    assert await said(page, "navigator.webdriver") is True


async def test_shadow_trees_work_as_before(page: ScriptedPage) -> None:
    result = await said(
        page,
        """{ const make = (mode) => { const host = document.createElement('div');
            const tree = host.attachShadow({mode}); return [host.shadowRoot === tree, tree.mode] };
        let refused = ''; try { document.createElement('img').attachShadow({mode: 'closed'}) }
        catch (error) { refused = error.name }
        let missing = ''; try { document.createElement('p').attachShadow() }
        catch (error) { missing = error.name }
        return [make('open'), make('closed'), refused, missing] }""",
    )
    assert result == [[True, "open"], [False, "closed"], "NotSupportedError", "TypeError"]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "{",
        "[]",
        "1",
        '{"link": 1}',
        '{"link": "javascript:1"}',
        '{"other": "x"}',
        '"' + "x" * 9_000 + '"',
    ],
)
async def test_a_note_that_the_page_forged_is_no_link(note: str) -> None:
    await asyncio.sleep(0)
    assert noted_link(note) is None


async def test_only_closed_declarative_trees_are_rewritten() -> None:
    await asyncio.sleep(0)
    assert with_open_shadow_trees(b"<p>closed</p>") == b"<p>closed</p>"
    html = b"<template ShadowRootMode=closed x></template><template shadowrootmode='open'>closed</template>"
    assert with_open_shadow_trees(html) == html.replace(b"=closed", b"=open")


async def _tabs(browser: RenderingBrowser) -> int:
    targets = await browser.connection.send("Target.getTargets")
    return sum(1 for target in targets["targetInfos"] if target["type"] == "page")
