"""From what a fetch came to, to a visit for the writer: bodies are read, kept links followed again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from catalog.bodies import BodyStore
from catalog.canonical_url import WebAddress, parse_url
from catalog.ledger import read_link_text
from catalog.task import FetchTask, FoundBy
from catalog.visit import Visit
from crawler.auth.keeper import Standing
from crawler.outcome import Failed, FileFetched, Gone, HtmlFetched, NotModified, Outcome, Redirected, Refused
from crawler.sync import visits
from crawler.sync.connector_crawl import BodyReader, ConnectorCrawl
from crawler.sync.following import Following
from crawler.sync.host_turns import HostTurns
from crawler.sync.impostors import Impostors
from crawler.sync.page_reading import PageReading
from crawler.sync.reading import Reading, ReadJob
from crawler.sync.rendered_again import RenderedAgain
from crawler.sync.rereading import Rereading
from crawler.sync.sitemap_visits import sitemap_visit
from crawler.sync.transcribing import Transcriber
from extract.content_type import is_heard, type_by_start
from extract.files.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Understanding:
    """Has bodies read by `reader`, and the links of pages that did not change followed by `following`."""

    reader: BodyReader
    following: Following
    rereading: Rereading
    rendered_again: RenderedAgain
    say: Callable[[str, str], None]
    pages: Mapping[int, PageReading]  # of the connectors that may open pages in a browser
    impostors: Impostors
    link_text_of: Callable[[bytes], Awaitable[str]]  # as the ledger has it now

    @classmethod
    def over(
        cls,
        reader: BodyReader,
        ask_catalog: Callable[[Callable[[Connection], Any]], Awaitable[Any]],
        bodies: BodyStore | None,
        say: Callable[[str, str], None],
        pages: Mapping[int, PageReading],
        *,
        turns: HostTurns,
    ) -> Understanding:
        """One whose catalog is asked by `ask_catalog`, and keeps bodies in `bodies`, if any."""
        following, rereading = Following(ask_catalog), Rereading(ask_catalog, bodies)
        impostors = Impostors(reader, turns)

        async def link_text_of(key: bytes) -> str:
            known: str = await ask_catalog(partial(read_link_text, key=key))
            return known

        return cls(
            reader, following, rereading, RenderedAgain(ask_catalog), say, pages, impostors, link_text_of
        )

    async def visit(
        self, crawl: ConnectorCrawl, task: FetchTask, outcome: Outcome, generation: int = 0
    ) -> Visit | Standing | FetchTask:
        """What the ledger and the catalog are told of an outcome that is final.

        Where a page was opened in a browser its session, of `generation`, may turn out to be over. A task is
        what has to be asked instead: a copy that stands is to be read anew, and is not there.
        """
        if task.found_by is FoundBy.SITEMAP_FILE:
            return await sitemap_visit(crawl, task, outcome, self.reader)
        match outcome:
            case Gone() | Refused() | Failed():
                return visits.without_content(task, outcome)
            case Redirected():
                if task.depth == 0 and task.found_by in {FoundBy.SEED, FoundBy.REDIRECT}:
                    self._widen(crawl, task, outcome)
                return visits.redirected(task, outcome, crawl.name, crawl.rules.links)
            case NotModified() | HtmlFetched() | FileFetched():
                return await self._kept_or_read(crawl, task, outcome, generation)

    async def _kept_or_read(
        self,
        crawl: ConnectorCrawl,
        task: FetchTask,
        outcome: NotModified | HtmlFetched | FileFetched,
        generation: int,
    ) -> Visit | Standing | FetchTask:
        """A page that stands, and was read by the rules of now, is left as it is; any other is read."""
        if isinstance(outcome, NotModified):
            if visits.has_doubtful_headers(outcome):
                return visits.in_full(task)
            if task.read_by == crawl.rules.mark:
                return visits.unchanged(task, outcome, await self._follow_again(crawl, task))
            kept = await self.rereading.answer(task, outcome, crawl.rules)
            if kept is None:
                return visits.in_full(task)
            outcome = kept
        elif crawl.stands(task, outcome) or (
            isinstance(outcome, HtmlFetched)
            and await self.rendered_again.stands(crawl, task, outcome, generation)
        ):
            return visits.unchanged(task, outcome, await self._follow_again(crawl, task))
        return await self._read_anew(crawl, task, outcome, generation)

    async def _read_anew(
        self, crawl: ConnectorCrawl, task: FetchTask, outcome: HtmlFetched | FileFetched, generation: int
    ) -> Visit | Standing | FetchTask:
        """A page is read, and refused if something else stands in its place. Where there is a document it
        leads where it led before, too: what only it links is no orphan because of that."""
        answer = await self._read(crawl, task, outcome, generation)
        if isinstance(answer, Redirected):  # by a script
            return await self.visit(crawl, task, answer, generation)
        if isinstance(answer, Standing):
            return answer
        visit = await self.impostors.judge(crawl, task, outcome, answer)
        if not visits.is_in_quarantine(task, visit):
            return visit
        former = await self._follow_again(crawl, task)
        return replace(
            visit,
            links=None,  # those of the page are kept
            discoveries=(*visit.discoveries, *former.discoveries),
            hosts_refused=(*visit.hosts_refused, *former.hosts_refused),
        )

    def discount(self, crawl: ConnectorCrawl, tasks: Sequence[FetchTask]) -> None:
        """Pages that were read do not count: the links that only they handed over are handed over again."""
        if tasks:
            crawl.rules = replace(crawl.rules)  # rules taken anew come with an empty memory of links
            self.reader.use(crawl.connector_id, crawl.rules)

    async def _read(
        self, crawl: ConnectorCrawl, task: FetchTask, outcome: HtmlFetched | FileFetched, generation: int
    ) -> Visit | Redirected | Standing:
        job = ReadJob(
            connector_id=crawl.connector_id,
            url_id=task.url_id,
            url=task.url,
            depth=task.depth,
            body=outcome.body,
            headers=outcome.headers,
            is_seed=task.found_by is FoundBy.SEED,
            follow=task.found_by is not FoundBy.ORPHAN,
            # The routes of a script share one document, whose canonical link is none of theirs.
            alone=task.found_by is FoundBy.COPY or "#" in task.url,
            link_text=await self._link_text(crawl, task, outcome),
        )
        if isinstance(outcome, HtmlFetched) and (pages := self.pages.get(crawl.connector_id)) is not None:
            return await pages.read(task, outcome, job, generation)
        if isinstance(outcome, FileFetched) and crawl.transcriber is not None:
            heard = await _heard(crawl, crawl.transcriber, task, outcome)
            if isinstance(heard, Refused | Failed):
                return visits.without_content(task, heard)
            job = replace(job, transcript=heard)
        return visits.read(task, outcome, await self.reader.read(job), crawl.rules)

    async def _link_text(
        self, crawl: ConnectorCrawl, task: FetchTask, outcome: HtmlFetched | FileFetched
    ) -> str:
        """What a link says of a URL; where it matters most, also if that was met after the task was taken."""
        if task.link_text or not (isinstance(outcome, FileFetched) or crawl.rules.maps_link_text):
            return task.link_text
        return await self.link_text_of(task.key)

    def _widen(self, crawl: ConnectorCrawl, task: FetchTask, outcome: Redirected) -> None:
        """A seed's redirect target joins the scope, unless people only sign in there."""
        target = parse_url(outcome.target, task.url)
        if not isinstance(target, WebAddress) or crawl.rules.links.scope.decide(target).allowed:
            return
        if crawl.watch is not None and crawl.watch.leads_to_login(task.url, target):
            return
        self.say(crawl.name, f"the seed {task.url} redirects to {target.url}, which joins the scope")
        crawl.rules = replace(crawl.rules, links=crawl.rules.links.with_redirected_seed(target))
        self.reader.use(crawl.connector_id, crawl.rules)

    async def _follow_again(self, crawl: ConnectorCrawl, task: FetchTask) -> Reading:
        if task.found_by is FoundBy.ORPHAN:
            return Reading()
        return await self.following.follow(crawl, task)


async def _heard(
    crawl: ConnectorCrawl, transcriber: Transcriber, task: FetchTask, outcome: FileFetched
) -> Transcript | Refused | Failed | None:
    """What is said in a file; None where it is no audio or video, or not wanted."""
    content_type = type_by_start(outcome.body, outcome.content_type, task.url)
    is_seed = task.found_by is FoundBy.SEED
    if not is_heard(content_type) or not (
        crawl.rules.links.file_decision(task.url, content_type, is_seed=is_seed).allowed
    ):
        return None
    return await transcriber.transcript(task.url, outcome)
