"""What may leave a page: pure rules, and every way in which a page in a real browser may try to send."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from crawler.browser.chromium import launch_chromium
from crawler.browser.egress import Egress
from crawler.browser.pages import RenderedPage, open_page
from crawler.browser.request_rules import LoginRule, PageRequest, guarded_page, reading_only
from tests.crawler.browser.conftest import address, network_to
from tests.support.web_server import serve_app

SENDING = """<!doctype html><title>x</title>
<form id=self method=post action=/form><input name=a value=1></form>
<form id=popup method=post action=/popup target=_blank><input name=a value=1></form>
<iframe srcdoc="<form method=post action=/frame><input name=a></form>
<script>document.forms[0].submit()</script>"></iframe><a id=ping href="#" ping="/ping">ping</a>
<script>
const post = (path, more) => fetch(path, {method: 'POST', body: 'x', ...more}).catch(() => 0);
post('/fetch'); post('/keepalive', {keepalive: true});
fetch('OTHER/cross', {headers: {'X-Asked': 'yes'}}).catch(() => 0);
fetch('OTHER/cross-put', {method: 'PUT'}).catch(() => 0);
for (const method of ['PUT', 'DELETE', 'PATCH']) fetch('/' + method, {method}).catch(() => 0);
fetch(new Request('/request', {method: 'POST', body: 'x', keepalive: true})).catch(() => 0);
navigator.sendBeacon('/beacon', 'x');
const asked = new XMLHttpRequest(); asked.open('POST', '/xhr'); asked.send('x');
const inner = "fetch('ORIGIN/nested', {method: 'POST'})";
const source = "fetch('ORIGIN/worker', {method: 'POST'}); " +
  "new Worker(URL.createObjectURL(new Blob([" + JSON.stringify(inner) + "])))";
new Worker(URL.createObjectURL(new Blob([source]))); new Worker('/worker.js');
try { new SharedWorker('/worker.js'); } catch (missing) { fetch('/no-shared-worker'); }
if (navigator.serviceWorker) navigator.serviceWorker.register('/worker.js').catch(() => 0);
try { fetchLater('/later', {method: 'POST'}); } catch (missing) { fetch('/no-fetch-later'); }
document.getElementById('ping').click(); document.getElementById('popup').submit();
addEventListener('pagehide', () => { navigator.sendBeacon('/last-beacon', 'x');
  post('/last-fetch', {keepalive: true}); post('/last-plain');
  const last = new XMLHttpRequest(); last.open('POST', '/last-xhr'); last.send('x'); });
setTimeout(() => { const frame = document.createElement('iframe'); document.body.append(frame);
  frame.contentWindow.fetch('/blank-frame', {method: 'POST'}).catch(() => 0);
  frame.contentWindow.navigator.sendBeacon('/blank-beacon', 'x'); }, 50);
</script>"""


@dataclass
class ListeningSite:
    address: str
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def other(self) -> str:
        """The same server as another origin."""
        return self.address.replace("127.0.0.1", "localhost")


@pytest.fixture
def site() -> Iterator[ListeningSite]:
    listening = ListeningSite("")

    async def answer(request: Request) -> Response:
        listening.asked.append((request.method, request.url.path))
        if request.url.path == "/worker.js":
            return Response("fetch('/from-worker', {method: 'POST'})", media_type="text/javascript")
        body = SENDING.replace("ORIGIN", listening.address).replace("OTHER", listening.other)
        body = body if request.url.path == "/" else "<p>Quiet.</p>"
        policy = {
            "Access-Control-Allow-Origin": "*",
            "Content-Security-Policy-Report-Only": "img-src 'none'; report-uri /report",
        }
        return HTMLResponse(body, headers=policy)

    every = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
    with serve_app(lambda _: Starlette(routes=[Route("/{path:path}", answer, methods=every)])) as served:
        listening.address = served
        yield listening


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="the Debian package chromium is missing")
async def test_no_trick_of_a_page_sends_anything_but_get_and_head(site: ListeningSite) -> None:
    async with Egress(network_to(site.address, site.other)) as egress, launch_chromium(egress) as chromium:
        refused: list[PageRequest] = []
        context = await chromium.new_context(on_refusal=refused.append)
        page = await guarded_page(context, on_refusal=refused.append)
        assert isinstance(await open_page(page, f"{site.address}/", egress), RenderedPage)
        await page.evaluate("document.getElementById('self').submit()")
        await asyncio.sleep(0.3)  # else going on to the next page would be what ends that navigation
        assert isinstance(await open_page(page, f"{site.address}/quiet", egress), RenderedPage)
        await context.close()
        await asyncio.sleep(0.3)  # what a page sends as its last word
        tried = {request.url.removeprefix(site.address) for request in refused}
    assert {method for method, _ in site.asked} == {"GET"}
    assert {
        ("GET", "/quiet"),
        ("GET", "/cross"),
        ("GET", "/no-shared-worker"),
        ("GET", "/no-fetch-later"),
    } <= set(site.asked)
    assert {"/fetch", "/xhr", "/PUT", "/DELETE", "/frame", "/popup", "/worker", "/nested", "/form"} <= tried
    assert f"{site.other}/cross-put" in tried


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_reading_is_get_and_head(method: str) -> None:
    assert reading_only(PageRequest("GET", "http://a.example/")) is None
    assert reading_only(PageRequest("HEAD", "http://a.example/")) is None
    assert f"{method} changes things" in (reading_only(PageRequest(method, "http://a.example/")) or "")


@pytest.mark.parametrize(
    "request_",
    [
        PageRequest("POST", "http://b.example/", (), b"p=salt%20%26%20%22tide%22"),
        PageRequest("POST", "http://b.example/", (), b"p=salt+%26+%22tide%22"),
        PageRequest("POST", "http://b.example/", (), b'{"p": "salt & \\"tide\\""}'),
        PageRequest("POST", "http://b.example/", (), b'--x\r\n\r\nsalt & "tide"\r\n--x--'),
        PageRequest("GET", "http://b.example/?p=salt%20%26%20%22tide%22"),
        PageRequest("GET", "http://b.example/", ("c2FsdCAmICJ0aWRlIg==",)),
        PageRequest("POST", "https://a.example:8443/", (), b'salt & "tide"'),
    ],
)
def test_a_secret_goes_to_its_hosts_alone_however_it_is_written(request_: PageRequest) -> None:
    rule = LoginRule(lambda asked: asked.host == "a.example", ['salt & "tide"'])
    assert rule(request_) == "the password would go to a host that may not be given it"
    allowed = address(request_.url).url.replace("b.example", "a.example").replace(":8443", "")
    assert rule(PageRequest(request_.method, allowed, request_.headers, request_.body)) is None
    assert "salt" not in repr(rule)


def test_what_holds_no_secret_may_go_anywhere_during_a_login() -> None:
    rule = LoginRule(lambda _: False, ["correct horse"])
    assert rule(PageRequest("POST", "http://anywhere.example/", (), b"u=crawler")) is None


def test_secrets_too_short_to_be_told_from_other_text_are_not_looked_for() -> None:
    rule = LoginRule(lambda _: False, ["a"])
    assert rule(PageRequest("GET", "http://anywhere.example/a")) is None
