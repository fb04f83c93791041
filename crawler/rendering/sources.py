"""What a rendered page was made of, and whether that still is the same: then it need not be rendered again.

The document of a scripted page says little of what stands in it. What its scripts show comes of the document,
of the scripts and of the answers to what they asked for: while all of these are byte for byte the same, so is
what they show, but for what they make of the clock and of chance. So a page's requests are remembered, each
with a hash of its answer, and the next sync makes them itself, without a browser. A page of which a request
cannot be made so again (one that carries a token, an answer that did not come) is always rendered.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import orjson

from crawler.rendering.interfaces import Answered, PageRequest, ResourceLoader, Spent, Withheld
from crawler.rules.retry import RETRYABLE

MOST_SOURCES: Final = 100
SECONDS: Final = 30.0
"""How long all requests of one page may take, made without a browser."""

_WITHOUT_TEXT: Final = frozenset(
    {"Image", "Font", "Media", "Stylesheet", "Manifest", "Ping", "CSPViolationReport"}
)
_TELLING: Final = frozenset({"Script", "XHR", "Fetch", "Document"})
_SENT_AGAIN: Final = frozenset({"accept", "accept-language", "origin", "referer", "x-requested-with"})
_OF_NO_EFFECT: Final = re.compile(
    r"user-agent|accept-encoding|cache-control|pragma|priority|dnt|upgrade-insecure-requests|sec-.*"
).fullmatch
_SECRET: Final = re.compile(
    r"[?&;][^=&]*(?:token|auth|sess|secret|sig|key|jwt|csrf|xsrf|pass|code)[^=&]*=", re.I
)
_DIGEST_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Source:
    """A request and a hash of its answer; the names of `headers` are in lower case."""

    url: str
    resource_type: str
    headers: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True)
class PageSources:
    """All that a page was made of. `document` and `shown` are hashes of what HTTP brought of it and of what
    a browser made of that."""

    document: bytes
    shown: bytes
    sources: Sequence[Source]

    def packed(self) -> bytes:
        """As it lies in the catalog: JSON."""
        rows = [[each.url, each.resource_type, dict(each.headers), each.digest] for each in self.sources]
        return orjson.dumps([self.document.hex(), self.shown.hex(), rows])

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """What `packed` packed."""
        document, shown, rows = orjson.loads(packed)
        return cls(bytes.fromhex(document), bytes.fromhex(shown), [Source(*row) for row in rows])


@dataclass(slots=True)
class SourceLog:
    """Takes down what one visit of a page asks for."""

    _sources: dict[str, Source] = field(default_factory=dict)
    _is_whole: bool = True

    def note(self, request: PageRequest, answer: Answered | Withheld) -> None:
        """A request was answered, or not."""
        if request.resource_type in _WITHOUT_TEXT:
            return
        if isinstance(answer, Withheld):
            # What is never let out makes no difference; what did not come today may come tomorrow.
            self._is_whole &= answer.note is None and answer.why not in RETRYABLE and answer.why != "late"
            return
        source = _source(request, answer)
        known = None if source is None else self._sources.setdefault(request.url, source)
        if source is None or known != source or len(self._sources) > MOST_SOURCES:
            self._is_whole = False

    def whole(self) -> tuple[Source, ...] | None:
        """All of it, where it can be asked for again; else None."""
        return tuple(self._sources.values()) if self._is_whole else None


def _source(request: PageRequest, answer: Answered) -> Source | None:
    if request.method != "GET" or request.is_main_document or request.resource_type not in _TELLING:
        return None
    headers = {name: value for name, value in request.headers.items() if name in _SENT_AGAIN}
    others = request.headers.keys() - headers.keys()
    if not all(map(_OF_NO_EFFECT, others)) or _SECRET.search(request.url) or _comes_and_goes(answer):
        return None
    return Source(request.url, request.resource_type, headers, digest(answer))


def _comes_and_goes(answer: Answered) -> bool:
    return answer.status in {401, 403, 429} or answer.status >= 500


def digest(answer: Answered) -> str:
    """A hash of what a script can see of an answer: status, body, and where a redirect leads."""
    target = next((value for name, value in answer.headers if name.lower() == "location"), "")
    head = f"{answer.status}\0{target if 300 <= answer.status < 400 else ''}\0"
    hashed = hashlib.blake2b(head.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES)
    hashed.update(answer.body)
    return hashed.hexdigest()


async def are_the_same(sources: Sequence[Source], loader: ResourceLoader, page: str, generation: int) -> bool:
    """Ask for all that a page was made of; whether every answer is what it was.

    The requests go the way of those of a browser: politeness, robots.txt, logins and caps hold for them, and
    what pages have in common is asked for once.
    """
    spent = Spent(generation=generation, ends_at=time.monotonic() + SECONDS)

    async def is_the_same(source: Source) -> bool:
        request = PageRequest("GET", source.url, source.resource_type, source.headers, False, page)
        answer = await loader.load(request, spent)
        return isinstance(answer, Answered) and digest(answer) == source.digest

    tasks = [asyncio.ensure_future(is_the_same(source)) for source in sources]
    try:
        async with asyncio.timeout(SECONDS):
            for finished in asyncio.as_completed(tasks):
                if not await finished:
                    return False
    except TimeoutError:
        return False
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return not spent.saw_unauthorized
