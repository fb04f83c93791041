"""Pages given to a real Chromium without a network, and asked as the renderer asks them."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from crawler.rendering.cdp import CdpConnection, CdpError
from crawler.rendering.chromium import RenderingBrowser, launch_rendering_browser
from crawler.rendering.interfaces import EVALUATE_SECONDS, NOTE_BINDING
from crawler.rendering.page_scripts import on_new_document
from crawler.rendering.page_scripts.reading import Stillness, wait_until_still

ORIGIN: Final = "http://intranet.test"
QUICK: Final = Stillness(quiet_ms=100, patience_ms=1_000, cap_ms=4_000)
_AFTER_AN_ANSWER: Final = 0.1
"""Seconds in which a page makes something of an answer."""
_TYPES: Final = {"js": "text/javascript", "json": "application/json", "md": "text/markdown"}


@dataclass
class Site:
    """What is served by path (``/``, ``/data.json``), after `delays` in seconds by path."""

    pages: Mapping[str, str | bytes]
    delays: Mapping[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


class ScriptedPage:
    """A tab whose every request a `Site` answers; what is unknown there answers 404."""

    def __init__(self, connection: CdpConnection, session: str, target: str) -> None:
        self._connection = connection
        self.session = session
        self._target = target
        self._world: int | None = None
        self._site = Site({})
        self._pending: set[asyncio.Task[None]] = set()
        self._answered = 0.0
        self.notes: list[str] = []
        self.loads = 0
        self.address = ""

    async def open(self, site: Site | str, path: str = "/") -> None:
        """Go to an address of the site; a string is its only page."""
        self._site = Site({"/": site}) if isinstance(site, str) else site
        self.address = ORIGIN + path
        await self.reload()

    @property
    def asked(self) -> list[str]:
        """What was asked of the site since it was opened, path and query."""
        return self._site.asked

    async def reload(self) -> None:
        """Load the address once more."""
        self.loads += 1
        await self._send("Page.navigate", {"url": "about:blank"})
        answer = await self._send("Page.navigate", {"url": self.address})
        assert "errorText" not in answer, answer
        tree = await self._send("Page.getFrameTree")
        world = {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "sitelore"}
        self._world = (await self._send("Page.createIsolatedWorld", world))["executionContextId"]

    async def evaluate(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """As `Evaluates` says."""
        return await self._evaluate(expression, {"contextId": self._world}, seconds)

    async def evaluate_in_page(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """As `Evaluates` says."""
        return await self._evaluate(expression, {}, seconds)

    async def at_rest(self) -> None:
        """Wait until nothing is asked for and the DOM is still."""
        loop = asyncio.get_running_loop()
        while True:
            await wait_until_still(self, QUICK)
            if not self._pending and loop.time() - self._answered > _AFTER_AN_ANSWER:
                return
            if self._pending:
                await asyncio.wait(set(self._pending))
            await asyncio.sleep(_AFTER_AN_ANSWER)

    async def close(self) -> None:
        """Give the tab up."""
        for task in self._pending:
            task.cancel()
        self._connection.forget(self.session)
        await self._connection.send("Target.closeTarget", {"targetId": self._target})

    async def prepare(self) -> None:
        """Have requests paused and the observing script run in each document."""
        self._connection.listen(self.session, self._on_event)
        await self._send("Page.enable")
        await self._send("Runtime.enable")  # without it nothing tells of bindings
        await self._send("Runtime.addBinding", {"name": NOTE_BINDING})
        await self._send("Page.addScriptToEvaluateOnNewDocument", {"source": on_new_document()})
        await self._send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    async def _evaluate(self, expression: str, where: Mapping[str, Any], seconds: float) -> Any:
        options = {"expression": expression, "awaitPromise": True, "returnByValue": True, **where}
        answer = await self._send("Runtime.evaluate", options, seconds)
        if "exceptionDetails" in answer:
            raise CdpError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def _send(self, method: str, options: Mapping[str, Any] | None = None, seconds: float = 30) -> Any:
        return await self._connection.send(method, options, session=self.session, seconds=seconds)

    def _on_event(self, method: str, event: Mapping[str, Any]) -> None:
        if method == "Runtime.bindingCalled":
            self.notes.append(event["payload"])
        elif method == "Fetch.requestPaused":
            task = asyncio.get_running_loop().create_task(
                self._answer(event["requestId"], event["request"]["url"])
            )
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    async def _answer(self, request: str, url: str) -> None:
        path = "/" + url.split("/", 3)[3].partition("?")[0] if url.count("/") > 2 else "/"
        self._site.asked.append(url.removeprefix(ORIGIN))
        await asyncio.sleep(self._site.delays.get(path, 0))
        found = self._site.pages.get(path)
        body = found.encode() if isinstance(found, str) else found
        kind = _TYPES.get(path.rpartition(".")[2], "text/html")
        answer = {
            "requestId": request,
            "responseCode": 404 if body is None else 200,
            "responseHeaders": [{"name": "content-type", "value": f"{kind}; charset=utf-8"}],
            "body": base64.b64encode(body or b"").decode(),
        }
        await self._send("Fetch.fulfillRequest", answer)
        self._answered = asyncio.get_running_loop().time()


@asynccontextmanager
async def scripted_browser() -> AsyncIterator[RenderingBrowser]:
    """A browser for pages of one test module."""
    async with launch_rendering_browser() as browser:
        yield browser


@asynccontextmanager
async def scripted_page(browser: RenderingBrowser) -> AsyncIterator[ScriptedPage]:
    """A tab of its own, closed at the end."""
    connection = browser.connection
    target = (await connection.send("Target.createTarget", {"url": "about:blank"}))["targetId"]
    attached = await connection.send("Target.attachToTarget", {"targetId": target, "flatten": True})
    page = ScriptedPage(connection, attached["sessionId"], target)
    await page.prepare()
    try:
        yield page
    finally:
        await page.close()


NEEDS_CHROMIUM: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not any(map(shutil.which, ("chromium-headless-shell", "chromium"))),
        reason="the Debian package chromium is missing",
    ),
    pytest.mark.asyncio(loop_scope="module"),
]
"""The marks of a module whose tests ask pages."""
