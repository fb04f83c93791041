"""What a fetched sitemap comes to: a verdict about the file, and the addresses that it lists."""

from __future__ import annotations

from dataclasses import replace

from catalog.canonical_url import UrlFault, parse_url
from catalog.document import url_key
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery, Verdict, Visit
from catalog.vocabulary import Reason, UrlState, refused
from crawler.outcome import Failed, FileFetched, Gone, HtmlFetched, NotModified, Outcome, Redirected, Refused
from crawler.sitemaps.coverage import EVERYTHING
from crawler.sync import visits
from crawler.sync.connector_crawl import BodyReader, ConnectorCrawl
from crawler.sync.reading import Reading
from crawler.sync.sitemap_links import SitemapJob


async def sitemap_visit(
    crawl: ConnectorCrawl, task: FetchTask, outcome: Outcome, reader: BodyReader
) -> Visit:
    """What the ledger is told of a sitemap that was asked for."""
    match outcome:
        case Gone() | Refused() | Failed():
            return visits.without_content(task, outcome)
        case Redirected():
            return _redirected(crawl, task, outcome)
        case NotModified():
            # Sitemaps are asked for without a condition: nobody else keeps what they said.
            detail = "the server answered 304, which was not asked for"
            return visits.without_content(task, Failed(Reason.PROTOCOL_ERROR, detail, 304))
        case HtmlFetched() | FileFetched():
            return await _read(crawl, task, outcome, reader)


async def _read(
    crawl: ConnectorCrawl, task: FetchTask, outcome: HtmlFetched | FileFetched, reader: BodyReader
) -> Visit:
    if (sentence := crawl.sitemaps.spend(task, len(outcome.body))) is not None:
        unread = Reading(decision=refused(Reason.SITEMAP), detail=sentence)
        return visits.read(task, outcome, unread, crawl.rules)
    reading = await reader.read(
        SitemapJob(
            connector_id=crawl.connector_id,
            url_id=task.url_id,
            url=task.url,
            depth=task.depth,
            body=outcome.body,
            content_type=outcome.headers.get("content-type", ""),
            coverage=crawl.sitemaps.coverage(task),
        )
    )
    for note in reading.notes:
        crawl.sitemaps.warn(f"sitemap {task.url}: {note}")
    kept = replace(reading, discoveries=crawl.sitemaps.admit(task, reading.discoveries))
    return visits.read(task, outcome, kept, crawl.rules)


def _redirected(crawl: ConnectorCrawl, task: FetchTask, outcome: Redirected) -> Visit:
    """The target is met as the sitemap; of one that was only discovered it has to lie in scope."""
    target = parse_url(outcome.target, task.url)
    passed = (*task.redirects, task.url)

    def verdict(state: UrlState, reason: Reason | None = None, rule: str | None = None) -> Verdict:
        return Verdict(
            task.url_id,
            state,
            reason,
            rule=rule,
            detail=outcome.target,
            status=outcome.status,
            attempts=task.attempts + 1,
            milliseconds=outcome.milliseconds,
        )

    if isinstance(target, UrlFault):
        return Visit(verdict(UrlState.FAILED, Reason.INVALID_URL))
    if target.url in passed:
        return Visit(verdict(UrlState.REFUSED, Reason.REDIRECT_LOOP))
    if len(passed) > visits.MAX_REDIRECTS:
        return Visit(verdict(UrlState.REFUSED, Reason.TOO_MANY_REDIRECTS))
    decision = crawl.rules.links.as_an_address(target)
    coverage = crawl.sitemaps.coverage(task)
    if decision.allowed and coverage != EVERYTHING and not coverage.covers(target.url):
        decision = crawl.rules.links.scope.decide(target)
    if not decision.allowed:
        return Visit(verdict(UrlState.REDIRECT, decision.reason, decision.rule))
    crawl.sitemaps.moved(task, target.url)
    found = Discovery(
        key=url_key(crawl.name, target.url),
        url=target.url,
        host=target.host,
        depth=task.depth,
        found_by=FoundBy.SITEMAP_FILE,
        decision=decision,
        referrer_id=task.url_id,
        redirects=passed,
    )
    return Visit(verdict(UrlState.REDIRECT), discoveries=(found,))
