"""One result, ready for its template.

Everything that comes from a document is untrusted text: it stays text here, the templates escape it, and only
http and https addresses become links.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from search_api.query.excerpt import make_excerpt
from search_api.query.present import HEADING_SEPARATOR
from search_api.query.response import Highlight, PassageAnswer, ResultAnswer
from search_api.web.addresses import as_indexed
from search_api.web.explain_view import ExplainView, view_explanation
from search_api.web.facts import Fact, facts_of
from search_api.web.text import Segment, clean, crumbs_of, segments_of, without_bars

_PASSAGE_CHARACTERS: Final = 180


@dataclass(frozen=True, slots=True)
class PassageView:
    """A further passage of the same document."""

    heading: str | None
    segments: tuple[Segment, ...]
    href: str | None


@dataclass(frozen=True, slots=True)
class HitView:
    """One result; without `href` its title is plain text; `more` stands collapsed beneath it."""

    id: str
    title: str
    href: str | None
    crumbs: tuple[str, ...]
    segments: tuple[Segment, ...]
    headings: tuple[str, ...]
    page: int | None
    facts: tuple[Fact, ...]
    as_indexed: str
    passages: tuple[PassageView, ...]
    more: tuple[HitView, ...]
    explained: ExplainView | None


def view_hit(result: ResultAnswer, text: str) -> HitView:
    """One result of the question `text`."""
    best = result.passages[0] if result.passages else None
    title = clean(result.title) or clean(result.url)
    headings = (best.heading or "").split(HEADING_SEPARATOR) if best else []
    known = [heading for heading in map(clean, headings) if heading and heading != title]
    excerpt, spans = _without_heading(result.excerpt, spans_of(result.highlights), [title, *known])
    return HitView(
        id=result.id,
        title=title,
        href=result.deep_link,
        crumbs=crumbs_of(result.url),
        segments=segments_of(without_bars(excerpt), spans),
        headings=tuple(known),
        page=best.page if best else None,
        facts=facts_of(result.fields),
        as_indexed=as_indexed(result.id, text, (best.start, best.end) if best else None),
        passages=tuple(_view_passage(passage, result) for passage in result.passages[1:]),
        more=tuple(view_hit(each, text) for each in result.more),
        explained=view_explanation(result.score, result.explanation) if result.explanation else None,
    )


def spans_of(highlights: Iterable[Highlight]) -> list[tuple[int, int]]:
    """Where to mark."""
    return [(span.start, span.end) for span in highlights]


def _without_heading(
    excerpt: str, spans: list[tuple[int, int]], headings: Iterable[str]
) -> tuple[str, list[tuple[int, int]]]:
    """The excerpt without the headings at its start that stand right above it already."""
    for heading in headings:
        if excerpt.startswith(f"{heading} "):
            cut = len(heading) + 1
            excerpt = excerpt[cut:]
            spans = [(start - cut, end - cut) for start, end in spans if start >= cut]
    return excerpt, spans


def _view_passage(passage: PassageAnswer, result: ResultAnswer) -> PassageView:
    """A further passage, cut shorter than the first, with the same words marked."""
    language = result.fields.get("language")
    terms = {result.excerpt[span.start : span.end] for span in result.highlights}
    excerpt = make_excerpt(
        passage.text, terms, language if isinstance(language, str) else None, _PASSAGE_CHARACTERS
    )
    heading = (passage.heading or "").rpartition(HEADING_SEPARATOR)[2]
    spans = [(span.start, span.end) for span in excerpt.highlights]
    return PassageView(
        clean(heading) or None, segments_of(without_bars(excerpt.text), spans), passage.deep_link
    )
