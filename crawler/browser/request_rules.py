"""What may leave a page: GET and HEAD; in a login also what a form sends, the password to its hosts alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import BrowserContext, CDPSession, Error, Page, Route

from catalog.canonical_url import WebAddress, parse_url
from crawler.rules.secret_spellings import spellings

READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request that a page wants to make; header names in lower case."""

    method: str
    url: str
    headers: Sequence[str] = ()
    body: bytes = b""


_NO_LAST_WORDS: Final = """(() => {
  const keepalive = Object.getOwnPropertyDescriptor(Request.prototype, 'keepalive');
  const send = window.fetch, Plain = window.Request;
  const without = (init) => init && init.keepalive ? {...init, keepalive: false} : init;
  const fix = (holder, name, value) =>
    Object.defineProperty(holder, name, {value, writable: false, configurable: false});
  fix(Navigator.prototype, 'sendBeacon', () => true);
  fix(window, 'fetchLater', undefined);
  fix(window, 'Request', new Proxy(Plain, {
    construct: (target, [input, init]) => {
      const made = new target(input, without(init));
      return keepalive.get.call(made) ? new target(made, {keepalive: false}) : made;
    },
  }));
  let leaves = false;
  const reads = method => /^(get|head)$/i.test(method);
  addEventListener('pagehide', () => { leaves = true; }, {capture: true});
  addEventListener('pageshow', () => { leaves = false; }, {capture: true});
  fix(window, 'fetch', (input, init) => {
    if (leaves && !reads((init && init.method) || (input instanceof Plain ? input.method : 'GET')))
      return Promise.reject(new TypeError('Failed to fetch'));
    if (input instanceof Plain && keepalive.get.call(input)) input = new Plain(input, {keepalive: false});
    return send.call(window, input, without(init));
  });
  const methods = new WeakMap(), {open, send: sendAsked} = XMLHttpRequest.prototype;
  fix(XMLHttpRequest.prototype, 'open', function (method, ...more) {
    methods.set(this, method);
    return open.call(this, method, ...more);
  });
  fix(XMLHttpRequest.prototype, 'send', function (body) {
    if (!leaves || reads(methods.get(this))) return sendAsked.call(this, body);
  });
})();"""
"""Requests that outlive their page, and those that it makes while it is left, pass no rule: none is made."""

RequestRule = Callable[[PageRequest], str | None]
"""Why a request may not leave, in a few words; None where it may."""


def reading_only(request: PageRequest) -> str | None:
    """Outside a login: the browser changes nothing on a site."""
    if request.method in READING:
        return None
    return f"{request.method} changes things, and only GET and HEAD read"


class LoginRule:
    """During a login forms may be sent; a secret (of 4 characters or more) only where it may go.

    So a script or a form of an allowed page cannot give the password to anybody else either.
    """

    def __init__(self, may_have_it: Callable[[WebAddress], bool], secrets: Sequence[str]) -> None:
        self._may_have_it = may_have_it
        self._written = [form for secret in secrets if len(secret) >= 4 for form in spellings(secret)]

    def __call__(self, request: PageRequest) -> str | None:
        if not self._carries_a_secret(request):
            return None
        address = parse_url(request.url)
        if isinstance(address, WebAddress) and self._may_have_it(address):
            return None
        return "the password would go to a host that may not be given it"

    def _carries_a_secret(self, request: PageRequest) -> bool:
        said = [request.url.encode(), request.body, *(value.encode() for value in request.headers)]
        return any(form in text for form in self._written for text in said)


OnRefusal = Callable[[PageRequest], None]
"""Is told of each request that was not let out."""


def _ignore(_request: PageRequest) -> None:
    pass


async def hold_to(context: BrowserContext, rule: RequestRule, on_refusal: OnRefusal = _ignore) -> None:
    """Make a rule hold for the requests of a new context, pop-ups and frames included."""

    async def decide(route: Route) -> None:
        request = route.request
        asked = PageRequest(
            request.method, request.url, list(request.headers.values()), request.post_data_buffer or b""
        )
        if rule(asked) is None:
            await route.continue_()
            return
        on_refusal(asked)
        await route.abort("blockedbyclient")

    if rule is reading_only:
        await context.add_init_script(_NO_LAST_WORDS)
    await context.route("**/*", decide)


async def guarded_page(
    context: BrowserContext, rule: RequestRule = reading_only, on_refusal: OnRefusal = _ignore
) -> Page:
    """A new page for which the rule of its context holds without a gap.

    Playwright routes neither redirects (a 307 repeats a POST, with the password that is in it) nor all
    requests of workers that workers began; what is paused here besides its own interception is every request.
    """
    page = await context.new_page()
    session = await page.context.new_cdp_session(page)

    async def decide(paused: dict[str, Any]) -> None:
        asked = paused["request"]
        body = asked.get("postData", "").encode("latin-1", "replace") + asked.get("postData", "").encode()
        request = PageRequest(asked["method"], asked["url"], (), body)
        if _is_preflight(asked) or rule(request) is None:
            await _answer(session, "Fetch.continueRequest", paused)
            return
        on_refusal(request)
        await _answer(session, "Fetch.failRequest", paused, errorReason="BlockedByClient")

    tasks: set[asyncio.Task[None]] = set()

    def begin(paused: dict[str, Any]) -> None:
        task = asyncio.ensure_future(decide(paused))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    session.on("Fetch.requestPaused", begin)
    await session.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
    return page


def _is_preflight(asked: dict[str, Any]) -> bool:
    """Whether CORS asks for leave (Fetch standard, 4.8): Playwright answers that itself, it never leaves."""
    names = {name.lower() for name in asked["headers"]}
    return asked["method"] == "OPTIONS" and "access-control-request-method" in names


async def _answer(session: CDPSession, method: str, paused: dict[str, Any], **more: str) -> None:
    with contextlib.suppress(Error):  # the page went away meanwhile, and the request with it
        await session.send(method, {"requestId": paused["requestId"], **more})
