"""From a task to an outcome over HTTP: the fetcher of a connector."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, Literal

import httpx2

from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask, FoundBy
from catalog.vocabulary import Reason
from crawler.fetch.answer import REDIRECTS, Answer, outcome_of_answer, redirect_target, wants_body
from crawler.fetch.clients import SiteClients
from crawler.fetch.decoding import ACCEPTED, Body, BodyTooLargeError
from crawler.fetch.direct_auth import merged
from crawler.fetch.exchange import Exchange
from crawler.fetch.faults import FAULTS, outcome_of
from crawler.fetch.http11 import Headers
from crawler.fetch.network import Network
from crawler.fetch.resource import Count, ResourceAnswer, in_order, is_endless, without_claims
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.outcome import Failed, Outcome, Refused
from crawler.rules.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from crawler.sitemaps.unpack import LARGEST as LARGEST_SITEMAP
from settings.connector import ConnectorSettings

DEFAULT_USER_AGENT = f"sitelore/{version('sitelore')}"
ROBOTS_SECONDS = 10.0
MAX_ROBOTS_REDIRECTS = 5
_ROBOTS_MARGIN_BYTES = 1 << 20
_ACCEPT = b"text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"
_NO_FIELDS: Final[Headers] = []
_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class _Question:
    """One request as the fetcher sends it; `reads_body` says by the status whether the body is wanted."""

    address: WebAddress
    fields: Headers
    auth: httpx2.Auth | None
    method: Literal["GET", "POST"] = "GET"
    body: bytes = b""
    reads_body: Callable[[int], bool] = wants_body
    max_bytes: int | None = None  # another cap than the fetcher's own


class HttpFetcher:
    """Fetches the pages of one connector; every fault is an outcome, none an exception.

    `seconds` bounds a whole request, from resolving the name to the last byte; `max_bytes` a body, both on
    the wire and decompressed. `logins` are auth flows by origin (``https://wiki.example.com``): no other
    origin is sent anything of them. Cookies are not kept.
    """

    def __init__(
        self,
        network: Network,
        *,
        max_bytes: int,
        seconds: float,
        user_agent: str = DEFAULT_USER_AGENT,
        logins: Mapping[str, httpx2.Auth] | None = None,
    ) -> None:
        self._network = network
        self._clients = SiteClients(network)
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._logins = logins or {}
        self._fields: Headers = [
            (b"User-Agent", _field_value(user_agent)),
            (b"Accept", _ACCEPT),
            (b"Accept-Encoding", ACCEPTED.encode()),
        ]

    @classmethod
    def for_connector(
        cls, connector: ConnectorSettings, network: Network, logins: Mapping[str, httpx2.Auth]
    ) -> HttpFetcher:
        """The fetcher that a connector's settings describe, by its way out."""
        return cls(
            network,
            max_bytes=connector.scope.max_file_size,
            seconds=connector.politeness.timeout.total_seconds(),
            user_agent=connector.politeness.user_agent or DEFAULT_USER_AGENT,
            logins=logins,
        )

    async def fetch(self, task: FetchTask, *, conditional: bool = True) -> Outcome:
        """Ask for a page or file; `conditional` lets the server answer that ours still stands."""
        address = parse_url(task.url)
        if not isinstance(address, WebAddress):
            return Refused(Reason.INVALID_URL, address.detail)
        if address.scheme not in _SCHEMES:
            return Refused(Reason.UNSUPPORTED_SCHEME, f"{address.scheme}: only http and https are crawled")
        validators = _validators(task) if conditional else []
        login = self._logins.get(address.origin)
        # `max_file_size` is for documents.
        max_bytes = LARGEST_SITEMAP if task.found_by is FoundBy.SITEMAP_FILE else None
        answer = await self._answer(_Question(address, validators, login, max_bytes=max_bytes))
        if not isinstance(answer, Answer):
            return answer
        return outcome_of_answer(answer, address.url, conditional=bool(validators))

    async def ask(
        self,
        address: WebAddress,
        *,
        method: Literal["GET", "POST"] = "GET",
        fields: Headers = _NO_FIELDS,
        body: bytes = b"",
        auth: httpx2.Auth | None = None,
    ) -> Answer | Failed | Refused:
        """Send one request, following no redirect, with no login but `auth`.

        The body is read whatever the status: a refused login often says why on its page.
        """
        return await self._answer(_Question(address, fields, auth, method, body, lambda _status: True))

    async def fetch_resource(
        self,
        address: WebAddress,
        fields: Headers,
        *,
        seconds: float,
        max_bytes: int,
        count: Count,
        reads_body: bool = True,
    ) -> ResourceAnswer | Failed | Refused:
        """Ask for what a rendered page wants, with the page's own headers and under its origin's login.

        No redirect is followed. Bodies are read whatever the status says, up to `max_bytes` or the fetcher's
        own cap, and as far as `count` lets; `reads_body` False is a HEAD, which is sent as a GET.
        """
        auth = self._logins.get(address.origin)
        question = _Question(address, without_claims(fields, auth), auth)
        seconds = min(seconds, self._seconds)
        try:
            async with asyncio.timeout(seconds), await self._exchange(question) as exchange:
                headers = _by_name(exchange.headers)
                if is_endless(content_type := headers.get("content-type", "")):
                    return Refused(Reason.UNSUPPORTED_TYPE, f"{address.host} answered with {content_type}")
                body = b""
                if reads_body and exchange.status not in {*REDIRECTS, 204, 304}:
                    body = await self._read(exchange, headers, min(max_bytes, self._max_bytes), count)
                else:
                    await exchange.drain()
                return ResourceAnswer(exchange.status, in_order(exchange.headers), body)
        except FAULTS as error:
            return outcome_of(self._network.explained(error, address.site, seconds), address.host)

    async def fetch_robots(self, origin: str) -> RobotsAnswer:
        """Ask for an origin's robots.txt, following five redirects (RFC 9309 section 2.3.1.2).

        A sixth redirect is an answer with its 3xx status.
        """
        address = parse_url("/robots.txt", origin)
        assert isinstance(address, WebAddress), f"{origin} is no origin"
        try:
            async with asyncio.timeout(ROBOTS_SECONDS):
                return await self._ask_for_robots(address)
        except FAULTS as error:
            explained = self._network.explained(error, address.site, ROBOTS_SECONDS)
            fault = outcome_of(explained, address.host)
            is_final = isinstance(fault, Refused) or self._network.fault is not None
            return RobotsAnswer(None, failure=fault.reason, detail=fault.detail, is_final=is_final)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._clients.aclose()

    async def _answer(self, question: _Question) -> Answer | Failed | Refused:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._ask(question)
        except FAULTS as error:
            address = question.address
            return outcome_of(self._network.explained(error, address.site, self._seconds), address.host)

    async def _ask(self, question: _Question) -> Answer:
        started = time.monotonic()
        async with await self._exchange(question) as exchange:
            headers = _by_name(exchange.headers)
            body = b""
            if question.reads_body(exchange.status):
                body = await self._read(exchange, headers, question.max_bytes or self._max_bytes)
            else:
                await exchange.drain()
        return Answer(exchange.status, headers, body, round((time.monotonic() - started) * 1000))

    async def _exchange(self, question: _Question) -> Exchange:
        address = question.address
        client = await self._clients.client(address.site)
        fields = [(b"Host", address.host.encode()), *merged(self._fields, question.fields)]
        target = address.url[len(address.origin) :]
        return Exchange(client, target, fields, question.auth, method=question.method, body=question.body)

    async def _read(
        self,
        exchange: Exchange,
        headers: Mapping[str, str],
        max_bytes: int,
        count: Count = lambda _bytes: None,
    ) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > max_bytes:
            raise BodyTooLargeError(f"Content-Length {int(length[:20]):,} is beyond {max_bytes:,} bytes")
        body = Body(headers.get("content-encoding", ""), max_bytes)
        counted = 0
        while piece := await exchange.read():
            body.feed(piece)
            count(body.size - counted)
            counted = body.size
        return body.finish()

    async def _ask_for_robots(self, address: WebAddress) -> RobotsAnswer:
        for remaining in range(MAX_ROBOTS_REDIRECTS, -1, -1):
            async with await self._exchange(
                _Question(address, _NO_FIELDS, self._logins.get(address.origin))
            ) as exchange:
                headers = _by_name(exchange.headers)
                body = await _read_start(exchange, headers) if wants_body(exchange.status) else b""
            answer = Answer(exchange.status, headers, body, 0)
            target = redirect_target(answer, address.url) if answer.status in REDIRECTS else None
            following = None if target is None else parse_url(target)
            if not isinstance(following, WebAddress) or following.scheme not in _SCHEMES or not remaining:
                break
            address = following
        outcome = outcome_of_answer(answer, address.url, conditional=False)
        retry_after = outcome.retry_after if isinstance(outcome, Failed) else None
        return RobotsAnswer(answer.status, body, retry_after=retry_after)


async def _read_start(exchange: Exchange, headers: Mapping[str, str]) -> bytes:
    """The first 500 KiB of a body."""
    body = Body(headers.get("content-encoding", ""), MAX_ROBOTS_BYTES + _ROBOTS_MARGIN_BYTES)
    while body.size < MAX_ROBOTS_BYTES and (piece := await exchange.read()):
        body.feed(piece)
    return body.so_far()[:MAX_ROBOTS_BYTES]


def _validators(task: FetchTask) -> Headers:
    """The headers of a conditional request (RFC 9110 section 13.1)."""
    validators: Headers = []
    if task.etag:
        validators.append((b"If-None-Match", _field_value(task.etag)))
    if task.last_modified:
        validators.append((b"If-Modified-Since", _field_value(task.last_modified)))
    return validators


def _field_value(text: str) -> bytes:
    return "".join(text.splitlines()).encode("latin-1", "replace")


def _by_name(headers: Headers) -> dict[str, str]:
    """Headers as text; those that occur several times are joined by commas (RFC 9110 section 5.3)."""
    named: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1")
        value = raw_value.decode("latin-1")
        named[name] = f"{named[name]}, {value}" if name in named else value
    return named
