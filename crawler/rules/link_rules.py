"""What a connector's configuration says of a URL: is it crawled, is it indexed, is it wanted as a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from catalog.canonical_url import WebAddress
from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.rules.filters import FilterPair, crawl_filter, file_filter, index_filter
from crawler.rules.logout_links import ends_session
from crawler.rules.scope import Scope

MAX_URL_LENGTH = 2_048
_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class LinkRules:
    """The rules of one connector; pickles, so that parser processes decide about the links they find.

    `file_types` are the media types of `filters.files.types` (also ``image/*``); none means all.
    `attachments` says whether files are wanted at all, `signed_in` whether there is a session that a link
    might end.
    """

    scope: Scope
    max_depth: int
    crawl: FilterPair = field(default_factory=crawl_filter)
    index: FilterPair = field(default_factory=index_filter)
    files: FilterPair = field(default_factory=file_filter)
    file_types: frozenset[str] = frozenset()
    attachments: bool = True
    signed_in: bool = False

    def decide(self, address: WebAddress, depth: int, *, is_seed: bool = False) -> Decision:
        """Whether to crawl an address `depth` links away from a seed; the first rule that refuses speaks."""
        decision = self.as_an_address(address)
        if decision.allowed:
            decision = self.scope.decide(address)
        if decision.allowed:
            decision = self.crawl.decide(address.url, is_seed=is_seed)
        if decision.allowed:
            decision = self._for_the_session(address)
        if decision.allowed and depth > self.max_depth:
            return refused(Reason.TOO_DEEP, f"scope.max_depth {self.max_depth}")
        return decision

    def as_an_address(self, address: WebAddress) -> Decision:
        """Whether it is an address of the web, of a length that is crawled."""
        if address.scheme not in _SCHEMES:
            return refused(Reason.UNSUPPORTED_SCHEME, f"{address.scheme}:")
        if len(address.url) > MAX_URL_LENGTH:
            return refused(Reason.URL_TOO_LONG, f"{len(address.url)} characters")
        return ALLOWED

    def _for_the_session(self, address: WebAddress) -> Decision:
        words = ends_session(address.url[len(address.origin) :]) if self.signed_in else None
        return ALLOWED if words is None else refused(Reason.LOGOUT_LINK, words)

    def index_decision(self, url: str, *, is_seed: bool = False) -> Decision:
        """Whether a page that was fetched becomes a document."""
        return self.index.decide(url, is_seed=is_seed)

    def file_decision(self, url: str, content_type: str, *, is_seed: bool = False) -> Decision:
        """Whether a file that was fetched becomes a document. Parameters of the type do not matter."""
        if not self.attachments:
            return refused(Reason.ATTACHMENTS_OFF, "attachments")
        decision = self.files.decide(url, is_seed=is_seed)
        if not decision.allowed:
            return decision
        media_type = content_type.partition(";")[0].strip().lower()
        family = media_type.partition("/")[0] + "/*"
        if self.file_types and self.file_types.isdisjoint((media_type, family)):
            return refused(Reason.FILE_TYPE_NOT_WANTED, f"filters.files.types: {media_type or 'no type'}")
        return ALLOWED

    def with_redirected_seed(self, target: WebAddress) -> LinkRules:
        """The rules after a seed was redirected: its target joins the scope."""
        return replace(self, scope=self.scope.with_redirected_seed(target))
