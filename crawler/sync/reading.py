"""From a fetched body to what the ledger and the catalog keep of it; runs in the parser processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from catalog.canonical_url import UrlFault, WebAddress, parse_url
from catalog.content import pack_links, unpack_links
from catalog.document import DocumentKind, url_key
from catalog.task import FoundBy
from catalog.visit import (
    EXAMPLES_PER_HOST,
    REACHABLE_ANOTHER_WAY,
    Discovery,
    DocumentDraft,
    HostRefused,
    StoredBody,
    Suspicion,
    stored_body,
)
from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.impostors.detectors import suspicion_of
from crawler.impostors.sight import Sight
from crawler.recently_seen import RecentlySeen
from crawler.rendering.routes import fragment_of, is_route
from crawler.rules.hash_routing import with_route
from crawler.rules.traps.said import lines_said
from crawler.sync.drafts import drafted
from crawler.sync.reading_rules import ReadingRules
from crawler.sync.sitemap_links import SitemapJob, follow_sitemap
from extract.content_type import HTML, content_type_of
from extract.files.transcript import Transcript
from extract.html.script_evidence import NO_SCRIPTS, ScriptEvidence
from extract.link_text import telling_text
from extract.page import Link, Page, Unreadable
from extract.read import read

LINKS_REMEMBERED: Final = 500_000
"""How many links of a connector a parser process recognises as already handed over.

