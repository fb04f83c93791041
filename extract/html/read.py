"""A page from its bytes: decode, parse, walk, choose the content, read metadata and fields."""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser

from catalog.document import DocumentKind, FieldValue
from catalog.vocabulary import Reason
from extract.encoding import as_utf8
from extract.fields.apply import known, mapped
from extract.fields.sources import Subject, file_name_of
from extract.fingerprint import content_hash
from extract.html.blocks import blocks_of, first_heading
from extract.html.depth import flattened
from extract.html.flow import walk
from extract.html.glance import glance_at
from extract.html.links import Joiner, base_address, links_of
from extract.html.main_content import flow_of, main_pieces
from extract.html.marks import Marks
from extract.html.metadata import Head, Metadata, metadata_of
from extract.html.pieces import Flow, Piece
from extract.html.script_signs import evidence_of
from extract.html.selection import select
from extract.language import language_of, languages_of, with_languages
from extract.page import Page, Unreadable
from extract.rules import ExtractionRules
from extract.words import as_it_stands


def read_html(
    body: bytes,
    *,
    url: str,
    content_type: str,
    headers: Mapping[str, str],
    rules: ExtractionRules,
    link_text: str = "",
) -> Page | Unreadable:
    """The page; `Unreadable` with its links when it has no text at all."""
    tree = LexborHTMLParser(flattened(as_utf8(body, headers.get("content-type", ""), url=url)))
    marks = Marks(tree)
    flow = flow_of(tree, marks)
    head = Head(marks)
    joiner = Joiner(base_address(marks.base, url))
    links = links_of(flow.links, tree.head, joiner)
    flow, pieces = _content(tree, flow, rules)
    blocks = blocks_of(pieces)
    evidence = evidence_of(tree, marks, flow, pieces, links)
    glance = glance_at(tree, flow, pieces, links, url)
    metadata = metadata_of(tree, head, joiner, headers, first_heading(blocks))
    if not blocks:
        why = _why_empty(tree)
        return Unreadable(
            Reason.EMPTY_CONTENT, why, content_type, links, metadata.directives, evidence, glance
        )
    title = as_it_stands(metadata.title or link_text or file_name_of(url, headers) or url)
    language = metadata.language or language_of(blocks)
    blocks = with_languages(blocks, language)
    subject = Subject(url, headers, title, len(body), content_type, link_text, language, tree, head)
    own, faults = mapped(rules.mappings, subject, DocumentKind.PAGE)
    if isinstance(own.get("title"), str):
        own["title"] = as_it_stands(str(own["title"]))
    standard = _standard(metadata, url=url, title=title, language=language, size=len(body))
    fields = known({**standard, "languages": languages_of(blocks, language)}) | own
    return Page(
        kind=DocumentKind.PAGE,
        title=str(fields["title"]),
        blocks=blocks,
        links=links,
        fields=fields,
        content_hash=content_hash(str(fields["title"]), blocks, own),
        content_type=content_type,
        language=str(fields["language"]) if "language" in fields else None,
        canonical=metadata.canonical,
        directives=metadata.directives,
        faults=tuple(faults),
        evidence=evidence,
        glance=glance,
    )


def _content(tree: LexborHTMLParser, flow: Flow, rules: ExtractionRules) -> tuple[Flow, list[Piece]]:
    """Main content and the flow that it is of: what the connector's selectors say, where there are any, else
    what the text shows."""
    if not (rules.include or rules.exclude):
        return flow, main_pieces(flow)
    chosen = select(tree, rules.include, rules.exclude)
    flow = walk(chosen.tree) if chosen.included else flow_of(chosen.tree)
    return flow, flow.pieces if chosen.included else main_pieces(flow)


def _standard(
    metadata: Metadata, *, url: str, title: str, language: str | None, size: int
) -> dict[str, FieldValue | None]:
    return {
        "title": title,
        "url": url,
        "language": language,
        "description": metadata.description,
        "category": metadata.category,
        "authors": metadata.authors,
        "created_at": metadata.created_at,
        "updated_at": metadata.updated_at,
        "file_type": "html",
        "size": size,
    }


def _why_empty(tree: LexborHTMLParser) -> str:
    if tree.css_first("script") is not None:
        return "the page has no text; it has scripts that may write some in a browser"
    return "the page has no text"
