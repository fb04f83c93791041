"""An answer above the results: the short answer large, where it stands beneath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from search_api.query.confidence import Confidence
from search_api.query.deep_link import safe_url
from search_api.query.response import AnswerSource, TextAnswer
from search_api.web.addresses import as_indexed
from search_api.web.hit_view import spans_of
from search_api.web.text import Segment, clean, crumbs_of, segments_of, without_bars

_SHORT: Final = 80
"""A short answer of up to so many characters is shown on its own, large, unless it is unsure."""
_CELL_BREAK: Final = " | "
_SURE: Final = {
    Confidence.VERY_HIGH: (4, "Very likely right"),
    Confidence.HIGH: (3, "Likely right"),
    Confidence.MEDIUM: (2, "Possibly right"),
    Confidence.LOW: (1, "Unsure"),
}


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer; `cells` are those of the row of a table that it stands in, `level` is 1 (unsure) to 4."""

    source: AnswerSource
    short: str | None
    segments: tuple[Segment, ...]
    cells: tuple[tuple[Segment, ...], ...]
    title: str
    href: str | None
    crumbs: tuple[str, ...]
    as_indexed: str | None
    document_id: str | None
    level: int
    sureness: str


def view_answer(answer: TextAnswer, text: str) -> AnswerView:
    """An answer to the question `text`."""
    spans = spans_of(answer.highlights)
    short = answer.text[spans[0][0] : spans[0][1]] if len(spans) == 1 else ""
    level, sureness = _SURE[answer.confidence]
    stretch = None if answer.start is None or answer.end is None else (answer.start, answer.end)
    is_table = answer.source is AnswerSource.TABLE
    return AnswerView(
        source=answer.source,
        short=clean(short) if level > 1 and 0 < len(short) <= _SHORT and short != answer.text else None,
        segments=() if is_table else segments_of(without_bars(answer.text), spans),
        cells=tuple(_cells(answer.text, spans)) if is_table else (),
        title=clean(answer.title),
        href=answer.deep_link or (safe_url(answer.url) if answer.url else None),
        crumbs=crumbs_of(answer.url) if answer.url else (),
        as_indexed=as_indexed(answer.document_id, text, stretch) if answer.document_id else None,
        document_id=answer.document_id,
        level=level,
        sureness=sureness,
    )


def _cells(row: str, spans: list[tuple[int, int]]) -> list[tuple[Segment, ...]]:
    cells, position = [], 0
    for cell in row.split(_CELL_BREAK):
        inside = [(max(0, start - position), min(len(cell), end - position)) for start, end in spans]
        cells.append(segments_of(cell, [(start, end) for start, end in inside if start < end]))
        position += len(cell) + len(_CELL_BREAK)
    return cells
