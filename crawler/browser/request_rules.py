"""What may leave a page: GET and HEAD; in a login also what a form sends, the password to its hosts alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

from playwright.async_api import BrowserContext, Route

from crawler.rules.canonical_url import UrlFault, parse_url

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
  fix(window, 'fetch', (input, init) => {
    if (input instanceof Plain && keepalive.get.call(input)) input = new Plain(input, {keepalive: false});
    return send.call(window, input, without(init));
  });
})();"""
"""Requests that outlive their page (beacons, ``keepalive``) pass no rule: they are not for a page to make."""

RequestRule = Callable[[PageRequest], str | None]
"""Why a request may not leave, in a few words; None where it may."""


def reading_only(request: PageRequest) -> str | None:
    """Outside a login: the browser changes nothing on a site."""
    if request.method in READING:
        return None
    return f"{request.method} changes things, and only GET and HEAD read"


class LoginRule:
    """During a login forms may be sent; the password, and the code, only to hosts that may be given it."""

    def __init__(self, hosts: frozenset[str], secrets: Sequence[str]) -> None:
        self._hosts = hosts
        self._written = [form for secret in secrets for form in _ways_to_write(secret)]

    def __call__(self, request: PageRequest) -> str | None:
        address = parse_url(request.url)
        host = "" if isinstance(address, UrlFault) else address.host
        if host in self._hosts or not self._carries_a_secret(request):
            return None
        return f"the password would go to {host}"

    def _carries_a_secret(self, request: PageRequest) -> bool:
        said = [request.url.encode(), request.body, *(value.encode() for value in request.headers)]
        return any(form in text for form in self._written for text in said)

    def __repr__(self) -> str:
        return f"LoginRule({', '.join(sorted(self._hosts))})"


def _ways_to_write(secret: str) -> set[bytes]:
    """How a secret stands in URLs, forms, JSON and headers."""
    raw = secret.encode()
    texts = {quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
    return {raw, base64.b64encode(raw), *(text.encode() for text in texts)}


async def hold_to(
    context: BrowserContext, rule: RequestRule, on_refusal: Callable[[PageRequest, str], None] | None = None
) -> None:
    """Make a rule hold for every request of a new context."""

    async def decide(route: Route) -> None:
        request = route.request
        asked = PageRequest(
            request.method, request.url, list(request.headers.values()), request.post_data_buffer or b""
        )
        refusal = rule(asked)
        if refusal is None:
            await route.continue_()
            return
        if on_refusal is not None:
            on_refusal(asked, refusal)
        await route.abort("blockedbyclient")

    if rule is reading_only:
        await context.add_init_script(_NO_LAST_WORDS)
    await context.route("**/*", decide)
