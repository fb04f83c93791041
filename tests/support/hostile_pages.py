"""Pages that mean harm, or are careless: endless, greedy, deceitful; served with all that they ask for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.web_server import serve_app

PROSE: Final = "<p>The harbour office issues berth permits on Tuesdays and Thursdays.</p>" * 3
GOOD: Final = f"""<title>Berths</title><h1>Berth permits</h1>{PROSE}<div id=app></div><script>
fetch('/permits.json').then(r => r.json()).then(permits => {{
  app.innerHTML = permits.map(each => `<p>Permit ${{each.number}}: ${{each.ship}}</p>`).join('');
}});</script>"""
PERMITS: Final = [{"number": 7, "ship": "Alma"}, {"number": 9, "ship": "Berta"}]
SAID_AFTER: Final = "said afterwards"
_AFTER: Final = f"document.body.append('{SAID_AFTER}');"
_NESTS: Final = f"""{PROSE}<script>
    let inner = document.body;
    for (let i = 0; i < %d; i++) inner = inner.appendChild(document.createElement('div'));
    {_AFTER}</script>"""
_SPIN: Final = "let n = 0; while (true) n = (n * 31 + 7) % 1000003;"

PAGES: Final[dict[str, str]] = {
    "good": GOOD,
    "infinite-scroll": f"""{PROSE}<div id=list></div><script>
        const more = () => {{ for (let i = 0; i < 20; i++) {{
          const row = document.createElement('p'); row.textContent = 'Row ' + list.children.length;
          row.style.height = '60px'; list.append(row); }} }};
        more(); addEventListener('scroll', more);</script>""",
    "opens-windows": f"""{PROSE}<a id=blank href=/window-by-link target=_blank>new</a><script>
        for (let i = 0; i < 30; i++) open('/window-' + i);
        blank.click(); {_AFTER}</script>""",
    "alerts": f"""{PROSE}<script>
        for (let i = 0; i < 50; i++) {{ alert('hello'); confirm('sure?'); prompt('name?'); }}
        onbeforeunload = event => {{ event.preventDefault(); return 'stay!'; }}; {_AFTER}</script>""",
    "alerts-of-a-frame": f"""{PROSE}<script>
        const frame = document.createElement('iframe'); document.body.append(frame);
        for (let i = 0; i < 20; i++) frame.contentWindow.alert('hello'); {_AFTER}</script>""",
    "redirects-for-ever": "<p>wait</p><script>location = '/redirects-for-ever?' + Math.random()</script>",
    "reloads-for-ever": f"{PROSE}<script>setTimeout(() => location.reload(), 30)</script>",
    "comes-back-to-itself": f"{PROSE}<script>location.href = location.href</script>",
    "refreshes": f"<meta http-equiv=refresh content='1; url=/good'>{PROSE}",
    "prints": f"{PROSE}<script>print(); onload = () => {{ print(); {_AFTER} }}</script>",
    "asks-for-permissions": f"""{PROSE}<script>(async () => {{
        const asked = [
          () => Notification.requestPermission(),
          () => new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no)),
          () => navigator.mediaDevices.getUserMedia({{audio: true, video: true}}),
          () => navigator.clipboard.readText(),
          () => navigator.requestMIDIAccess(),
          () => navigator.storage.persist(),
          () => navigator.bluetooth.requestDevice({{acceptAllDevices: true}}),
          () => showOpenFilePicker(), () => document.documentElement.requestFullscreen(),
        ];
        for (const ask of asked) try {{ ask().catch(() => 0) }} catch {{}}
        const field = document.createElement('input'); field.type = 'file'; field.click(); {_AFTER}
        }})()</script>""",
    "mines": f"{PROSE}<script>setTimeout(() => {{ {_SPIN} }}, 20)</script>",
    "mines-while-it-loads": f"{PROSE}<script>{_SPIN}</script>",
    "mines-again-and-again": f"{PROSE}<script>setInterval(() => {{ {_SPIN} }}, 5)</script>",
    "mines-in-workers": f"""{PROSE}<script>
        for (let i = 0; i < 3; i++) new Worker(URL.createObjectURL(new Blob(['{_SPIN}'])));
        {_AFTER}</script>""",
    "mines-in-promises": f"{PROSE}<script>(async () => {{ while (true) await null }})()</script>",
    "downloads": f"""{PROSE}<a id=file href=/endless.bin download>file</a>
        <iframe src=/endless.bin></iframe><script>
        file.click(); fetch('/endless.bin').then(r => r.arrayBuffer());
        setTimeout(() => {{ location = '/manual.pdf' }}, 20); {_AFTER}</script>""",
    "keeps-connections": f"""{PROSE}<script>
        new WebSocket('ws://' + location.host + '/socket'); new EventSource('/events'); fetch('/never');
        {_AFTER}</script>""",
    "never-loads": f"{PROSE}<script src=/never></script><script>{_AFTER}</script>",
    "throws": f"""{PROSE}<script>setInterval(() => {{ throw new Error('again') }}, 1);
        setInterval(() => Promise.reject(new Error('again')), 1);
        setInterval(() => console.log('x'.repeat(10000)), 1); {_AFTER} throw new Error('at load')</script>""",
    "redefines": f"""{PROSE}<form><input name=parentNode><input name=outerHTML></form>
        <img name=documentElement><a href=/good id=body>x</a><script>
        {_AFTER}
        for (const name of ['document', 'window', 'self']) try {{
          Object.defineProperty(globalThis, name, {{get() {{ return {{lies: true}} }}}}) }} catch {{}}
        Array.prototype.map = Array.prototype.filter = Array.prototype.push = () => ['lies'];
        Array.prototype[Symbol.iterator] = function* () {{ yield 'lies' }};
        Object.prototype.toJSON = () => 'lies'; JSON.stringify = JSON.parse = () => 'lies';
        Promise.prototype.then = () => new Promise(() => 0); globalThis.Promise = class {{}};
        globalThis.setTimeout = () => 0; globalThis.MutationObserver = class {{ observe() {{}} }};
        Element.prototype.querySelectorAll = Document.prototype.querySelectorAll = () => [];
        Object.defineProperty(Element.prototype, 'outerHTML', {{get: () => '<p>lies</p>'}});
        </script>""",
    "grows": f"""{PROSE}<div id=list></div><script>
        setInterval(() => list.insertAdjacentHTML('beforeend', '<p>more</p>'.repeat(50)), 10)</script>""",
    "eats-memory": f"""{PROSE}<script>
        const kept = [];
        setInterval(() => document.body.append(kept.push(new Uint8Array(40_000_000).fill(7))), 10)
        </script>""",  # it goes on changing: else it may be read before it is too large
    "recurses": f"""{PROSE}<script>
        function deep() {{ return deep() + 1 }} try {{ deep() }} catch {{}} {_AFTER}</script>""",
    "nests": _NESTS % 1_500,
    "nests-too-deep": _NESTS % 20_000,  # more than Chromium's own stack bears
    "frames-in-frames": f"""{PROSE}<script>
        for (let i = 0; i < 3; i++) {{ const frame = document.createElement('iframe');
        frame.src = '/frames-in-frames?' + Math.random(); document.body.append(frame); }}
        {_AFTER}</script>""",
    "huge": "",
    "closes-itself": f"{PROSE}<script>{_AFTER} close()</script>",
    "goes-back": f"{PROSE}<script>{_AFTER} history.back(); history.go(-2)</script>",
    "pushes-states": f"""{PROSE}<script>{_AFTER}
        setInterval(() => history.pushState(0, '', '/state-' + Math.random()), 2)</script>""",
    "empties-itself": f"{PROSE}<script>setTimeout(() => {{ location = 'about:blank' }}, 20)</script>",
    "rewrites-itself": f"""<p>old</p><script>
        onload = () => {{ document.open(); document.write(`{PROSE}`); document.close(); {_AFTER} }}
        </script>""",
    "sends-forms": f"""{PROSE}<form id=form method=post action=/order></form><script>
        {_AFTER} form.submit(); fetch('/order', {{method: 'POST', body: 'x'}});
        navigator.sendBeacon('/order', 'x');
        onpagehide = () => fetch('/order', {{method: 'POST', keepalive: true}})
        </script>""",
    "registers-workers": f"""{PROSE}<script>
        navigator.serviceWorker?.register('/worker.js').catch(() => 0);
        try {{ new SharedWorker('/worker.js') }} catch {{}} {_AFTER}</script>""",
    "leaves-things": f"""{PROSE}<script>
        name = 'left'; sessionStorage.setItem('left', 'left'); document.body.append(`opener ${{opener}}`);
        onunload = () => fetch('/order', {{method: 'POST', keepalive: true}});
        setInterval(() => fetch('/late?' + Math.random()), 50); {_AFTER}</script>""",
    "finds-things": f"""{PROSE}<script>
        const stored = sessionStorage.getItem('left');
        document.body.append(`name [${{name}}], stored [${{stored}}], opener ${{opener}}`)
        </script>""",
    "strict": f"{PROSE}<div id=app></div><script>app.textContent = 'a script ran'</script>",
}
_STRICT: Final = {"content-security-policy": "default-src 'none'; sandbox"}


@dataclass(slots=True)
class HostileSite:
    """Where the pages are (`url` without a slash at the end), and every request: method and path."""

    url: str
    requests: list[tuple[str, str]] = field(default_factory=list)

    def page(self, name: str) -> str:
        """The address of a page."""
        return f"{self.url}/{name}"


@contextmanager
def serve_hostile_pages() -> Iterator[HostileSite]:
    """Serve them until the block ends."""
    site = HostileSite("")

    def build(address: str) -> Starlette:
        site.url = address
        return Starlette(routes=[Route("/{path:path}", _Answering(site), methods=["GET", "HEAD", "POST"])])

    with serve_app(build):
        yield site


class _Answering:
    """The site as an ASGI application."""

    def __init__(self, site: HostileSite) -> None:
        self._site = site

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        request = Request(scope, receive)
        self._site.requests.append((request.method, request.url.path))
        response = await self._answer(request.url.path.lstrip("/"))
        await response(scope, receive, send)

    async def _answer(self, path: str) -> Response:
        if path in PAGES:
            headers = _STRICT if path == "strict" else None
            body = _huge() if path == "huge" else f"<!doctype html>{PAGES[path]}"
            return HTMLResponse(body, headers=headers)
        match path:
            case "permits.json":
                return JSONResponse(PERMITS)
            case "endless.bin":
                return StreamingResponse(_endless(), media_type="application/octet-stream")
            case "events":
                return StreamingResponse(_ticks(), media_type="text/event-stream")
            case "never":
                await asyncio.sleep(20)
        return PlainTextResponse("nothing here", 404)


def _huge() -> str:
    """50 MB of small elements."""
    drawn = random.Random(4)
    rows = "".join(f"<tr><td>{drawn.random():.17f}<td>{number}" for number in range(10_000))
    return "<!doctype html><title>Huge</title><table>" + rows * 125 + "</table>"


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(1_000):
        yield bytes(1_000_000)


async def _ticks() -> AsyncIterator[bytes]:
    for _ in range(200):
        yield b"data: tick\n\n"
        await asyncio.sleep(0.1)
