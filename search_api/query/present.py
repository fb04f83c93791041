"""From what retrieval found to what is answered: excerpts, highlights, deep links, confidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from catalog.document import Document
from indexer.retrieval.question import FacetCounts, FacetValue, Hit, Interval, Passage, Results
from search_api.backend import Source
from search_api.query.confidence import confidence
from search_api.query.cursor import encode_cursor
from search_api.query.deep_link import deep_link
from search_api.query.excerpt import make_excerpt
from search_api.query.limits import MAX_SHOWN
from search_api.query.request import Search
from search_api.query.response import (
    BlockAnswer,
    DocumentAnswer,
    Explanation,
    FacetCount,
    Highlight,
    PassageAnswer,
    ResultAnswer,
    RetrievedPassage,
    ScoreExplanation,
    ScorePart,
    SearchAnswer,
    Synonyms,
    WordScore,
)

HEADING_SEPARATOR: Final = " › "


def present_results(search: Search, results: Results, *, query_id: str, took_ms: float) -> SearchAnswer:
    """The answer to a search, but for what stands above and beside its results."""
    marked = marked_words(results)
    return SearchAnswer(
        query_id=query_id,
        total=results.total,
        took_ms=took_ms,
        next=_next_cursor(search, results),
        answers=[],
        results=[present_hit(hit, marked) for hit in results.hits],
        groups=results.groups,
        facets=present_facets(results.facets),
        facet_others=_others(results.facets),
        synonyms=[
            Synonyms(words=each.words, alternatives=[*each.alternatives], rules=[*each.places])
            for each in results.synonyms
        ],
        notices=[*search.notices, *results.notices, *_paging_notices(results)],
    )


def present_facets(facets: Mapping[str, FacetCounts]) -> dict[str, list[FacetCount]]:
    """The values of each facet with their counts, and what is counted within them."""
    return {name: [_facet_count(value) for value in counts.values] for name, counts in facets.items()}


def _facet_count(value: FacetValue) -> FacetCount:
    interval = value.interval or Interval()
    return FacetCount(
        value=value.value,
        count=value.count,
        from_=_bound(interval.low),
        to=_bound(interval.high),
        facets=present_facets(value.facets),
        facet_others=_others(value.facets),
    )


def _bound(bound: float | datetime | None) -> float | str | None:
    return bound.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(bound, datetime) else bound


def _others(facets: Mapping[str, FacetCounts]) -> dict[str, int]:
    return {name: counts.others for name, counts in facets.items() if counts.others}


def marked_words(results: Results) -> tuple[str, ...]:
    """The words to mark in results: those of the question, and those that were looked for beside them."""
    others = (word for each in results.synonyms for text in each.alternatives for word in text.split())
    return tuple(dict.fromkeys((*results.terms, *others)))


def present_hit(hit: Hit, terms: Sequence[str]) -> ResultAnswer:
    """One document with the best window of its best passage as excerpt."""
    best = hit.passages[0] if hit.passages else None
    excerpt = make_excerpt(best.text if best else "", terms, hit.language)
    return ResultAnswer(
        id=hit.document_id,
        title=hit.title,
        url=hit.url,
        deep_link=_deep_link(hit, best, excerpt.start),
        connector=hit.connector,
        excerpt=excerpt.text,
        highlights=[Highlight(start=span.start, end=span.end) for span in excerpt.highlights],
        fields=dict(hit.fields),
        score=min(1.0, max(0.0, hit.score)),
        confidence=confidence(hit.relevance),
        passages=[_passage(hit, passage) for passage in hit.passages],
        more=[present_hit(each, terms) for each in hit.more],
        explanation=_explanation(hit),
    )


def present_retrieved(passage: Passage, document: Source) -> RetrievedPassage:
    """A passage with what is needed to cite it."""
    return RetrievedPassage(
        document_id=document.id,
        title=document.title,
        url=document.url,
        deep_link=_deep_link(document, passage),
        connector=document.connector,
        text=passage.text,
        heading=heading_of(passage),
        anchor=passage.anchor,
        page=passage.page,
        score=passage.score,
        confidence=confidence(passage.score),
    )


def present_document(document: Document) -> DocumentAnswer:
    """A document with all its blocks, in reading order."""
    return DocumentAnswer(
        id=document.id,
        connector=document.connector,
        url=document.url,
        kind=document.kind.value,
        version=document.version,
        title=document.title,
        language=document.language,
        fetched_at=document.fetched_at.astimezone(UTC).isoformat(),
        fields=dict(document.fields),
        blocks=[
            BlockAnswer(
                kind=block.kind, text=block.text, level=block.level, anchor=block.anchor, page=block.page
            )
            for block in document.blocks
        ],
    )


def heading_of(passage: Passage) -> str | None:
    """The headings above a passage as one line."""
    return HEADING_SEPARATOR.join(passage.heading_path) or None


def _explanation(hit: Hit) -> ScoreExplanation | None:
    if hit.explanation is None:
        return None
    return ScoreExplanation(
        parts=[
            ScorePart(name=part.name, value=part.value, detail=part.detail) for part in hit.explanation.parts
        ],
        words=[WordScore(words=each.words, score=each.score) for each in hit.explanation.words],
    )


def _passage(hit: Hit, passage: Passage) -> PassageAnswer:
    return PassageAnswer(
        text=passage.text,
        heading=heading_of(passage),
        anchor=passage.anchor,
        page=passage.page,
        start=passage.start,
        end=passage.end,
        score=passage.score,
        deep_link=_deep_link(hit, passage),
        explanation=(
            None if hit.explanation is None else Explanation(dense=passage.dense, lexical=passage.lexical)
        ),
    )


def _deep_link(hit: Hit | Source, passage: Passage | None, start: int = 0) -> str | None:
    if passage is None:
        return deep_link(hit.url, kind=hit.kind, text="")
    return deep_link(
        hit.url, kind=hit.kind, text=passage.text, start=start, anchor=passage.anchor, page=passage.page
    )


def _next_cursor(search: Search, results: Results) -> str | None:
    if not results.has_more or len(results.shown) >= MAX_SHOWN:
        return None
    return encode_cursor(search.question, results.shown)


def _paging_notices(results: Results) -> list[str]:
    if not results.has_more or len(results.shown) < MAX_SHOWN:
        return []
    return [f"there are further results, but no page after the first {MAX_SHOWN:,}: ask more narrowly"]
