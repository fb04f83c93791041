"""What the configuration as it is now would change in a crawl that is known: every row judged again.

Nothing is asked of any site: robots.txt files count as they were last read, and of an address whose page was
never fetched it is only said that it would be. Documents that no page would lead to any more are not among
those removed: a sync asks for each directly, and keeps what answers (design.md, promise 4).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.deletion import is_protected
from catalog.known_urls import KnownUrl, RefusedHostExamples
from catalog.vocabulary import Decision, Reason, UrlState
from crawler.planning.estimate import Estimator
from crawler.planning.groups import Groups
from crawler.planning.judge import Judge, address_of
from crawler.sync.robots_keeper import LONGEST_CRAWL_DELAY

BEFORE_A_REQUEST: Final = frozenset(
    {
        Reason.UNSUPPORTED_SCHEME,
        Reason.URL_TOO_LONG,
        Reason.OUT_OF_SCOPE,
        Reason.TOO_DEEP,
        Reason.EXCLUDED_BY_CRAWL_FILTER,
        Reason.NOT_INCLUDED_BY_CRAWL_FILTER,
        Reason.LOGOUT_LINK,
        Reason.ROBOTS_DISALLOWED,
        Reason.TRAP,
    }
)
"""The URL was never asked for; which rule forbids it is in the configuration or in robots.txt."""

AFTER_READING: Final = frozenset(
    {
        Reason.EXCLUDED_BY_INDEX_FILTER,
        Reason.NOT_INCLUDED_BY_INDEX_FILTER,
        Reason.EXCLUDED_BY_FILE_FILTER,
        Reason.NOT_INCLUDED_BY_FILE_FILTER,
        Reason.FILE_TYPE_NOT_WANTED,
        Reason.ATTACHMENTS_OFF,
    }
)
"""The page was fetched, and the configuration would not have it as a document."""

BY_THE_WAY: Final = frozenset({Reason.NOFOLLOW, Reason.TOO_MANY_LINKS})
"""Refused for the way it was met: that stands as it is, whatever the rules say of the address."""


_NEVER_ASKED: Final = BEFORE_A_REQUEST | BY_THE_WAY


@dataclass(slots=True)
class Difference:
    """What would become of a connector's known URLs.

    `crawled` and `indexed` count URLs and documents of the next full sync as far as they are known;
    `refused` has every URL that a rule keeps out, by the rule. `added` are pages that were fetched and
    become documents, `newly_crawled` URLs that were never asked for: both by the rule that kept them out so
    far. `removed` are documents, `no_longer_crawled` other URLs, by the rule that now keeps them out.
    `access` are documents that get other readers, by the rule that says so; `read_again` documents stand as
    they are but were read by other settings (selectors, mappings, filters). `unreached` documents lose the
    page by which they were found, or lie too deep to be met: they are asked for directly.
    """

    urls: int = 0
    documents: int = 0
    crawled: int = 0
    indexed: int = 0
    refused: Groups = field(default_factory=Groups)
    added: Groups = field(default_factory=Groups)
    newly_crawled: Groups = field(default_factory=Groups)
    removed: Groups = field(default_factory=Groups)
    no_longer_crawled: Groups = field(default_factory=Groups)
    access: Groups = field(default_factory=Groups)
    opened_hosts: Groups = field(default_factory=Groups)  # counts links: their URLs have no rows
    read_again: int = 0
    unreached: int = 0
    protected: bool = False


class _IdSet:
    """Ids of rows: a bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        byte, bit = divmod(number, 8)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1 - len(self._bits) + len(self._bits) // 2))
        self._bits[byte] |= 1 << bit

    def __contains__(self, number: int) -> bool:
        byte, bit = divmod(number, 8)
        return byte < len(self._bits) and bool(self._bits[byte] & 1 << bit)


