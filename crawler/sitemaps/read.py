"""Reads a sitemap or feed whatever it is: XML, plain text, gzip, a ZIP of several.

Formats: https://www.sitemaps.org/protocol.html, RSS 2.0 and 1.0, Atom (RFC 4287).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crawler.sitemaps.charset import decoder
from crawler.sitemaps.collector import Collector
from crawler.sitemaps.entry import Entry, Kind, Sitemap
from crawler.sitemaps.markup import LONGEST_TEXT, Markup, Token
from crawler.sitemaps.plain_text import TextLines
from crawler.sitemaps.unpack import is_archive, members, pieces

MOST_URLS: Final = 50_000
"""Addresses of one file (sitemaps.org: "a maximum of 50,000 URLs")."""
MOST_URLS_OF_ARCHIVE: Final = 500_000
"""Addresses of all files of a ZIP together."""
MOST_TOKENS: Final = 5_000_000
"""Tags and texts of one file: a hundred for each address."""

_HEAD: Final = 4_096
_markup_begins = re.compile(
    r"<\?xml|<!DOCTYPE|<(?:[A-Za-z_][\w.-]*:)?(?:urlset|sitemapindex|rss|rdf|feed|html|url|sitemap)[\s>/]",
    re.IGNORECASE,
).search
_HTML_ROOTS: Final = frozenset({"html", "head", "body"})


def read_sitemap(body: bytes, content_type: str = "") -> Sitemap:
    """What a file lists. Never raises: bad input is mended, cut, or a `fault`.

    `content_type` is the header's value, of which only the charset is believed.
    """
    notes: list[str] = []
    if not is_archive(body):
        return _one(pieces(body, notes), content_type, notes)
    entries: list[Entry] = []
    for name, stream in members(body, notes):
        own: list[str] = []
        each = _one(stream, "", own)
        room = MOST_URLS_OF_ARCHIVE - len(entries)
        entries += each.entries[:room]
        notes += [f"{name[:100]!r} of the ZIP: {note}" for note in (*own, *filter(None, [each.fault]))]
        if len(each.entries) > room:
            notes.append(f"it lists more than {MOST_URLS_OF_ARCHIVE:,} addresses: the rest is left out")
            break
    fault = None if entries else "; ".join(notes) or "the ZIP holds no file"
    return Sitemap(Kind.ARCHIVE if entries else Kind.UNKNOWN, tuple(entries), tuple(notes), fault)


def looks_like_sitemap(body: bytes) -> bool:
    """Whether a file of which nothing was said is one: an error page is not, nor is any text."""
    return read_sitemap(body[:_HEAD]).kind not in (Kind.UNKNOWN, Kind.TEXT)


def _one(stream: Iterator[bytes], content_type: str, notes: list[str]) -> Sitemap:
    head = b""
    while len(head) < _HEAD and (piece := next(stream, b"")):
        head += piece
    decode = decoder(head, content_type)
    start = decode.decode(head).lstrip("\ufeff \t\r\n")

    def texts() -> Iterator[str]:
        yield start
        for piece in stream:
            yield decode.decode(piece)
        yield decode.decode(b"", final=True)

    if start.startswith("<") or _markup_begins(start[:_HEAD]):
        return _marked_up(texts(), notes)
    return _plain(texts(), notes)


def _marked_up(texts: Iterator[str], notes: list[str]) -> Sitemap:
    collector = Collector()
    for number, token in enumerate(_tokens(texts)):
        collector.take(token)
        if collector.is_done or len(collector.entries) > MOST_URLS:
            break
        if number == MOST_TOKENS:
            notes.append(f"it holds more than {MOST_TOKENS:,} tags and texts: the rest is left out")
            break
    else:
        if collector.kind is not Kind.UNKNOWN:
            notes.append("it ends in the middle: what came before was read")
    collector.finish()
    if collector.kind is Kind.UNKNOWN:
        is_page = collector.root in _HTML_ROOTS
        seen = "an HTML page" if is_page else f"<{collector.root}>" if collector.root else "no XML element"
        return Sitemap(Kind.UNKNOWN, (), tuple(notes), f"{seen} stands where a sitemap was expected")
    return Sitemap(collector.kind, _within_cap(collector.entries, notes), tuple(notes))


def _tokens(texts: Iterator[str]) -> Iterator[Token]:
    markup = Markup()
    for text in texts:
        for start in range(0, len(text), LONGEST_TEXT):
            yield from markup.feed(text[start : start + LONGEST_TEXT])
    yield from markup.finish()


def _plain(texts: Iterator[str], notes: list[str]) -> Sitemap:
    lines = TextLines()
    for text in texts:
        lines.feed(text)
        if len(lines.entries) > MOST_URLS:
            break
    else:
        lines.finish()
    if not lines.entries:
        return Sitemap(Kind.UNKNOWN, (), tuple(notes), "it holds no address, and no sitemap or feed")
    return Sitemap(Kind.TEXT, _within_cap(lines.entries, notes), tuple(notes))


def _within_cap(entries: list[Entry], notes: list[str]) -> tuple[Entry, ...]:
    if len(entries) > MOST_URLS:
        notes.append(f"it lists more than {MOST_URLS:,} addresses: the rest is left out")
    return tuple(entries[:MOST_URLS])
