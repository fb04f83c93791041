"""XML: feeds by their entries, other documents by their titles, paragraphs and records."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from lxml import etree

from catalog.document import Block, BlockKind
from extract.html.read import read_html
from extract.page import Page
from extract.rules import DEFAULT_RULES

_TITLES: Final = frozenset({"title", "head", "heading", "caption", "h1", "h2", "h3", "h4", "h5", "h6"})
_FEEDS: Final = frozenset({"rss", "feed", "rdf"})
_ENTRIES: Final = frozenset({"item", "entry"})
_BODIES: Final = ("encoded", "content", "description", "summary")
"""Where an entry's text stands, the fullest first (RSS 2.0 with content:encoded, RFC 4287)."""


def parse_xml(text: str) -> etree._Element:
    """The root; no entity is expanded and nothing is fetched. Raises `etree.LxmlError` where it is broken."""
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever it declares: it was decoded already
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    etree.strip_elements(root, etree.Entity, with_tail=False)
    return root


def xml_blocks(root: etree._Element) -> Iterator[Block]:
    """A feed's entries, or all text in its order."""
    if _name(root) in _FEEDS:
        yield from _feed_blocks(root)
    else:
        yield from _blocks(root, 1)


def feed_title(root: etree._Element) -> str | None:
    """What a feed, or a document that begins with its title, is called."""
    if _name(root) in _FEEDS:
        channel = next((each for each in root if _name(each) == "channel"), root)
        return _child_text(channel, "title") or None
    return None


def _feed_blocks(root: etree._Element) -> Iterator[Block]:
    title = feed_title(root)
    if title:
        yield Block(BlockKind.HEADING, title, 1)
    for entry in root.iter():
        if _name(entry) not in _ENTRIES:
            continue
        if heading := _child_text(entry, "title"):
            yield Block(BlockKind.HEADING, heading, 2)
        body = next((text for name in _BODIES if (text := _child_text(entry, name))), "")
        yield from _markup_blocks(body)


def _markup_blocks(markup: str) -> Iterator[Block]:
    if "<" not in markup:
        if markup:
            yield Block(BlockKind.PARAGRAPH, markup)
        return
    page = read_html(
        markup.encode("utf-8", "replace"),
        url="https://feed.invalid/",
        content_type="text/html",
        headers={"content-type": "text/html; charset=utf-8"},
        rules=DEFAULT_RULES,
    )
    if isinstance(page, Page):
        for block in page.blocks:
            level = min(6, block.level + 2) if block.kind is BlockKind.HEADING else block.level
            yield Block(block.kind, block.text, level)


def _blocks(element: etree._Element, depth: int) -> Iterator[Block]:
    children = [child for child in element if isinstance(child.tag, str)]
    if not children or _is_mixed(element):
        if text := _text(element):
            title = _name(element) in _TITLES
            kind = BlockKind.HEADING if title else BlockKind.PARAGRAPH
            yield Block(kind, text, min(6, max(1, depth - 1)) if title else 0)
        return
    if _is_record(children):
        record = "\n".join(line for child in children for line in _lines(child))
        if record:
            yield Block(BlockKind.PARAGRAPH, record)
        return
    for child in children:
        yield from _blocks(child, depth + 1)


def _is_mixed(element: etree._Element) -> bool:
    """Whether text stands between its children: then they are words of a paragraph."""
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _is_record(children: list[etree._Element]) -> bool:
    """Whether elements are the values of one thing: none has others in it, none is text that stands alone."""
    return all(len(child) == 0 for child in children) and len({_name(child) for child in children}) > 1


def _lines(leaf: etree._Element) -> Iterator[str]:
    text = _text(leaf)
    if text:
        yield f"{_name(leaf)}: {text}"
    for name, value in leaf.attrib.items():
        if value.strip():
            yield f"{_local(str(name))}: {' '.join(str(value).split())}"


def _child_text(element: etree._Element, name: str) -> str:
    return next((_text(child) for child in element if _name(child) == name), "")


def _text(element: etree._Element) -> str:
    text = "".join(map(str, element.itertext())) if len(element) else element.text or ""
    return " ".join(text.split())


def _name(element: etree._Element) -> str:
    return _local(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(4_096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()
