"""An answer as it was found: where it stands, and how likely it is right."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.retrieval.question import Hit, Passage
from search_api.query.confidence import Confidence
from search_api.query.deep_link import deep_link
from search_api.query.highlight import Span
from search_api.query.response import AnswerSource, Highlight, TextAnswer


@dataclass(frozen=True, slots=True)
class FoundAnswer:
    """`text` is what is shown of the passage, `short` the answer in it: spans of the passage's text."""

    source: AnswerSource
    hit: Hit
    passage: Passage
    text: Span
    short: Span
    confidence: Confidence

    @property
    def place(self) -> Span:
        """Where `text` stands in the document's text."""
        offset = document_offset(self.passage)
        return Span(offset + self.text.start, offset + self.text.end)

    @property
    def short_text(self) -> str:
        """The answer itself."""
        return self.passage.text[self.short.start : self.short.end].strip()


def present_answer(found: FoundAnswer) -> TextAnswer:
    """The answer as the search routes give it."""
    passage, hit = found.passage, found.hit
    return TextAnswer(
        source=found.source,
        text=passage.text[found.text.start : found.text.end],
        highlights=[
            Highlight(start=found.short.start - found.text.start, end=found.short.end - found.text.start)
        ],
        title=hit.title,
        url=hit.url,
        deep_link=_deep_link(found),
        document_id=hit.document_id,
        start=found.place.start,
        end=found.place.end,
        confidence=found.confidence,
    )


def _deep_link(found: FoundAnswer) -> str | None:
    """To the words, or, for the row of a table, whose cells no run of words joins, to the table's anchor."""
    hit, passage = found.hit, found.passage
    text = "" if found.source is AnswerSource.TABLE else passage.text
    return deep_link(
        hit.url,
        kind=hit.kind,
        text=text,
        start=found.text.start,
        anchor=passage.anchor,
        page=passage.page,
    )


def document_offset(passage: Passage) -> int:
    """What is to be added to an offset in a passage's text to have it in the document's.

    A passage that begins inside a table repeats the table's header row before its own stretch.
    """
    return passage.end - len(passage.text)
