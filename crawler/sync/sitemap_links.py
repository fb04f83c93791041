"""From a sitemap's body to what the ledger is told of: runs in the parser processes, as links of pages do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from catalog.canonical_url import UrlFault, WebAddress, parse_url
from catalog.document import url_key
from catalog.task import FoundBy
from catalog.visit import EXAMPLES_PER_HOST, Discovery, HostRefused
from catalog.vocabulary import Decision, Reason, refused
from crawler.rules.hash_routing import HashRouting, with_route
from crawler.rules.link_rules import LinkRules
from crawler.sitemaps.coverage import EVERYTHING, Coverage
from crawler.sitemaps.entry import Entry, Sitemap
from crawler.sitemaps.read import read_sitemap


@dataclass(frozen=True)  # no slots: pickled in C
class SitemapJob:
    """A sitemap to be read; its pages get its own `depth`. `coverage` says for which it may speak."""

    connector_id: int
    url_id: int
    url: str
    depth: int
    body: bytes
    content_type: str
    coverage: Coverage = EVERYTHING


@dataclass(frozen=True)
class SitemapRules:
    """What a connector's rules say of what a sitemap lists; `hosts` are those whose refusals have rows."""

    connector: str
    links: LinkRules
    hosts: frozenset[str]
    hash_routing: Mapping[str, HashRouting]


@dataclass(frozen=True)
class SitemapLinks:
    """What a sitemap leads to; `decision` and `detail` are the verdict about the file itself."""

    decision: Decision
    detail: str
    discoveries: tuple[Discovery, ...] = ()
    hosts_refused: tuple[HostRefused, ...] = ()
    notes: tuple[str, ...] = ()


def follow_sitemap(job: SitemapJob, rules: SitemapRules) -> SitemapLinks:
    """Read a sitemap and decide about each address; bad input is a verdict, never an exception."""
    sitemap = read_sitemap(job.body, job.content_type)
    if sitemap.fault is not None:
        return SitemapLinks(refused(Reason.BROKEN_FILE), sitemap.fault, notes=sitemap.notes)
    return follow_entries(sitemap, job, rules)


def follow_entries(sitemap: Sitemap, job: SitemapJob, rules: SitemapRules) -> SitemapLinks:
    """Decide about the addresses of a sitemap that was read; those of other sitemaps are met as such."""
    found: dict[str, Discovery] = {}
    hosts: dict[tuple[str, Reason], list[str]] = {}
    unparsable = uncovered = 0
    for text, lastmod, is_sitemap in _addresses(sitemap.entries):
        address = parse_url(text, job.url or None)
        if isinstance(address, UrlFault):
            unparsable += 1
            continue
        address = address if is_sitemap else with_route(address, rules.hash_routing)
        if address.url in found or address.url == job.url:
            continue
        decision = _decide(address, job, rules, is_sitemap=is_sitemap)
        if decision.allowed and not is_sitemap and not job.coverage.covers(address.url):
            uncovered += 1
            continue
        if decision.reason is not None and address.host not in rules.hosts:
            hosts.setdefault((address.host, decision.reason), []).append(address.url)
            continue
        found[address.url] = Discovery(
            key=url_key(rules.connector, address.url),
            url=address.url,
            host=address.host,
            depth=job.depth,
            found_by=FoundBy.SITEMAP_FILE if is_sitemap else FoundBy.SITEMAP,
            decision=decision,
            referrer_id=job.url_id or None,
            lastmod=None if is_sitemap else lastmod,
        )
    return SitemapLinks(
        decision=refused(Reason.SITEMAP),
        detail=f"{sitemap.kind.value} of {len(sitemap.entries):,} addresses",
        discoveries=tuple(found.values()),
        hosts_refused=tuple(
            HostRefused(host, reason, len(urls), tuple(urls[:EXAMPLES_PER_HOST]))
            for (host, reason), urls in hosts.items()
        ),
        notes=(*sitemap.notes, *_left_out(unparsable, uncovered)),
    )


def _addresses(entries: tuple[Entry, ...]) -> Iterator[tuple[str, datetime | None, bool]]:
    for entry in entries:
        yield entry.url, entry.lastmod, entry.is_sitemap
        for alternate in entry.alternates:
            yield alternate, None, False


def _decide(address: WebAddress, job: SitemapJob, rules: SitemapRules, *, is_sitemap: bool) -> Decision:
    if not is_sitemap:
        return rules.links.decide(address, job.depth)
    decision = rules.links.as_an_address(address)
    # An index that nobody configured sends the crawl to no other site.
    if decision.allowed and job.coverage != EVERYTHING and not job.coverage.covers(address.url):
        return rules.links.scope.decide(address)
    return decision


def _left_out(unparsable: int, uncovered: int) -> Iterator[str]:
    if unparsable:
        yield f"{unparsable:,} of its addresses are no URLs"
    if uncovered:
        yield (
            f"{uncovered:,} of its addresses lie where it does not speak for them (sitemaps.org): name it in "
            "the robots.txt of their hosts or under `sitemaps`"
        )
