"""What a page asks for, over the connector's own fetcher: rules, caps, one fetch for all pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.rendering.host_lanes import HostLanes
from crawler.rendering.interfaces import Answered, Spent, Withheld
from crawler.rendering.resources import ResourceCaps
from crawler.rules.robots import RobotsRules
from settings.render import Blocked
from tests.crawler.fetch.faux_site import answer, serve
from tests.crawler.fetch.proxied import network, serve_only_for
from tests.crawler.rendering.loading import MAX_BYTES, Clock, given, header, resources, wants, withheld
from tests.support.changing_site import Answer, ChangingSite, redirect, serve_site
from tests.support.own_proxy import own_http_proxy

SCRIPT = Answer(b"let a = 1", content_type="text/javascript", etag=False)
OVER = "it asked for more than {}: the rest was left out"


@pytest.fixture
def site() -> Iterator[ChangingSite]:
    pages = {
        "/app.js": SCRIPT,
        "/api/items": Answer(b"[1]", content_type="application/json", etag=False),
        "/private/items": Answer(b"[2]", content_type="application/json", etag=False),
        "/menu.json": Answer(
            b"[]", content_type="application/json", headers={"Cache-Control": "max-age=60"}, etag=False
        ),
        "/moved.js": redirect("/app.js"),
        "/big": Answer(b"x" * 700_000, content_type="application/json", etag=False),
        "/big.js": Answer(b"x" * 700_000, content_type="text/javascript", etag=False),
    }
    with serve_site(pages) as running:
        yield running


async def test_a_script_asks_as_the_page_would_and_reads_the_answer(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        answered = await given(
            loader,
            wants(
                site.url("/api/items"),
                headers={
                    "accept": "application/json",
                    "x-csrf": "7",
                    "cookie": "theme=dark",
                    "range": "bytes=0-1",
                },
            ),
        )
    assert (answered.status, answered.body) == (200, b"[1]")
    assert header(answered, "content-type") == ["application/json"]
    sent = site.log[0].headers
    assert (sent["accept"], sent["x-csrf"], sent["cookie"]) == ("application/json", "7", "theme=dark")
    assert "range" not in sent
    assert sent["user-agent"].startswith("sitelore/")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_what_changes_something_never_leaves_and_is_counted(site: ChangingSite, method: str) -> None:
    spent = Spent()
    async with resources(site.url()) as loader:
        for _ in range(2):
            await withheld(loader, wants(site.url("/graphql"), "Fetch", method=method), spent)
        await withheld(loader, wants(site.url("/items/3/delete")), spent)
    assert site.log == []
    assert spent.withheld == {
        f"{method} changes things, and only GET and HEAD read": 2,
        "“delete” changes things": 1,
    }


async def test_a_tracker_is_never_asked(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        assert await loader.load(wants(site.url("/matomo.js"), "Script"), Spent()) == Withheld("tracker")
    assert site.log == []


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "ws://127.0.0.1:1/", "file:///etc/passwd", "chrome://x"]
)
async def test_nothing_but_http_is_spoken(site: ChangingSite, url: str) -> None:
    async with resources(site.url()) as loader:
        answered = await loader.load(wants(url, page=site.url()), Spent())
    assert answered == Withheld("neither http nor https")


async def test_a_head_is_answered_without_a_body(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        answered = await given(loader, wants(site.url("/api/items"), method="HEAD"))
    assert (answered.status, answered.body, header(answered, "content-length")) == (200, b"", ["3"])


async def test_a_redirect_goes_back_to_the_browser(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        answered = await given(loader, wants(site.url("/moved.js"), "Script"))
    assert (answered.status, header(answered, "location")) == (302, ["/app.js"])
    assert site.asked("/app.js") == []


async def test_the_guard_holds_for_what_a_page_asks_for(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        answered = await withheld(loader, wants("http://10.1.2.3/secret", page=site.url()))
    assert answered.why == "forbidden_address"
    assert answered.note is not None
    assert answered.note.startswith("what it asked 10.1.2.3 for did not come:")


async def test_an_error_is_the_pages_to_handle(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        answered = await given(loader, wants(site.url("/missing.json")))
    assert (answered.status, answered.body) == (404, b"gone")


@pytest.mark.parametrize(
    ("status", "kind", "unavailable"),
    [
        (500, "XHR", 1),
        (503, "Script", 1),
        (429, "Fetch", 1),
        (500, "Stylesheet", 0),
        (404, "XHR", 0),
        (403, "XHR", 0),
    ],
)
async def test_a_page_that_may_be_whole_another_time_is_known(
    site: ChangingSite, status: int, kind: str, unavailable: int
) -> None:
    site.pages["/now"] = Answer(b"", status)
    spent = Spent()
    async with resources(site.url()) as loader:
        await given(loader, wants(site.url("/now"), kind), spent)
    assert spent.unavailable == unavailable


async def test_a_server_that_gives_no_answer_leaves_a_page_incomplete() -> None:
    spent = Spent()
    async with serve({"/": b""}) as site:
        gone = site.url("/api")
    async with resources(gone) as loader:
        answered = await withheld(loader, wants(gone), spent)
    assert (answered.why, spent.unavailable) == ("connection_failed", 1)


# one fetch for all


async def test_a_script_that_two_pages_share_is_fetched_once(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        asked = wants(site.url("/app.js"), "Script")
        both = await asyncio.gather(*(given(loader, asked) for _ in range(2)))
        later = await given(loader, asked)
    assert {each.body for each in (*both, later)} == {b"let a = 1"}
    assert site.asked("/app.js") == [200]


async def test_data_is_fetched_anew_unless_the_server_lets_it_be_kept(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        for path in ("/api/items", "/menu.json") * 2:
            await given(loader, wants(site.url(path)))
    assert site.asked("/api/items") == [200, 200]
    assert site.asked("/menu.json") == [200]


async def test_what_one_session_saw_is_not_given_to_the_next(site: ChangingSite) -> None:
    async with resources(site.url()) as loader:
        for generation in (0, 0, 1):
            await given(loader, wants(site.url("/app.js"), "Script"), Spent(generation=generation))
    assert site.asked("/app.js") == [200, 200]


async def test_a_visit_that_ends_takes_nothing_from_the_other_one() -> None:
    asked_for, go = asyncio.Event(), asyncio.Event()

    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked_for.set()
        await go.wait()
        writer.write(answer(b"let a", content_type="text/javascript"))
        await writer.drain()

    async with serve({"/app.js": slow}) as site, resources(site.url()) as loader:
        asked = wants(site.url("/app.js"), "Script")
        first = asyncio.create_task(loader.load(asked, Spent(ends_at=time.monotonic() + 0.01)))
        second = asyncio.create_task(loader.load(asked, Spent()))
        await asked_for.wait()
        first.cancel()
        go.set()
        answered = await second
    assert isinstance(answered, Answered)
    assert answered.body == b"let a"
    assert len(site.requests) == 1


# robots.txt and politeness


async def test_what_robots_txt_disallows_is_not_asked_for_by_scripts_either(site: ChangingSite) -> None:
    rules = RobotsRules.from_answer(200, b"User-agent: *\nDisallow: /private/")

    async def may_fetch(url: str) -> Decision:
        return rules.decide(url, "sitelore")

    async with resources(site.url(), may_fetch=may_fetch) as loader:
        await given(loader, wants(site.url("/api/items")))
        answered = await withheld(loader, wants(site.url("/private/items")))
    host = site.origin.removeprefix("http://")
    assert answered == Withheld(
        "robots.txt disallows it", f"the robots.txt of {host} disallows what it asked for there"
    )
    assert site.asked("/private/items") == []


async def test_a_host_whose_robots_txt_is_out_of_reach_is_left_alone(site: ChangingSite) -> None:
    async def may_fetch(_url: str) -> Decision:
        return refused(Reason.ROBOTS_UNREACHABLE, "503")

    async with resources(site.url(), may_fetch=may_fetch) as loader:
        answered = await withheld(loader, wants(site.url("/api/items")))
    assert answered.why == "the site's robots.txt could not be read, so nothing may be"
    assert site.log == []


async def test_each_request_that_leaves_waits_for_its_turn_and_no_other_does(site: ChangingSite) -> None:
    turns: list[str] = []

    async def turn(host: str) -> None:
        turns.append(host)

    async def may_fetch(_url: str) -> Decision:
        return ALLOWED

    async with resources(site.url(), turn=turn, may_fetch=may_fetch) as loader:
        for path in ("/app.js", "/app.js", "/matomo.js", "/moved.js"):
            await loader.load(wants(site.url(path), "Script"), Spent())
    assert turns == [site.origin.removeprefix("http://")] * 2
    assert len(site.log) == 2


async def test_a_host_is_asked_for_few_things_at_once() -> None:
    under_way = most = 0

    async def busy(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        writer.write(answer(b"1"))
        await writer.drain()

    paths = [f"/{number}" for number in range(12)]
    async with (
        serve(dict.fromkeys(paths, busy)) as site,
        resources(site.url(), caps=ResourceCaps(per_host=3)) as loader,
    ):
        await asyncio.gather(*(given(loader, wants(site.url(path))) for path in paths))
    assert most == 3


@pytest.mark.parametrize("busy", [Answer(b"", 429), Answer(b"", 503, headers={"Retry-After": "30"})])
async def test_a_host_that_is_asked_too_much_is_left_alone(site: ChangingSite, busy: Answer) -> None:
    site.pages["/busy"] = busy
    async with resources(site.url()) as loader:
        assert (await given(loader, wants(site.url("/busy")))).status == busy.status
        answered = await withheld(loader, wants(site.url("/api/items")))
    assert answered.why == "rate_limited"
    assert site.asked("/api/items") == []


def test_a_host_is_asked_again_when_its_time_is_over() -> None:
    clock = Clock()
    lanes = HostLanes(6, clock=clock)
    lanes.learn("a", Answered(429, [("retry-after", "30")], b""))
    lanes.learn("b", Answered(500, [("retry-after", "30")], b""))
    clock.now = 29.0
    assert (lanes.is_left_alone("a"), lanes.is_left_alone("b")) == (True, False)
    clock.now = 30.0
    assert not lanes.is_left_alone("a")


# caps


async def test_after_so_many_requests_a_visit_gets_nothing_more(site: ChangingSite) -> None:
    spent = Spent()
    async with resources(site.url(), caps=ResourceCaps(requests=3)) as loader:
        for _ in range(3):
            await given(loader, wants(site.url("/api/items")), spent)
        answered = await withheld(loader, wants(site.url("/api/items")), spent)
        await given(loader, wants(site.url("/api/items")), Spent())
    assert answered == Withheld("over the cap of 3 requests a page", OVER.format("3 requests"))
    assert len(site.log) == 4


@pytest.mark.parametrize(("path", "kind"), [("/big", "XHR"), ("/big.js", "Script")])
async def test_after_so_many_bytes_a_visit_gets_nothing_more(
    site: ChangingSite, path: str, kind: str
) -> None:
    spent = Spent()
    async with resources(site.url(), caps=ResourceCaps(bytes=1 << 20)) as loader:
        await given(loader, wants(site.url(path), kind), spent)
        second = await withheld(loader, wants(site.url(path), kind), spent)
        third = await withheld(loader, wants(site.url("/api/items")), spent)
    assert {second.why, third.why} == {"over the cap of 1 MB a page"}
    assert second.note is not None


async def test_bodies_that_arrive_together_are_counted_together() -> None:
    sent = 0

    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            sent += 65_536
            await writer.drain()

    paths = [f"/{number}" for number in range(6)]
    spent = Spent()
    async with (
        serve(dict.fromkeys(paths, endless)) as site,
        resources(site.url(), caps=ResourceCaps(bytes=1 << 20)) as loader,
    ):
        answers = await asyncio.gather(*(loader.load(wants(site.url(path)), spent) for path in paths))
    assert {each.why for each in answers if isinstance(each, Withheld)} == {"over the cap of 1 MB a page"}
    assert len(answers) == 6
    assert sent < 40 << 20  # what the sockets hold, not what the server would send


async def test_a_body_larger_than_a_file_may_be_is_not_read() -> None:
    gigabyte = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    async with serve({"/dump": gigabyte}) as site, resources(site.url()) as loader:
        answered = await withheld(loader, wants(site.url("/dump")))
    assert answered.why == "too_large"
    assert answered.note == (
        f"what it asked {site.host} for did not come: Content-Length 1,073,741,824 is beyond "
        f"{MAX_BYTES:,} bytes"
    )


async def test_silence_lasts_no_longer_than_the_visit() -> None:
    async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serve({"/slow": silent}) as site, resources(site.url()) as loader:
        answered = await withheld(loader, wants(site.url("/slow")), Spent(ends_at=time.monotonic() + 0.1))
        over = await withheld(loader, wants(site.url("/slow")), Spent(ends_at=time.monotonic() - 1))
    assert answered.why == "timeout"
    assert over.why == "the time of the visit is over"


async def test_a_page_that_reloads_itself_for_ever_is_stopped(site: ChangingSite) -> None:
    spent = Spent()
    reload = wants(site.url("/api/items"), "Document", is_main_document=True)
    async with resources(site.url()) as loader:
        for _ in range(3):
            await given(loader, reload, spent)
        answered = await withheld(loader, reload, spent)
    assert answered.why == "over the cap of 3 reloads a page"


async def test_pictures_come_where_they_are_wanted(site: ChangingSite) -> None:
    site.pages["/a.png"] = Answer(b"\x89PNG", content_type="image/png", etag=False)
    async with resources(site.url(), block=[Blocked.TRACKER]) as loader:
        answered = await given(loader, wants(site.url("/a.png"), "Image"))
    assert answered.body == b"\x89PNG"


# the way out


async def test_nothing_that_a_page_asks_for_goes_round_the_proxy() -> None:
    names = {"wiki.test": "127.0.0.1", "api.wiki.test": "127.0.0.1"}
    async with (
        own_http_proxy(names=names) as proxy,
        serve_only_for(proxy, {"/app.js": answer(b"1"), "/api": answer(b"2")}) as site,
    ):
        seed = f"http://wiki.test:{site.port}"
        way_out = network({"url": f"http://{proxy.name}"}, seed)
        async with resources(network=way_out) as loader:
            script = await given(loader, wants(f"{seed}/app.js", "Script"))
            data = await given(loader, wants(f"http://api.wiki.test:{site.port}/api", page=f"{seed}/"))
    assert (script.body, data.body) == (b"1", b"2")
    assert [asked for _, asked in proxy.requests] == [
        f"{seed}/app.js",
        f"http://api.wiki.test:{site.port}/api",
    ]
