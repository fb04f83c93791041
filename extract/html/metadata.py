"""What a page says about itself: title, description, authors, dates, language, canonical address, robots."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from extract.fields.dates import parse_date
from extract.html.links import Joiner
from extract.html.marks import Attributes, Marks
from extract.html.structured_data import json_ld_objects, microdata_objects
from extract.page import Directives
from extract.words import word_set

_OUR_AGENTS: Final = frozenset({"robots", "sitelore"})
_SEPARATOR: Final = re.compile(r"\s+(?:[|–—·•»:]|-|::|/)\s+")
_TITLE_METAS: Final = ("og:title", "twitter:title", "dc.title", "dcterms.title")
_DESCRIPTION_METAS: Final = (
    "description",
    "og:description",
    "twitter:description",
    "dc.description",
    "dcterms.description",
)
_AUTHOR_METAS: Final = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
)
_CREATED_METAS: Final = (
    "article:published_time",
    "datepublished",
    "dcterms.created",
    "dc.date.created",
    "dc.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.date",
    "citation_publication_date",
    "parsely-pub-date",
    "date",
    "pubdate",
)
_UPDATED_METAS: Final = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "dc.modified",
    "last-modified",
    "revised",
)
_PUBLISHED: Final = frozenset({"published", "entry-date"})
"""Classes of a `<time>`; the other, for updates, is `updated`."""
_CATEGORY_METAS: Final = ("article:section", "parsely-section", "dcterms.subject", "dc.subject")
_NOT_THE_PAGE: Final = word_set(
    "WebSite Organization Corporation LocalBusiness Person BreadcrumbList SearchAction ImageObject"
    " VideoObject Comment Review Offer"
)
_DUBLIN_CORE: Final = ("dc:", "dcterms:")
"""Dublin Core is written with a dot or a colon."""
_JSON_LD: Final = "application/ld+json"
_MOST_HEADINGS: Final = 4
"""Headings of the highest level among which that of the page is looked for."""
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class Head:
    """The page's statements, each read when first asked for."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self.times = marks.times
        self.metas: dict[str, list[str]] = {}
        for attributes in marks.metas:
            self._take_meta(attributes)

    def _take_meta(self, attributes: Mapping[str, str | None]) -> None:
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        name = name or attributes.get("http-equiv")
        content = attributes.get("content")
        if name and content and content.strip():
            name = name.strip().lower()
            if name.startswith(_DUBLIN_CORE):
                name = name.replace(":", ".", 1)
            self.metas.setdefault(name, []).append(content.strip())

    def meta(self, *names: str) -> str | None:
        """The first content of the first of these names that the page has."""
        return next((self.metas[name][0] for name in names if name in self.metas), None)

    @cached_property
    def json_ld(self) -> Sequence[Mapping[str, Any]]:
        """Every JSON-LD object of the page, those inside `@graph` too, outermost first."""
        return json_ld_objects(
            node
            for node, attributes in self._marks.scripts
            if (attributes.get("type") or "").lower().startswith(_JSON_LD)
        )

    @cached_property
    def _microdata(self) -> Sequence[Mapping[str, Any]]:
        return microdata_objects(self._marks.items)

    def stated(self, key: str) -> object:
        """What the page's data say of the page itself: by JSON-LD, else by microdata.

        Objects that describe the site or a person are passed over. Where several microdata items state it, as
        in a list of articles, none speaks for the page.
        """
        for item in self.json_ld:
            if item.get(key) and _NOT_THE_PAGE.isdisjoint(_types(item)):
                return item[key]
        found = [
            item[key] for item in self._microdata if key in item and _NOT_THE_PAGE.isdisjoint(_types(item))
        ]
        return found[0] if len(found) == 1 else None


def _types(item: Mapping[str, Any]) -> frozenset[object]:
    kind = item.get("@type")
    return (
        frozenset(each for each in kind if isinstance(each, str))
        if isinstance(kind, list)
        else frozenset([str(kind)])
    )


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was found; None or empty where the page is silent. Dates are aware, in UTC."""

    title: str | None
    description: str | None
    category: str | None
    authors: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None
    language: str | None
    canonical: str | None
    directives: Directives


def metadata_of(
    tree: LexborHTMLParser, head: Head, joiner: Joiner, headers: Mapping[str, str], heading: str | None
) -> Metadata:
    """Read the page's statements; `heading` is the highest heading of its content."""
    language = _language(tree, head, headers)
    return Metadata(
        title=_title(tree, head, heading),
        description=head.meta(*_DESCRIPTION_METAS) or _stated_text(head, "description"),
        category=head.meta(*_CATEGORY_METAS) or _stated_text(head, "articleSection"),
        authors=_authors(head),
        created_at=_date(head, _CREATED_METAS, ("datePublished", "dateCreated"), language)
        or _time(head, _is_published, language),
        updated_at=_date(head, _UPDATED_METAS, ("dateModified",), language)
        or _time(head, _is_updated, language),
        language=language,
        canonical=_canonical(tree, joiner),
        directives=directives_of(head.metas, headers),
    )


