"""From tags and texts to entries: sitemaps, indexes, RSS 0.9–2.0 and Atom, told apart by names alone.

Namespaces are not looked at: they are often wrong, and nothing hangs on them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crawler.sitemaps.dates import parse_date
from crawler.sitemaps.entry import Entry, Kind
from crawler.sitemaps.markup import End, Start, Text, Token, attributes_of

LONGEST_VALUE: Final = 8_192
"""Characters of an address or a date that are kept: no URL that is crawled is longer."""
MOST_ALTERNATES: Final = 200
"""Other languages of one page."""

_ROOTS: Final = {
    "urlset": Kind.URLSET,
    "sitemapindex": Kind.INDEX,
    "rss": Kind.RSS,
    "rdf": Kind.RSS,  # RSS 1.0
    "feed": Kind.ATOM,
}
_ENTRY_TAGS: Final = {Kind.RSS: frozenset({"item"}), Kind.ATOM: frozenset({"entry"})}
_SITEMAP_TAGS: Final = frozenset({"url", "sitemap"})
# Their own `loc`, `link` and `url` are none of the page's.
_EXTENSIONS: Final = frozenset({"image", "video", "news", "pagemap", "author", "source", "content", "group"})
_ADDRESSES: Final = {Kind.RSS: ("link", "guid"), Kind.ATOM: ("id",)}
_DATES: Final = {
    Kind.RSS: ("pubdate", "date", "updated", "published"),
    Kind.ATOM: ("updated", "published", "modified", "issued"),
}


@dataclass(slots=True)
class _Draft:
    """An entry that is not closed yet; `own` is text that stands in it directly."""

    tag: str
    prefix: str
    values: dict[str, str] = field(default_factory=dict)
    own: str = ""
    alternates: list[str] = field(default_factory=list)


class Collector:
    """Takes the tokens of one file; `entries` grows."""

    def __init__(self) -> None:
        self.kind = Kind.UNKNOWN
        self.root: str | None = None
        self.is_done = False
        self.entries: list[Entry] = []
        self._draft: _Draft | None = None
        self._field: str | None = None  # whose text is being collected
        self._inner: str | None = None  # a tag within that text: <loc><url>…</url></loc>
        self._text: list[str] = []
        self._extension: str | None = None

    def take(self, token: Token) -> None:
        """One more token, in their order."""
        if isinstance(token, Text):
            self._take_text(token)
        elif isinstance(token, End):
            self._take_end(token)
        elif self._field is not None and self._extension is None and token.name in _SITEMAP_TAGS:
            self._inner = None if token.is_empty else token.name
        elif self.root is None or (self.kind is Kind.UNKNOWN and token.name in _ROOTS):
            self._take_root(token)
        else:
            self._take_start(token)

    def finish(self) -> None:
        """The file ends here: an entry that was cut off counts where its address is whole."""
        self._close_field()
        self._close_draft()

    def _take_root(self, token: Start) -> None:
        self.root = token.name
        self.kind = _ROOTS.get(token.name, Kind.UNKNOWN)
        if token.name in _SITEMAP_TAGS:
            self.kind = Kind.INDEX if token.name == "sitemap" else Kind.URLSET
            self._take_start(token)

    def _take_start(self, token: Start) -> None:
        if token.name in _ENTRY_TAGS.get(self.kind, _SITEMAP_TAGS) and self._extension is None:
            self._close_field()
            self._close_draft()
            self._draft = None if token.is_empty else _Draft(token.name, token.prefix)
        elif self._draft is not None and self._extension is None:
            self._take_part(self._draft, token)

    def _take_part(self, draft: _Draft, token: Start) -> None:
        """A tag within an entry."""
        if token.name == "link" and self.kind is not Kind.RSS:
            self._take_link(draft, token)
            return
        if token.name in _EXTENSIONS and not token.is_empty:
            self._extension = token.name
            return
        is_foreign = token.prefix != draft.prefix and token.name not in ("date", "updated", "published")
        if is_foreign or token.is_empty:
            return
        self._close_field()
        if token.name == "loc" and "loc" in draft.values:  # two addresses in one entry
            self._close_draft()
            self._draft = _Draft(draft.tag, draft.prefix)
        self._field = token.name

    def _take_link(self, draft: _Draft, token: Start) -> None:
        attributes = attributes_of(token)
        target, relation = attributes.get("href", "").strip(), attributes.get("rel", "alternate")
        if not target or relation != "alternate":
            return
        if self.kind is Kind.ATOM:
            draft.values.setdefault("link", target[:LONGEST_VALUE])
        elif len(draft.alternates) < MOST_ALTERNATES and "hreflang" in attributes:
            draft.alternates.append(target[:LONGEST_VALUE])

    def _take_text(self, token: Text) -> None:
        if self._extension is not None or self._draft is None:
            return
        if not token.is_whole:  # an address that was cut off is another one
            self._field, self._text, self._draft.own = None, [], ""
        elif self._field is not None:
            self._text.append(token.text[:LONGEST_VALUE])
        elif len(self._draft.own) < LONGEST_VALUE:
            self._draft.own += token.text[:LONGEST_VALUE].strip()

    def _take_end(self, token: End) -> None:
        if self._extension is not None:
            if token.name == self._extension:
                self._extension = None
        elif token.name == self._inner:
            self._inner = None
        elif self._field is not None and token.name == self._field:
            self._close_field()
        elif self._draft is not None and token.name == self._draft.tag:
            self._close_field()
            self._close_draft()
        elif token.name == self.root and self.kind is not Kind.UNKNOWN:
            self._close_field()
            self._close_draft()
            self.is_done = True

    def _close_field(self) -> None:
        if self._field is not None and self._draft is not None:
            value = _stripped("".join(self._text))[:LONGEST_VALUE]
            if value:
                self._draft.values.setdefault(self._field, value)
        self._field, self._inner, self._text = None, None, []

    def _close_draft(self) -> None:
        draft, self._draft, self._extension = self._draft, None, None
        if draft is None:
            return
        url = self._address(draft)
        if url:
            dates = (draft.values.get(name) for name in _DATES.get(self.kind, ("lastmod",)))
            lastmod = next((moment for text in dates if text and (moment := parse_date(text))), None)
            is_sitemap = self.kind is Kind.INDEX or draft.tag == "sitemap"
            self.entries.append(Entry(url, lastmod, tuple(draft.alternates), is_sitemap))

    def _address(self, draft: _Draft) -> str:
        if self.kind is Kind.RSS or self.kind is Kind.ATOM:
            link = draft.values.get("link", "")
            identity = draft.values.get(_ADDRESSES[self.kind][-1], "")
            return link or (identity if identity.startswith(("http://", "https://")) else "")
        return draft.values.get("loc", "") or _stripped(draft.own)


_INVISIBLE: Final = "\ufeff\u200b\u200c\u200d\u2060"


def _stripped(text: str) -> str:
    """Without the whitespace around it, that which cannot be seen included."""
    former = None
    while former != text:
        former, text = text, text.strip().strip(_INVISIBLE)
    return text
