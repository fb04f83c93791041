"""Answers from tables: the cell at the row and the column that a question names.

A table's rows are lines whose cells are parted by ` | `, its header row first (`catalog.document.Block`); a
passage that begins inside a table repeats that row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.retrieval.question import Hit, Passage
from search_api.answers.asked import asks_for_number
from search_api.answers.found import FoundAnswer, document_offset
from search_api.query.confidence import Confidence
from search_api.query.highlight import Span
from search_api.query.response import AnswerSource
from search_api.query.words import WORD, fold, stem, stemmer_of, telling_words

CELL_BORDER: Final = " | "
_QUANTITIES: Final = frozenset({"many", "much", "viel", "viele"})
"""Of "how many": no column is called so."""
_LEAST_COVERAGE: Final = 2 / 3
"""The share of the question's words that row, column and title must say."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table; `cells` are spans of the passage's text."""

    span: Span
    cells: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The stems of a question's telling words, and how words become stems in the document's language."""

    stems: frozenset[str]
    stemmer: str

    def in_(self, text: str) -> frozenset[str]:
        """Those of them that a text has."""
        return frozenset(stem(word, self.stemmer) for word in WORD.findall(text)) & self.stems


def table_answer(question: str, hit: Hit, passage: Passage, terms: Sequence[str]) -> FoundAnswer | None:
    """The cell that the question asks for; None unless one row and one column of a table are meant by it."""
    if CELL_BORDER not in passage.text:
        return None
    stemmer = stemmer_of(hit.language)
    telling = [word for word in telling_words(terms, stemmer) if fold(word) not in _QUANTITIES]
    asked = _Asked(frozenset(stem(word, stemmer) for word in telling), stemmer)
    around = asked.in_(" ".join((hit.title, *passage.heading_path)))
    needs_digit = asks_for_number(question)
    for header, rows in _tables(passage.text):
        chosen = _cell(passage, asked, header, rows)
        if chosen is None:
            continue
        row, cell, said = chosen
        short = passage.text[cell.start : cell.end]
        coverage = len(said | around) / len(asked.stems)
        is_fit = any(map(str.isdigit, short)) if needs_digit else bool(short.strip())
        if (
            coverage < _LEAST_COVERAGE
            or not is_fit
            or row.span.start + document_offset(passage) < passage.start
        ):
            continue
        confidence = Confidence.HIGH if coverage == 1 else Confidence.MEDIUM
        return FoundAnswer(AnswerSource.TABLE, hit, passage, row.span, cell, confidence)
    return None


def is_in_header(text: str, span: Span) -> bool:
    """Whether a span of a passage's text lies in the header row of a table."""
    return any(header.span.start <= span.start < header.span.end for header, _ in _tables(text))


def _cell(
    passage: Passage, asked: _Asked, header: _Row, rows: Sequence[_Row]
) -> tuple[_Row, Span, frozenset[str]] | None:
    """The row and the cell that are named, each better than any other, and what of the question they say."""

    def said(span: Span) -> frozenset[str]:
        return asked.in_(passage.text[span.start : span.end])

    columns = [said(cell) for cell in header.cells]
    named = [said(row.span) - frozenset().union(*columns) for row in rows]
    best_row = _single_best([len(stems) for stems in named])
    if best_row is None:
        return None
    row = rows[best_row]
    if len(header.cells) == 2 and not named[best_row].isdisjoint(said(row.cells[0])):
        return row, row.cells[1], named[best_row] | columns[1]
    own = [
        columns[place] if named[best_row].isdisjoint(said(row.cells[place])) else frozenset()
        for place in range(len(columns))
    ]
    best_column = _single_best([len(stems) for stems in own])
    if best_column is None:
        return None
    return row, row.cells[best_column], named[best_row] | own[best_column]


def _single_best(values: Sequence[int]) -> int | None:
    best = max(values, default=0)
    return values.index(best) if best and values.count(best) == 1 else None


def _tables(text: str) -> Iterator[tuple[_Row, tuple[_Row, ...]]]:
    """Header row and further rows of each table in a text."""
    rows: list[_Row] = []
    start = 0
    for line in text.split("\n"):
        row = _row(line, start)
        start += len(line) + 1
        if row is not None and (not rows or len(row.cells) == len(rows[0].cells)):
            rows.append(row)
            continue
        if len(rows) > 1:
            yield rows[0], tuple(rows[1:])
        rows = [] if row is None else [row]
    if len(rows) > 1:
        yield rows[0], tuple(rows[1:])


def _row(line: str, start: int) -> _Row | None:
    if CELL_BORDER not in line:
        return None
    cells, place = [], start
    for cell in line.split(CELL_BORDER):
        cells.append(Span(place, place + len(cell)))
        place += len(cell) + len(CELL_BORDER)
    return _Row(Span(start, start + len(line)), tuple(cells))
