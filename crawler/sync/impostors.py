"""Refuses pages that stand where content was expected, after proof where a look at them is not enough.

Such a page is not indexed, nor does it say that the document is gone. What is only suspected of a page is
proved by what the site answers to an address that cannot be there, in the same folder: the idea of
Bar-Yossef, Broder, Kumar and Tomkins, "Sic transit gloria telae" (WWW 2004, section 3). That is asked once a
folder, and only where there is reason to: a suspicion, or a page that changed after no page led to it any
more.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.content import unpack_blocks
from catalog.document import url_key
from catalog.task import FetchTask, FoundBy
from catalog.visit import DocumentDraft, Suspicion, Visit
from catalog.vocabulary import Reason, refused
from crawler.auth.keeper import Standing
from crawler.outcome import FileFetched, HtmlFetched, Redirected
from crawler.sync.connector_crawl import BodyReader, ConnectorCrawl
from crawler.sync.host_turns import HostTurns
from crawler.sync.reading import Reading, ReadJob
from crawler.sync.visits import of_no_worth

MOST_FOLDERS: Final = 50
"""Folders of a connector that are asked for something that is not there, in one run."""

ALIKE: Final = 0.9
"""Share of all words of two pages that both have, from which on they say the same."""

_WORD: Final = re.compile(r"\w+")
_OUTWEIGHED: Final = frozenset({None, Reason.NOT_LINKED_ANY_MORE, Reason.NOINDEX, Reason.EMPTY_CONTENT})
"""What may be said of a page meanwhile, and does not hold of one that only stands in its place."""
_CHANGED_ORPHAN: Final = Suspicion(Reason.SOFT_404, "no page leads to it any more", is_sure=False)


@dataclass(frozen=True, slots=True)
class MissingPage:
    """What a site answers to an address that is not there: words of a page, or where it redirects to."""

    words: frozenset[str] | None = None
    redirect: str | None = None


@dataclass(slots=True)
class Impostors:
    """Tells impostors from pages for all crawls of a sync; asks in turn with the crawl, by `turns`."""

    reader: BodyReader
    turns: HostTurns
    _missing: dict[tuple[int, str], asyncio.Future[MissingPage]] = field(default_factory=dict)

    async def judge(
        self, crawl: ConnectorCrawl, task: FetchTask, outcome: HtmlFetched | FileFetched, visit: Visit
    ) -> Visit:
        """The visit as it is, or what it comes to where the page is an impostor."""
        suspicion = visit.suspicion
        if suspicion is None and task.found_by is FoundBy.ORPHAN and isinstance(outcome, HtmlFetched):
            suspicion = _CHANGED_ORPHAN
        if suspicion is None or visit.verdict is None or visit.verdict.reason not in _OUTWEIGHED:
            return visit
        seen: str | None = suspicion.seen
        if not suspicion.is_sure:
            seen = await self._proof(crawl, task, suspicion, visit.draft)
        return visit if seen is None else of_no_worth(visit, refused(suspicion.reason), seen)

    async def _proof(
        self, crawl: ConnectorCrawl, task: FetchTask, suspicion: Suspicion, draft: DocumentDraft | None
    ) -> str | None:
        """What the site does at an address that is not there, if that proves what a page is suspected of.

        Many sites show their front page there, which proves nothing against that.
        """
        address = parse_url(task.url)
        if draft is None or not isinstance(address, WebAddress):
            return None
        if task.found_by is FoundBy.SEED or address.path == "/":
            return None
        missing = await self._answer_to_nothing(crawl, address)
        if missing.redirect == task.url and suspicion.reason is Reason.SOFT_404:
            return "the site redirects to it from addresses that are not there"
        if missing.words is not None and alike(words_of(draft, task.url), missing.words):
            return "the site answers just this to addresses that are not there"
        return None

    async def _answer_to_nothing(self, crawl: ConnectorCrawl, address: WebAddress) -> MissingPage:
        folder = address.origin + address.path.rpartition("/")[0] + "/"
        key = crawl.connector_id, folder
        if key not in self._missing:
            if sum(owner == crawl.connector_id for owner, _ in self._missing) >= MOST_FOLDERS:
                return MissingPage()
            self._missing[key] = asyncio.ensure_future(self._ask(crawl, folder))
        return await asyncio.shield(self._missing[key])

    async def _ask(self, crawl: ConnectorCrawl, folder: str) -> MissingPage:
        address = parse_url(f"{folder}{_nothing(folder)}")
        if not isinstance(address, WebAddress):
            return MissingPage()
        if crawl.obeys_robots and not crawl.robots.decide(address).allowed:
            return MissingPage()
        await self.turns.request(crawl, address.host)
        # It has no row in the ledger and gets none: nobody has named it.
        task = FetchTask(
            0, url_key(crawl.name, address.url), address.url, address.host, 0, crawl.connector_id
        )
        outcome = await crawl.fetcher.fetch(task, conditional=False)
        standing, outcome = (
            await crawl.judge(task, outcome, 0) if crawl.watch is None else (Standing.ALIVE, outcome)
        )
        if standing is not Standing.ALIVE:
            return MissingPage()
        if isinstance(outcome, Redirected):
            target = parse_url(outcome.target, address.url)
            return MissingPage(redirect=target.url if isinstance(target, WebAddress) else None)
        if not isinstance(outcome, HtmlFetched):
            return MissingPage()
        job = ReadJob(
            crawl.connector_id, 0, address.url, 0, outcome.body, outcome.headers, follow=False, alone=True
        )
        reading: Reading = await self.reader.read(job)
        return MissingPage(None if reading.draft is None else words_of(reading.draft, address.url))


def _nothing(folder: str) -> str:
    """A name that no page has; the same in each run, so that runs can be compared."""
    return hashlib.blake2b(folder.encode(), digest_size=8).hexdigest()


def words_of(draft: DocumentDraft, url: str) -> frozenset[str]:
    """The words of a page without those of its own address, which error pages repeat."""
    own = set(_WORD.findall(url.lower()))
    return frozenset(_WORD.findall(f"{draft.title} {_text(draft)}".lower())) - own


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two pages say the same: by the share of their words that they have in common (Jaccard)."""
    return bool(one) and len(one & other) >= ALIKE * len(one | other)


def _text(draft: DocumentDraft) -> str:
    return "\n".join(block.text for block in unpack_blocks(draft.content))
