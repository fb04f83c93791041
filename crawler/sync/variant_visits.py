"""Variants of addresses in a crawl: those recognised are not asked for, those asked for are learned from.

A normal form that nothing led to is queued instead of its variant, so that no page is lost; where there is no
page after all, the variant is asked for at the run's end as any copy is whose original does not stand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection

from catalog.canonical_url import WebAddress, parse_url
from catalog.content import unpack_links
from catalog.document import url_key
from catalog.links import read_links_of
from catalog.task import FetchTask, FoundBy
from catalog.url_variants import (
    Comparison,
    Likeness,
    compare,
    refuted_in,
    requeue_recognised,
    save_variants,
)
from catalog.visit import Discovery, Verdict, Visit
from catalog.vocabulary import ALLOWED, Reason, UrlState
from catalog.writer import RunContext
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.variants.forms import Kind, Step
from crawler.variants.learning import Claim
from crawler.variants.links import leads_further

_BY_ADDRESS: Final = frozenset({FoundBy.LINK, FoundBy.SITEMAP})
"""What may be recognised: where a server, a page or the configuration itself leads is asked for."""


@dataclass(slots=True)
class _Examination:
    """Claims of one crawl that wait to be examined; `visited` are the addresses visited since the last ones
    were."""

    claims: list[Claim]
    visited: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class VariantVisits:
    """Recognises variants, and has claims examined.

    `write` runs a function in a transaction after all visits handed over so far, `hand_over` hands over one
    that is of no URL of the frontier, `run_errand` starts work beside the loop, `wake` calls the loop.
    """

    write: Callable[[Callable[[Connection], Any]], Awaitable[Any]]
    hand_over: Callable[[RunContext, Visit], None]
    run_errand: Callable[[Coroutine[Any, Any, None]], None]
    wake: Callable[[], None]
    _underway: dict[int, _Examination] = field(default_factory=dict)

    def recognised(self, crawl: ConnectorCrawl, task: FetchTask) -> Visit | None:
        """The visit of an address that need not be asked for, since it is a variant of another one.

        One that has a document of its own is asked for: that stays (`catalog.copies`).
        """
        if task.found_by not in _BY_ADDRESS or task.document_id == task.key.hex() or "#" in task.url:
            return None
        found = crawl.variants.recognise(task.url, task.key)
        if found is None:
            return None
        normal = _discovery(crawl, found.url, task.depth, task.url_id, task.link_text)
        if normal is None or crawl.rules.access_id(found.url) != crawl.rules.access_id(task.url):
            return None
        verdict = Verdict(
            task.url_id,
            UrlState.DUPLICATE,
            Reason.DUPLICATE_OF,
            rule=found.rule,
            detail=found.url,
            attempts=task.attempts,
            document_id=normal.key.hex(),
        )
        return Visit(verdict, discoveries=(normal,))

    def noted(self, crawl: ConnectorCrawl, task: FetchTask, visit: Visit) -> Visit:
        """Learn from a visit; it may lead to a normal form as well. What it claims is examined later."""
        verdict = visit.verdict
        if verdict is None or verdict.attempts == task.attempts or "#" in task.url:
            return visit
        if (underway := self._underway.get(crawl.connector_id)) is not None:
            underway.visited.add(task.url)
        claims: list[Claim] = []
        normal = None
        match verdict.state:
            case UrlState.INDEXED | UrlState.UNCHANGED:
                claims, normal = crawl.variants.met(task.url)
            case UrlState.GONE | UrlState.REFUSED:
                claims = crawl.variants.came_to_nothing(task.url)
            case UrlState.REDIRECT if verdict.detail is not None:
                self._redirected(crawl, task, verdict.detail)
                claims = crawl.variants.came_to_nothing(task.url)
        if (
            normal is not None
            and (found := _discovery(crawl, normal, task.depth, task.url_id, task.link_text)) is not None
        ):
            visit = replace(visit, discoveries=(*visit.discoveries, found))
        if claims or crawl.variants.has_unsaved:
            self._examine_later(crawl, claims)
        return visit

    def _redirected(self, crawl: ConnectorCrawl, task: FetchTask, target: str) -> None:
        address = parse_url(target, task.url)
        if isinstance(address, WebAddress):
            crawl.variants.redirected(task.url, address.url)

    def _examine_later(self, crawl: ConnectorCrawl, claims: list[Claim]) -> None:
        if (underway := self._underway.get(crawl.connector_id)) is not None:
            underway.claims += claims
            return
        self._underway[crawl.connector_id] = _Examination(claims)
        crawl.in_flight += 1  # no phase ends while something may be queued
        self.run_errand(self._examine(crawl))

    async def _examine(self, crawl: ConnectorCrawl) -> None:
        run, underway = crawl.context, self._underway[crawl.connector_id]
        try:
            while underway.claims or crawl.variants.has_unsaved:
                claims, underway.claims = underway.claims, []
                underway.visited.clear()
                for claim, found in await self.write(partial(examine, crawl, claims)):
                    if found.likeness is Likeness.NOT_YET and claim.other in underway.visited:
                        underway.claims.append(claim)
                    else:
                        self._learn(crawl, claim, found)
                records = crawl.variants.take_unsaved()
                await self.write(
                    partial(save_variants, connector_id=run.connector_id, run_id=run.run_id, records=records)
                )
        finally:
            del self._underway[crawl.connector_id]
            crawl.in_flight -= 1
            self.wake()

    def _learn(self, crawl: ConnectorCrawl, claim: Claim, found: Comparison) -> None:
        probe = crawl.variants.learn(claim, found.likeness, found.content)
        normal = None if probe is None else _discovery(crawl, probe, found.depth, found.ids[0])
        if normal is not None:
            self.hand_over(crawl.context, Visit(discoveries=(normal,)))


def examine(
    crawl: ConnectorCrawl, claims: Sequence[Claim], connection: Connection
) -> list[tuple[Claim, Comparison]]:
    """What the ledger says of claims, and the links of pages that are the same."""
    run_id = crawl.context.run_id
    examined = []
    for claim in claims:
        keys = [url_key(crawl.name, url) for url in (claim.variant, claim.other)]
        found = compare(connection, run_id, *keys)
        if found.likeness is Likeness.SAME and _leads_further(crawl, claim, found, connection):
            found = replace(found, likeness=Likeness.UNCLEAR)
        examined.append((claim, found))
    return examined


def _leads_further(crawl: ConnectorCrawl, claim: Claim, found: Comparison, connection: Connection) -> bool:
    packed = read_links_of(connection, found.ids)
    links, others = (
        [url for url, nofollow in unpack_links(packed[number]) if not nofollow] if number in packed else []
        for number in found.ids
    )
    form = crawl.variants.form_of_links(claim)

    def wanted(url: str) -> bool:
        address = parse_url(url)
        return isinstance(address, WebAddress) and crawl.rules.links.decide(address, found.depth + 1).allowed

    return leads_further(claim.variant, links, others, form, wanted)


def queue_refuted_again(crawl: ConnectorCrawl, connection: Connection) -> int:
    """Queue what this run took for variants by rules that it found wrong later; return how many."""
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    return sum(
        requeue_recognised(
            connection, connector_id, run_id, record.host, Step(Kind(record.kind), record.name).words
        )
        for record in refuted_in(connection, connector_id, run_id)
    )


def _discovery(
    crawl: ConnectorCrawl, url: str, depth: int, referrer_id: int, link_text: str = ""
) -> Discovery | None:
    """A normal form as it is met, where the rules allow it."""
    address = parse_url(url)
    if not isinstance(address, WebAddress) or address.url != url:
        return None
    if not crawl.rules.links.decide(address, depth).allowed:
        return None
    return Discovery(
        key=url_key(crawl.name, url),
        url=url,
        host=address.host,
        depth=depth,
        found_by=FoundBy.LINK,
        decision=ALLOWED,
        referrer_id=referrer_id,
        link_text=link_text,
    )
