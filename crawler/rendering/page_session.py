"""One page of the browser: it goes where it is sent, answers our scripts, and asks us for everything.

What would wait for a person is answered at once (dialogs, file choosers), what would leave is noted (windows,
downloads), and a crash is told to whoever visits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from crawler.rendering.cdp import CdpConnection, CdpError, Parameters
from crawler.rendering.interception import Paused, fulfilment, paused_request, without_fragment
from crawler.rendering.interfaces import EVALUATE_SECONDS, NOTE_BINDING, Answered
from crawler.rendering.standing import StandingDocument
from crawler.rendering.underway import Underway

OPEN_SECONDS: Final = 15.0
_BLANK: Final = "about:blank"
_WORLD: Final = "sitelore"
_WORLDS: Final = 4
"""A page may replace its document so often while it is asked."""
_NO_WORLD: Final = "Cannot find context"
_FRAMES_TOO: Final = {
    "autoAttach": True,
    "waitForDebuggerOnStart": True,
    "flatten": True,
    # The requests of workers are their page's. Shared and service workers do not exist.
    "filter": [{"type": "iframe"}],
}
_NOTHING_KEPT: Final = {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0}
_OF_FRAMES: Final = frozenset(
    {
        "Fetch.requestPaused",
        "Page.downloadWillBegin",
        "Page.windowOpen",
        "Runtime.bindingCalled",
        "Target.attachedToTarget",
    }
)
"""What is heard of a frame with a process of its own."""
FRESH_TAB: Final = """(() => {
  if (self !== top) return;
  try {
    const [{type}] = performance.getEntriesByType('navigation');
    if (type !== 'navigate' || document.referrer !== '') return;
    name = '';
    sessionStorage.clear();
  } catch {}
})();"""
"""Nothing that one page left in its tab reaches the next one; what a page keeps over its own reload stays."""


class Visitor(Protocol):
    """Is told what a page does."""

    def on_request(self, paused: Paused) -> None:
        """A request waits for an answer."""

    def on_note(self, note: str) -> None:
        """The page's own world gave a string to `NOTE_BINDING`."""

    def on_link(self, url: str) -> None:
        """A window or a download was wanted, and was not had."""

    def on_refresh(self, url: str, seconds: float) -> None:
        """The page will be replaced after seconds (``<meta http-equiv=refresh>``)."""

    def on_document(self, url: str) -> None:
        """Another document stands in the page now."""

    def on_lost(self, why: str) -> None:
        """The page is gone: it crashed, closed itself, or the browser ended."""