Of each only a 64-bit hash is kept (at most about 70 MB): two of a million links share one with a probability
of 3 in 100 million.
"""

_SOME_ROUTES: Final = 20
"""Links that are shown in a browser to see whether their fragments name pages."""


@dataclass(frozen=True)
class ReadJob:
    """A body to be read. `follow` is False where links lead nowhere new, `alone` where the page's
    canonical link was found to lead nowhere and the page is judged by itself. `is_rendered` says that it is
    what a browser showed, `more_links` are absolute addresses that stand nowhere in it, but were seen there.
    `transcript` is what is said in audio or video, `link_text` what a link to it says of it."""

    connector_id: int
    url_id: int
    url: str
    depth: int
    body: bytes
    headers: Mapping[str, str]
    is_seed: bool = False
    follow: bool = True
    alone: bool = False
    is_rendered: bool = False
    more_links: tuple[str, ...] = ()
    transcript: Transcript | None = None
    link_text: str = ""


@dataclass(frozen=True)
class FollowJob:
    """A page that stands as it was: only its links, as the catalog packed them, are to be followed."""

    connector_id: int
    url_id: int
    url: str
    depth: int
    links: bytes


Job = ReadJob | FollowJob | SitemapJob


@dataclass(frozen=True)
class Reading:
    """What a body says: a document or why there is none, and where it leads."""

    decision: Decision = ALLOWED
    detail: str | None = None
    content_type: str = ""
    draft: DocumentDraft | None = None
    said: bytes | None = None  # its lines (crawler.rules.traps.said); None: nothing that could be read
    suspicion: Suspicion | None = None  # that it is no page, but stands where content was expected
    canonical: str | None = None  # the address of which this page calls itself a copy
    body: StoredBody | None = None
    links: bytes | None = None
    discoveries: tuple[Discovery, ...] = ()
    hosts_refused: tuple[HostRefused, ...] = ()
    routes: tuple[str, ...] = ()  # some links whose fragment may name a page
    evidence: ScriptEvidence = NO_SCRIPTS
    notes: tuple[str, ...] = ()  # of a sitemap: what was cut or mended


@dataclass(slots=True)
class _Found:
    """Links of one page, sorted by what the rules say."""

    discoveries: list[Discovery] = field(default_factory=list)
    hosts: dict[tuple[str, Reason], list[str]] = field(default_factory=dict)

    def hosts_refused(self) -> tuple[HostRefused, ...]:
        return tuple(
            HostRefused(host, reason, len(urls), tuple(urls[:EXAMPLES_PER_HOST]))
            for (host, reason), urls in self.hosts.items()
        )


class Reader:
    """Reads bodies by the rules of their connector, and hands over each link only once."""

    def __init__(self) -> None:
        self._rules: dict[int, ReadingRules] = {}
        self._settled: dict[int, RecentlySeen[int]] = {}

    def use(self, connector_id: int, rules: ReadingRules) -> None:
        """Take a connector's rules; links decided by former ones are decided anew."""
        self._rules[connector_id] = rules
        self._settled[connector_id] = RecentlySeen(LINKS_REMEMBERED)

    def read(self, job: Job) -> Reading:
        """Do a job; bad input is an answer, never an exception."""
        if isinstance(job, FollowJob):
            kept = [Link(url, nofollow=nofollow) for url, nofollow in unpack_links(job.links)]
            found = self._follow(job, kept, page_nofollow=False)
            return Reading(discoveries=tuple(found.discoveries), hosts_refused=found.hosts_refused())
        rules = self._rules[job.connector_id]
        if isinstance(job, SitemapJob):
            return _of_sitemap(job, rules)
        content_type = content_type_of(job.body, job.headers.get("content-type", ""), job.url)
        unwanted = _unwanted(job, content_type, rules)
        if unwanted is not None:
            return unwanted
        content = read(
            job.body,
            url=job.url,
            headers=job.headers,
            rules=rules.extraction,
            content_type=content_type,
            link_text=job.link_text,
            transcript=job.transcript,
        )
        links = [*content.links, *map(Link, job.more_links)]
        found = _Found()
        if job.follow:
            found = self._follow(job, links, page_nofollow=content.directives.nofollow)
        decision, detail, canonical, document = ALLOWED, None, None, None
        if isinstance(content, Page):
            decision, canonical = _decide(job, content, rules)
            said: bytes | None = lines_said(job.url, content.title, (block.text for block in content.blocks))
            document = _drafted(job, content, canonical, rules) if decision.allowed else None
        else:
            decision, detail = refused(content.reason), content.detail
            said = b"" if content.links else None
        if canonical is not None:
            found.discoveries.append(self._canonical(job, canonical, rules))
        return Reading(
            decision=decision,
            detail=detail,
            content_type=content.content_type,
            draft=document,
            said=said,
            suspicion=_suspicion(job, content),
            canonical=None if canonical is None else canonical.url,
            body=stored_body(job.body) if rules.keep_bodies else None,
            links=_pack(links, rules, all_nofollow=content.directives.nofollow),
            discoveries=tuple(found.discoveries),
            hosts_refused=found.hosts_refused(),
            routes=tuple(islice(filter(_may_be_route, (link.url for link in content.links)), _SOME_ROUTES)),
            evidence=content.evidence,
        )

    def _follow(self, job: Job, links: Iterable[Link], *, page_nofollow: bool) -> _Found:
        rules, settled = self._rules[job.connector_id], self._settled[job.connector_id]
        found, leading_there = _Found(), dict[str, list[Link]]()
        for link in links:
            leading_there.setdefault(_without_place(link.url, rules), []).append(link)
        for number, (text, same) in enumerate(leading_there.items(), start=1):
            # One mark for what was handed over with a link text, and one for what was handed over without.
            named = hash(text)
            unnamed = ~named
            if named in settled:
                continue
            link_text = telling_text((link.text for link in same), text)
            is_known = unnamed in settled
            if is_known and not link_text:
                continue
            mark = named if link_text else unnamed
            address = _address(text, rules)
            if isinstance(address, UrlFault):
                settled.add(mark)  # neither a host to ask nor an address to write down
                continue
            decision = rules.links.decide(address, job.depth + 1)
            if decision.allowed and (page_nofollow or same[0].nofollow):
                rule = "rel=nofollow" if same[0].nofollow else "robots nofollow"
                decision = refused(Reason.NOFOLLOW, rule)
            elif decision.allowed and number > rules.max_links_per_page:
                decision = refused(
                    Reason.TOO_MANY_LINKS, f"scope.max_links_per_page {rules.max_links_per_page}"
                )
            if decision.reason not in REACHABLE_ANOTHER_WAY:
                settled.add(mark)
            if decision.allowed or not is_known:
                self._sort(found, job, address, decision, rules, link_text=link_text)
        return found

    def _sort(
        self,
        found: _Found,
        job: Job,
        address: WebAddress,
        decision: Decision,
        rules: ReadingRules,
        *,
        link_text: str,
    ) -> None:
        if decision.reason is not None and address.host not in rules.hosts:
            found.hosts.setdefault((address.host, decision.reason), []).append(address.url)
            return
        found.discoveries.append(
            Discovery(
                key=url_key(rules.connector, address.url),
                url=address.url,
                host=address.host,
                depth=job.depth + 1,
                found_by=FoundBy.LINK,
                decision=decision,
                referrer_id=job.url_id,
                link_text=link_text,
            )
        )

    def _canonical(self, job: ReadJob, address: WebAddress, rules: ReadingRules) -> Discovery:
        return Discovery(
            key=url_key(rules.connector, address.url),
            url=address.url,
            host=address.host,
            depth=job.depth,
            found_by=FoundBy.CANONICAL,
            decision=ALLOWED,
            referrer_id=job.url_id,
            link_text=job.link_text,
        )


