"""Opens a page, waits until it has settled, and gives what stands in it; faults are values."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from playwright.async_api import Error, Page, Request, Response
from playwright.async_api import TimeoutError as PageTimeoutError

from catalog.canonical_url import Site, UrlFault, parse_url
from catalog.vocabulary import Reason
from crawler.browser.egress import Egress
from crawler.outcome import Failed, Refused

QUIET_SECONDS: Final = 0.4
SETTLE_SECONDS: Final = 10.0
OPEN_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.05
_CONTENT_SECONDS: Final = 5.0
_ENDLESS: Final = frozenset({"eventsource", "websocket", "media", "ping"})
"""Requests that a page never waits for."""
_STABLE_DOM: Final = """milliseconds => new Promise(done => {
  const settled = () => { watcher.disconnect(); done(); };
  let timer = setTimeout(settled, milliseconds);
  const watcher = new MutationObserver(() => {
    clearTimeout(timer); timer = setTimeout(settled, milliseconds);
  });
  watcher.observe(document, {subtree: true, childList: true, characterData: true});
})"""
_CODE: Final = re.compile(r"net::(ERR_[A-Z0-9_]+)")


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as its scripts left it. `status` is its document's; `url` where it ended, fragment and all.

    `is_settled` is False where it still changed or loaded when the time was over.
    """

    url: str
    status: int
    html: str
    is_settled: bool = True


class Traffic:
    """The requests of a page that are under way."""

    def __init__(self) -> None:
        self._pending: set[Request] = set()
        self._last_change = time.monotonic()

    @property
    def quiet_seconds(self) -> float:
        """For how long nothing has been under way; 0 while something is."""
        return 0.0 if self._pending else time.monotonic() - self._last_change

    @contextmanager
    def watching(self, page: Page) -> Iterator[Traffic]:
        """Follow a page's requests inside the block."""
        events = (("request", self._begun), ("requestfinished", self._ended), ("requestfailed", self._ended))
        for name, listener in events:
            page.on(name, listener)  # type: ignore[call-overload]
        try:
            yield self
        finally:
            for name, listener in events:
                page.remove_listener(name, listener)

    def _begun(self, request: Request) -> None:
        if request.resource_type not in _ENDLESS:
            self._pending.add(request)
            self._last_change = time.monotonic()

    def _ended(self, request: Request) -> None:
        if request in self._pending:
            self._pending.discard(request)
            self._last_change = time.monotonic()


async def open_page(
    page: Page, url: str, egress: Egress, *, seconds: float = OPEN_SECONDS
) -> RenderedPage | Failed | Refused:
    """Go to an address and wait until the page has settled."""
    address = parse_url(url)
    assert not isinstance(address, UrlFault), "only addresses are opened"
    with Traffic().watching(page) as traffic:
        try:
            response = await page.goto(url, wait_until="domcontentloaded", timeout=seconds * 1000)
        except Error as error:
            return fault_of(error, egress, address.site)
        is_settled = await settle(page, traffic)
    if (fault := egress_fault(response, egress)) is not None:
        return fault
    try:
        return RenderedPage(
            page.url, 0 if response is None else response.status, await content(page), is_settled
        )
    except Error as error:
        return fault_of(error, egress, address.site)


async def settle(page: Page, traffic: Traffic, *, seconds: float = SETTLE_SECONDS) -> bool:
    """Wait until nothing is loaded and the DOM stands still for a moment; False where that took too long.

    A page that navigates meanwhile is waited for as well.
    """
    deadline = time.monotonic() + seconds
    try:
        async with asyncio.timeout(seconds):
            while time.monotonic() < deadline:
                if traffic.quiet_seconds < QUIET_SECONDS:
                    await asyncio.sleep(_LOOK_SECONDS)
                    continue
                if await _stands_still(page) and traffic.quiet_seconds >= QUIET_SECONDS:
                    return True
    except TimeoutError:
        return False
    return False


async def _stands_still(page: Page) -> bool:
    """Whether the DOM did not change for a moment; False where the page was left meanwhile."""
    try:
        await page.evaluate(_STABLE_DOM, QUIET_SECONDS * 1000)
    except Error:
        if page.is_closed():
            raise
        await asyncio.sleep(_LOOK_SECONDS)  # it navigates
        return False
    return True


async def content(page: Page) -> str:
    """The DOM as HTML. Raises `playwright.async_api.Error`, also where the page's scripts never pause."""
    deadline = time.monotonic() + _CONTENT_SECONDS
    while True:
        try:
            async with asyncio.timeout(max(0.1, deadline - time.monotonic())):
                return await page.content()
        except TimeoutError:
            raise PageTimeoutError("the scripts of the page never pause") from None
        except Error:
            if page.is_closed() or time.monotonic() >= deadline:
                raise
            await asyncio.sleep(_LOOK_SECONDS)  # it navigates


async def changed_from(page: Page, before: str, seconds: float) -> bool:
    """Wait until the page says something else than before; False where it never did."""
    deadline = time.monotonic() + seconds
    while True:
        if await content(page) != before:
            return True
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(_LOOK_SECONDS)


def egress_fault(response: Response | None, egress: Egress) -> Failed | Refused | None:
    """What our own proxy said in the place of an http site."""
    if response is None or response.status not in {403, 502}:
        return None
    address = parse_url(response.url)
    return None if isinstance(address, UrlFault) else egress.fault_of(address.site)


def fault_of(error: Error, egress: Egress, site: Site) -> Failed | Refused:
    """From what the browser says to an outcome; what its proxy knows of the site says more."""
    if (fault := egress.fault_of(site)) is not None:
        return fault
    if isinstance(error, PageTimeoutError):
        return Failed(Reason.TIMEOUT, f"{site.host} gave no complete page within the time limit")
    named = _CODE.search(error.message)
    if named is not None:
        return _fault_of_code(named[1], site.host)
    lines = error.message.strip().splitlines() or ["it crashed"]
    return Failed(Reason.BROWSER_FAILED, f"the browser could not show {site.host}: {lines[0]}")


def _fault_of_code(code: str, host: str) -> Failed | Refused:
    """The one table from Chromium's network errors to reasons."""
    words = code.removeprefix("ERR_").lower().replace("_", " ")
    if code == "ERR_INVALID_AUTH_CREDENTIALS":  # a challenge for which the context has no credentials
        return Refused(Reason.UNAUTHORIZED, "the server answered 401", 401)
    if code == "ERR_ABORTED":
        return Refused(Reason.UNSUPPORTED_TYPE, f"{host} answered with a download")
    if code.startswith(("ERR_CERT", "ERR_SSL")):
        return Failed(
            Reason.TLS_FAILED,
            f"the TLS certificate of {host} is not accepted: {words}; "
            "set tls.ca_file if the authority is yours",
        )
    return Failed(Reason.CONNECTION_FAILED, f"the browser got no page from {host}: {words}")