class PageSession:
    """A page that is re-used: `visitor` is told what it does, while there is one."""

    def __init__(self, connection: CdpConnection, context: str, target: str, session: str) -> None:
        self._connection = connection
        self._world: int | None = None
        self._frames: set[str] = set()
        self._navigation = ""
        self._left_for = ""
        self._is_left = True
        self._document_came = asyncio.Event()
        self._scripts: Sequence[str] = ()
        self.context = context
        self.target = target
        self.session = session
        self.url = _BLANK
        self.visitor: Visitor | None = None
        self.lost: str | None = None
        """Why the page is no more."""
        self.spoilt: str | None = None
        """Why nobody else may use it."""
        self.why_crashed: Callable[[], str] = lambda: "it crashed"
        self.standing: StandingDocument | None = None
        """What was read of the document that stands here, until anything comes between."""
        self.underway = Underway()
        """What it loads, once it was asked to tell (`tell_requests`)."""
        self._tells_requests = False
        self.loads = 0
        self.documents = 0
        """Counts main documents, those of reloads too."""
        self._handlers: Mapping[str, Callable[[Parameters], None]] = {
            "Page.frameStartedNavigating": self._on_navigation,
            "Page.frameNavigated": self._on_document,
            "Page.navigatedWithinDocument": self._on_address,
            "Page.frameScheduledNavigation": self._on_refresh,
            "Page.windowOpen": self._on_link,
            "Page.downloadWillBegin": self._on_link,
            "Page.javascriptDialogOpening": self._on_dialog,
            "Network.requestWillBeSent": lambda told: self.underway.begin(
                told["requestId"], told.get("type", "")
            ),
            "Network.loadingFinished": lambda told: self.underway.end(told["requestId"]),
            "Network.loadingFailed": lambda told: self.underway.end(told["requestId"]),
            "Runtime.executionContextsCleared": self._on_worlds_gone,
            "Runtime.bindingCalled": self._on_binding,
            "Target.attachedToTarget": self._on_frame,
            "Target.detachedFromTarget": self._on_frame_gone,
            "Inspector.targetCrashed": lambda _: self.lose(self.why_crashed()),
        }

    @classmethod
    async def open(cls, connection: CdpConnection, context: str, scripts: Sequence[str]) -> PageSession:
        """A new page in a context; `scripts` run in each of its documents first. Raises `CdpError`."""
        where = {"url": _BLANK, "browserContextId": context}
        target = (await connection.send("Target.createTarget", where, seconds=OPEN_SECONDS))["targetId"]
        try:
            attached = await connection.send("Target.attachToTarget", {"targetId": target, "flatten": True})
            page = cls(connection, context, target, attached["sessionId"])
            page._scripts = (FRESH_TAB, *scripts)
            connection.listen(page.session, page._on_event)
            async with asyncio.TaskGroup() as commands:
                for method, parameters in page._preparation():
                    commands.create_task(
                        connection.send(method, parameters, session=page.session, seconds=OPEN_SECONDS)
                    )
        except ExceptionGroup as errors:
            connection.tell("Target.closeTarget", {"targetId": target})
            raise CdpError(f"a page could not be opened: {errors.exceptions[0]}") from errors
        return page

    def _preparation(self) -> list[tuple[str, Mapping[str, Any]]]:
        return [
            ("Page.enable", {}),
            ("Runtime.enable", {}),  # without it no binding is there
            ("Runtime.addBinding", {"name": NOTE_BINDING}),
            *(("Page.addScriptToEvaluateOnNewDocument", {"source": script}) for script in self._scripts),
            ("Page.setInterceptFileChooserDialog", {"enabled": True}),
            ("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}),
            ("Target.setAutoAttach", _FRAMES_TOO),
        ]

    async def navigate(self, url: str, seconds: float = OPEN_SECONDS) -> None:
        """Go to an address; returns when its document begins to come. Raises `CdpError`."""
        self.loads += 1
        self.standing = None
        self._must_be_there()
        if "#" in url and not self._is_left and without_fragment(url) == without_fragment(self.url):
            # The same document with another fragment: its script would go there, nothing be loaded anew.
            await self.leave()
        self.url = url
        if not (await self._navigate(url, seconds)).get("loaderId"):
            await self.leave()  # a script changed the address meanwhile
            await self._navigate(url, seconds)
        self._is_left = False

    async def leave(self) -> None:
        """Leave the page, so that nothing of it runs on. Raises `CdpError`."""
        self.standing = None
        self._left_for = str((await self._navigate(_BLANK, OPEN_SECONDS)).get("loaderId"))
        self._is_left = True

    async def _navigate(self, url: str, seconds: float) -> Parameters:
        went = await self._connection.send(
            "Page.navigate", {"url": url}, session=self.session, seconds=seconds
        )
        if error := went.get("errorText"):
            raise CdpError(f"the page could not be opened: {error}")
        return went

    async def tell_requests(self) -> None:
        """Have the page say what it loads (`underway`). Raises `CdpError`."""
        if not self._tells_requests:
            self._tells_requests = True
            await self._connection.send("Network.enable", _NOTHING_KEPT, session=self.session)

    async def until_document(self, count: int, seconds: float) -> bool:
        """Whether so many documents (see `documents`) have been there before the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.documents < count and self.lost is None:
                    self._document_came.clear()
                    await self._document_came.wait()
        return self.documents >= count and self.lost is None

    async def evaluate(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """The value of an expression in our own world of the page. Raises `CdpError`."""
        for _ in range(_WORLDS):
            world = self._world or await self._make_world(seconds)
            try:
                return await self._evaluate({"expression": expression, "contextId": world}, seconds)
            except CdpError as error:
                # The world was that of the document before, and nothing ran in it.
                if _NO_WORLD not in str(error):
                    raise
                if self._world == world:
                    self._world = None
        raise CdpError("the page replaces its document again and again")

    async def _make_world(self, seconds: float) -> int:
        self._must_be_there()
        made = await self._connection.send(
            "Page.createIsolatedWorld",
            {"frameId": self.target, "worldName": _WORLD},
            session=self.session,
            seconds=seconds,
        )
        self._world = int(made["executionContextId"])
        return self._world

    async def evaluate_in_page(self, expression: str, *, seconds: float = EVALUATE_SECONDS) -> Any:
        """The value of an expression in the page's own world. Raises `CdpError`."""
        return await self._evaluate({"expression": expression}, seconds)

    def _must_be_there(self) -> None:
        # A page that crashed answers nothing.
        if self.lost is not None:
            raise CdpError(self.lost)

    async def _evaluate(self, what: Mapping[str, Any], seconds: float) -> Any:
        self._must_be_there()
        result = await self._connection.send(
            "Runtime.evaluate",
            {**what, "awaitPromise": True, "returnByValue": True},
            session=self.session,
            seconds=seconds,
        )
        if (thrown := result.get("exceptionDetails")) is not None:
            said = thrown.get("exception", {}).get("description", thrown.get("text", ""))
            raise CdpError(f"a script of ours failed in the page: {said.partition(chr(10))[0]}")
        return result["result"].get("value")

    def stop_scripts(self) -> None:
        """End the script that runs now, without an end of its own."""
        self._connection.tell("Runtime.terminateExecution", session=self.session)

    async def fulfil(self, paused: Paused, answer: Answered) -> None:
        """Answer a request; one that is no more is let be."""
        try:
            await self._connection.send(
                "Fetch.fulfillRequest", fulfilment(paused, answer), session=paused.session
            )
        except CdpError:
            self.fail(paused)

    def fail(self, paused: Paused, reason: str = "BlockedByClient") -> None:
        """Answer that a request failed. ``Aborted`` lets a navigation leave the page as it is."""
        self._connection.tell(
            "Fetch.failRequest", {"requestId": paused.id, "errorReason": reason}, session=paused.session
        )

    def close(self) -> None:
        """Have the page closed, also one that hangs: it is gone within a second."""
        self.visitor = None
        self._connection.tell("Target.closeTarget", {"targetId": self.target})
        self.lose("it was closed")

    def lose(self, why: str) -> None:
        """The page is no more: whatever waits for it is told."""
        if self.lost is not None:
            return
        self.lost = why
        self._document_came.set()
        for session in (self.session, *self._frames):
            self._connection.forget(session, why)
        if self.visitor is not None:
            self.visitor.on_lost(why)

    def _on_event(self, method: str, parameters: Parameters) -> None:
        self._take(self.session, method, parameters)

    def _take(self, session: str, method: str, parameters: Parameters) -> None:
        if method == "Fetch.requestPaused":
            paused = paused_request(parameters, session, self.target, self.url, self._navigation)
            if self.visitor is None:
                self.standing = None  # its script will notice
                self.fail(paused, "Aborted")
            else:
                self.visitor.on_request(paused)
        elif (handler := self._handlers.get(method)) is not None:
            handler(parameters)

    def _on_navigation(self, parameters: Parameters) -> None:
        if parameters["frameId"] == self.target:
            self._navigation = parameters["navigationType"]

    def _on_document(self, parameters: Parameters) -> None:
        frame = parameters["frame"]
        # That the page was left may be told when the next document's request is already there.
        if frame["id"] != self.target or frame["loaderId"] == self._left_for:
            return
        self.documents += 1
        self.standing = None
        self.underway.clear()
        self._document_came.set()
        self.url = frame["url"] + frame.get("urlFragment", "")
        if self.visitor is not None:
            self.visitor.on_document(self.url)

    def _on_address(self, parameters: Parameters) -> None:
        if parameters["frameId"] == self.target:
            self.url = parameters["url"]
            self.standing = None

    def _on_refresh(self, parameters: Parameters) -> None:
        is_refresh = parameters["reason"] in {"metaTagRefresh", "httpHeaderRefresh"}
        if is_refresh and parameters["frameId"] == self.target and self.visitor is not None:
            self.visitor.on_refresh(parameters["url"], float(parameters["delay"]))

    def _on_link(self, parameters: Parameters) -> None:
        if self.visitor is not None:
            self.visitor.on_link(parameters["url"])

    def _on_dialog(self, parameters: Parameters) -> None:
        # Whoever leaves a page is not held back.
        answer = {"accept": parameters["type"] == "beforeunload"}
        self._connection.tell("Page.handleJavaScriptDialog", answer, session=self.session)

    def _on_worlds_gone(self, _: Parameters) -> None:
        self._world = None

    def _on_binding(self, parameters: Parameters) -> None:
        if parameters["name"] == NOTE_BINDING and self.visitor is not None:
            self.visitor.on_note(parameters["payload"])

    def _on_frame(self, parameters: Parameters) -> None:
        """A frame with a process of its own waits to begin until its requests come to us."""
        session = parameters["sessionId"]
        self._frames.add(session)
        self._connection.listen(session, lambda method, told: self._on_frame_event(session, method, told))
        for method, settings in self._preparation():
            if method != "Page.setInterceptFileChooserDialog":
                self._connection.tell(method, settings, session=session)
        self._connection.tell("Runtime.runIfWaitingForDebugger", session=session)

    def _on_frame_event(self, session: str, method: str, parameters: Parameters) -> None:
        if method in _OF_FRAMES:
            self._take(session, method, parameters)

    def _on_frame_gone(self, parameters: Parameters) -> None:
        session = parameters["sessionId"]
        self._frames.discard(session)
        self._connection.forget(session, "its frame is gone")
