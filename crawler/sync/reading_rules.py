"""By what rules the pages of a connector are read: all that its parser processes must know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from catalog.canonical_url import WebAddress, parse_url
from catalog.task import FetchTask
from catalog.vocabulary import NOBODY
from crawler.rules.filters import PatternList
from crawler.rules.hash_routing import HashRouting
from crawler.rules.link_rules import LinkRules
from crawler.sync.read_by import NO_MARK, same_identity
from crawler.sync.sitemap_links import SitemapRules
from extract.rules import ExtractionRules

READ_HEADERS: Final = frozenset(
    {"content-type", "content-language", "content-disposition", "last-modified", "x-robots-tag"}
)
"""The headers that reading takes whatever the mappings say (`extract.read`)."""


@dataclass(frozen=True)
class ReadingRules:
    """All that a parser process must know of a connector; pickles.

    `access` are the patterns of the connector's access rules, `access_ids` the interned list of each.
    `hash_routing` names the hosts whose pages are told apart by fragments, and how, `boilerplate` what the
    pages of a host share. `mark` stands for all
    that decides what is read (`crawler.sync.reading_mark`).
    """

    connector: str
    links: LinkRules
    extraction: ExtractionRules
    max_links_per_page: int
    access: PatternList
    access_ids: tuple[int, ...]
    keep_bodies: bool = True
    hash_routing: Mapping[str, HashRouting] = field(default_factory=dict)
    boilerplate: Mapping[str, frozenset[int]] = field(default_factory=dict)
    mark: bytes = NO_MARK

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts of the seeds: a refused URL there has a ledger row, elsewhere only a counter."""
        return frozenset(seed.host for seed in self.links.scope.seeds)

    @property
    def of_sitemaps(self) -> SitemapRules:
        """What of the rules concerns the addresses of a sitemap."""
        return SitemapRules(self.connector, self.links, self.hosts, self.hash_routing)

    @cached_property
    def mapped_fields(self) -> frozenset[str]:
        """The fields that the mappings name."""
        return frozenset(mapping.field for mapping in self.extraction.mappings)

    @cached_property
    def mapped_headers(self) -> frozenset[str]:
        """The headers of an answer, in lower case, that fields come from."""
        sources = (source for mapping in self.extraction.mappings for source in mapping.sources)
        return frozenset(source.argument.lower() for source in sources if source.kind == "header")

    @cached_property
    def maps_link_text(self) -> bool:
        """Whether a field comes from the text of links."""
        return any(
            source.kind == "link" for mapping in self.extraction.mappings for source in mapping.sources
        )

    @cached_property
    def header_names(self) -> frozenset[str]:
        """All headers of an answer that reading takes."""
        return READ_HEADERS | self.mapped_headers

    def kept_headers(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """What is kept of an answer's headers; a mapped one that is not there is empty, as it is read."""
        kept = {name: headers[name] for name in sorted(self.header_names) if name in headers}
        return {**dict.fromkeys(sorted(self.mapped_headers), ""), **kept}

    def may_be_told_to_stand(self, task: FetchTask) -> bool:
        """Whether a 304 will do: by these rules the copy was read, or can be read again from its body."""
        if task.read_by is None or not same_identity(task.read_by, self.mark):
            return False
        return task.read_by == self.mark or task.body_hash is not None

    def shared_blocks(self, url: str) -> frozenset[int]:
        """The fingerprints of blocks that pages of the host of a canonical URL are known to share."""
        if not self.boilerplate:
            return frozenset()
        address = parse_url(url)
        host = address.host if isinstance(address, WebAddress) else ""
        return self.boilerplate.get(host, frozenset())

    def access_id(self, url: str) -> int:
        """The access list of a document: the first rule that matches, else nobody's."""
        # A pattern that takes too long is taken not to match: nothing is opened by it.
        index = self.access.first_match(url, on_timeout=False)
        return NOBODY if index is None else self.access_ids[index]