def _title(tree: LexborHTMLParser, head: Head, heading: str | None) -> str | None:
    node = tree.css_first("head > title") or tree.css_first("title")
    written = " ".join(node.text().split()) if node is not None else ""
    other = head.meta(*_TITLE_METAS)
    if written:
        witnesses = chain((heading, other), _own_headings(tree))
        return _without_site_name(written, witnesses, head.meta("og:site_name"))
    if other:
        return other
    if heading:
        return heading
    first = tree.css_first("h1")
    return (" ".join(first.text().split()) or None) if first is not None else None


def _own_headings(tree: LexborHTMLParser) -> Iterator[str]:
    """The first headings of the highest level that are about the page: no logo, none in a site's header."""
    for node in tree.css("h1")[:_MOST_HEADINGS]:
        if node.css_first('a[href="/"]') is None and not _stands_in_header(node):
            yield " ".join(node.text().split())


def _stands_in_header(node: LexborNode) -> bool:
    """Whether an element is part of a header or a navigation, not of an article's header."""
    around, in_header = node.parent, False
    while around is not None and around.tag not in ("article", "main"):
        in_header = in_header or around.tag in ("header", "nav") or around.attributes.get("role") == "banner"
        around = around.parent
    return in_header and around is None


def _without_site_name(title: str, witnesses: Iterable[str | None], site: str | None) -> str:
    """Cut the site's name off the end, but only when the page itself confirms what is left or cut."""
    parts = _SEPARATOR.split(title)
    if len(parts) < 2:
        return title
    if site is not None and parts[-1].casefold() == site.casefold():
        return title[: title.rfind(parts[-1])].rstrip(" |–—·•»:-/") or title
    for witness in witnesses:
        if witness and len(witness) >= 3 and len(witness) < len(title):
            rest = title[len(witness) :]
            if title.casefold().startswith(witness.casefold()) and _SEPARATOR.match(rest):
                return title[: len(witness)]
    return title


def _authors(head: Head) -> tuple[str, ...]:
    names = [name for key in _AUTHOR_METAS for name in head.metas.get(key, ()) if "://" not in name]
    if not names:
        authors = head.stated("author")
        for author in authors if isinstance(authors, list) else [authors]:
            name = author.get("name") if isinstance(author, dict) else author
            if isinstance(name, str) and name.strip():
                names.append(name.strip())
    return tuple(dict.fromkeys(names))


def _stated_text(head: Head, key: str) -> str | None:
    value = head.stated(key)
    return value.strip() or None if isinstance(value, str) else None


def _date(head: Head, metas: Sequence[str], keys: Sequence[str], language: str | None) -> datetime | None:
    for name in metas:
        found = parse_date(head.meta(name) or "", language=language) if name in head.metas else None
        if found is not None:
            return found
    for key in keys:
        found = parse_date(_stated_text(head, key) or "", language=language)
        if found is not None:
            return found
    return None


def _time(head: Head, is_meant: Callable[[Attributes], bool], language: str | None) -> datetime | None:
    for node, attributes in head.times:
        if is_meant(attributes):
            return parse_date(attributes.get("datetime") or node.text(strip=True), language=language)
    return None


def _is_published(time: Attributes) -> bool:
    return "pubdate" in time or not _PUBLISHED.isdisjoint((time.get("class") or "").split())


def _is_updated(time: Attributes) -> bool:
    return "updated" in (time.get("class") or "").split()


def _language(tree: LexborHTMLParser, head: Head, headers: Mapping[str, str]) -> str | None:
    root = tree.root
    attributes = root.attributes if root is not None else {}
    for stated in (
        attributes.get("lang"),
        attributes.get("xml:lang"),
        head.meta("content-language", "og:locale", "dc.language"),
        headers.get("content-language"),
    ):
        if stated and (match := _LANGUAGE.match(stated.strip())) is not None:
            return match[0].replace("_", "-").split("-")[0].lower()
    return None


def _canonical(tree: LexborHTMLParser, joiner: Joiner) -> str | None:
    head = tree.head
    node: LexborNode | None = head.css_first('link[rel~="canonical" i]') if head is not None else None
    reference = node.attributes.get("href") if node is not None else None
    return joiner.join(reference.strip()) if reference else None


def directives_of(metas: Mapping[str, Sequence[str]], headers: Mapping[str, str]) -> Directives:
    """Meta robots for everybody or for us, together with `X-Robots-Tag`; the strictest of all wins."""
    rules = {rule for agent in _OUR_AGENTS for text in metas.get(agent, ()) for rule in _rules(text)}
    rules.update(_header_rules(headers.get("x-robots-tag", "")))
    nothing = "none" in rules
    return Directives(noindex=nothing or "noindex" in rules, nofollow=nothing or "nofollow" in rules)


def _rules(text: str) -> Iterator[str]:
    return (rule.strip().lower() for rule in text.split(","))


def _header_rules(header: str) -> Iterator[str]:
    """Rules for all agents or for ours; `agent: rule` holds until the next agent is named."""
    ours = True
    for part in _rules(header):
        agent, colon, rule = part.partition(":")
        if colon and agent.strip() not in ("unavailable_after", "max-snippet", "max-image-preview"):
            ours = agent.strip() in _OUR_AGENTS
            named = rule.strip()
        else:
            named = part
        if ours:
            yield named