class Comparison:
    """Takes in the rows of one connector and says what would change."""

    def __init__(
        self,
        judge: Judge,
        access_ids: Mapping[int | None, int | None],
        mark: bytes,
        estimator: Estimator,
    ) -> None:
        """`access_ids` has for each access rule the id of its list in the catalog (None: not there yet).

        `mark` is that of the settings by which pages are read (crawler.sync.reading_mark).
        """
        self.found = Difference()
        self._judge = judge
        self._access_ids = access_ids
        self._mark = mark
        self._estimator = estimator
        self._delayed: set[str] = set()
        self._not_asked = _IdSet()  # pages that were asked for, and would not be any more
        self._met_through = array("q")  # the referrer of each document that stays

    def take(self, row: KnownUrl) -> None:
        """Judge one row again."""
        self.found.urls += 1
        address = address_of(row.url)
        crawl = self._judge.crawl(address, row.depth, is_document=row.access_id is not None)
        if row.access_id is not None:
            self._document(row, crawl)
        elif not crawl.allowed:
            self._kept_out(row, crawl)
        elif row.reason in BY_THE_WAY:
            self.found.refused.add(row.reason, row.rule, row.url)
        else:
            self._let_in(row)
        if crawl.allowed and row.reason not in BY_THE_WAY:
            self._count_page(row, address)

    def finish(self, hosts: Iterable[RefusedHostExamples], guard: float) -> Difference:
        """What all rows came to; `hosts` are those of which only some links are known."""
        found = self.found
        found.unreached += sum(referrer in self._not_asked for referrer in self._met_through)
        for host in hosts:
            addresses = (parse_url(example) for example in host.examples)
            for address in addresses:
                if isinstance(address, WebAddress) and self._judge.crawl(address, 0).allowed:
                    found.opened_hosts.add(host.reason, host.host, address.url, host.links)
                    break
        found.protected = is_protected(found.removed.total, found.documents - found.removed.total, guard)
        return found

    def _document(self, row: KnownUrl, crawl: Decision) -> None:
        found = self.found
        found.documents += 1
        if not crawl.allowed:
            self._not_asked.add(row.id)
            if crawl.reason is Reason.TOO_DEEP and row.depth > self._judge.links.max_depth + 1:
                found.unreached += 1  # the pages that link it are not read either
                found.indexed += 1
                return
            found.refused.add(crawl.reason, crawl.rule, row.url)
            found.removed.add(crawl.reason, crawl.rule, row.url)
            return
        keep = self._judge.keep(row.url, row.content_type)
        if not keep.allowed:
            found.refused.add(keep.reason, keep.rule, row.url)
            found.removed.add(keep.reason, keep.rule, row.url)
            return
        found.indexed += 1
        found.read_again += row.read_by != self._mark
        if row.referrer_id is not None:
            self._met_through.append(row.referrer_id)
        rule = self._judge.access_rule(row.url)
        if row.access_id != self._access_ids[rule]:
            found.access.add(None, self._judge.quote_access(rule), row.url)

    def _kept_out(self, row: KnownUrl, crawl: Decision) -> None:
        self.found.refused.add(crawl.reason, crawl.rule, row.url)
        if row.state != UrlState.REFUSED or row.reason not in _NEVER_ASKED:
            self._not_asked.add(row.id)
            self.found.no_longer_crawled.add(crawl.reason, crawl.rule, row.url)

    def _let_in(self, row: KnownUrl) -> None:
        """A URL without a document that would be asked for."""
        found = self.found
        if row.state != UrlState.REFUSED:
            return
        if row.reason in BEFORE_A_REQUEST:
            found.newly_crawled.add(row.reason, row.rule, row.url)
        elif row.reason in AFTER_READING:
            keep = self._judge.keep(row.url, row.content_type)
            if keep.allowed:
                found.indexed += 1
                found.added.add(row.reason, row.rule, row.url)
            else:
                found.refused.add(keep.reason, keep.rule, row.url)
        else:
            found.refused.add(row.reason, row.rule, row.url)

    def _count_page(self, row: KnownUrl, address: WebAddress) -> None:
        self.found.crawled += 1
        self._estimator.add(row.host, row.size, row.milliseconds)
        robots = self._judge.robots
        if robots is not None and row.host not in self._delayed:
            self._delayed.add(row.host)
            delay = robots.of(address.origin).crawl_delay() or 0.0
            self._estimator.delay(row.host, min(delay, LONGEST_CRAWL_DELAY))
