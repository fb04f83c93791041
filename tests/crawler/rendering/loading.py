"""A resource loader over a real fetcher, and the requests of a page, for the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from catalog.canonical_url import WebAddress, parse_url
from crawler.fetch.fetcher import HttpFetcher
from crawler.fetch.network import Network
from crawler.fetch.tls import tls_context
from crawler.rendering.interfaces import Answered, PageRequest, Spent, Withheld
from crawler.rendering.resources import SiteResources
from crawler.rules.guard import Guard

MAX_BYTES = 4_000_000


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


class Clock:
    """A time that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def resources(
    *seeds: str,
    logins: Mapping[str, httpx2.Auth] | None = None,
    network: Network | None = None,
    **options: Any,
) -> AsyncIterator[SiteResources]:
    """A loader that may reach the seeds, without names to resolve."""
    network = network or Network(Guard.for_seeds([address(seed) for seed in seeds]), tls_context(None))
    fetcher = HttpFetcher(network, max_bytes=MAX_BYTES, seconds=5.0, logins=logins)
    try:
        yield SiteResources(fetcher, **options)
    finally:
        await fetcher.aclose()


def wants(
    url: str,
    kind: str = "XHR",
    *,
    page: str | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    is_main_document: bool = False,
) -> PageRequest:
    """What a page, by default one of the same origin, asks for."""
    page = page or f"{address(url).origin}/"
    return PageRequest(method, url, kind, {"accept": "*/*", **(headers or {})}, is_main_document, page)


async def given(loader: SiteResources, request: PageRequest, spent: Spent | None = None) -> Answered:
    """What the loader gives, which is an answer."""
    answer = await loader.load(request, spent or Spent())
    assert isinstance(answer, Answered), answer
    return answer


async def withheld(loader: SiteResources, request: PageRequest, spent: Spent | None = None) -> Withheld:
    """Why the loader gives nothing."""
    answer = await loader.load(request, spent or Spent())
    assert isinstance(answer, Withheld), answer
    return answer


def header(answer: Answered, name: str) -> Sequence[str]:
    """The values of a header."""
    return [value for each, value in answer.headers if each == name]