def _unwanted(job: ReadJob, content_type: str, rules: ReadingRules) -> Reading | None:
    """The answer to a file that a filter refuses: it is not parsed."""
    if content_type in HTML:
        return None
    decision = rules.links.file_decision(job.url, content_type, is_seed=job.is_seed)
    if decision.allowed:
        return None
    return Reading(
        decision=decision,
        content_type=content_type,
        body=stored_body(job.body) if rules.keep_bodies else None,
        links=_pack((), rules, all_nofollow=False),
    )


def _of_sitemap(job: SitemapJob, rules: ReadingRules) -> Reading:
    found = follow_sitemap(job, rules.of_sitemaps)
    return Reading(
        decision=found.decision,
        detail=found.detail,
        discoveries=found.discoveries,
        hosts_refused=found.hosts_refused,
        notes=found.notes,
    )


def _decide(job: ReadJob, page: Page, rules: ReadingRules) -> tuple[Decision, WebAddress | None]:
    """Whether a page becomes a document, and the other address that it calls its canonical one."""
    if page.directives.noindex:
        return refused(Reason.NOINDEX, "robots noindex"), None
    if page.kind is DocumentKind.FILE:
        return ALLOWED, None  # the filters of files were asked before it was parsed
    decision = rules.links.index_decision(job.url, is_seed=job.is_seed)
    if not decision.allowed or page.canonical is None or job.alone:
        return decision, None
    canonical = parse_url(page.canonical, job.url)
    if isinstance(canonical, UrlFault) or canonical.url == job.url:
        return decision, None
    if not rules.links.decide(canonical, job.depth, is_seed=job.is_seed).allowed:
        return decision, None
    return decision, canonical


def _suspicion(job: ReadJob, content: Page | Unreadable) -> Suspicion | None:
    if content.glance is None:
        return None
    return suspicion_of(
        Sight(
            job.url,
            content.glance,
            content.evidence,
            job.body,
            is_seed=job.is_seed,
            is_rendered=job.is_rendered,
        )
    )


def _drafted(job: ReadJob, page: Page, canonical: WebAddress | None, rules: ReadingRules) -> DocumentDraft:
    return drafted(
        page,
        url=job.url,
        url_id=job.url_id,
        connector=rules.connector,
        access_id=rules.access_id(job.url),
        mapped=rules.mapped_fields,
        canonical=canonical,
        shared=rules.shared_blocks(job.url),
    )


def _without_place(url: str, rules: ReadingRules) -> str:
    """A link without the place in its page that its fragment names; a route stays, where there may be one."""
    if not rules.hash_routing or ("#/" not in url and "#!" not in url):
        return url.partition("#")[0]
    return url


def _may_be_route(url: str) -> bool:
    return is_route(fragment_of(url))


def _address(text: str, rules: ReadingRules) -> WebAddress | UrlFault:
    """The address of a link, in its one form."""
    address = parse_url(text)
    return address if isinstance(address, UrlFault) else with_route(address, rules.hash_routing)


def _pack(links: Iterable[Link], rules: ReadingRules, *, all_nofollow: bool) -> bytes:
    unique = {_without_place(link.url, rules): link.nofollow or all_nofollow for link in links}
    return pack_links(unique.items())  # none, too: those of before are forgotten
