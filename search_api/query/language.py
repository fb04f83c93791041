"""What a person typed, with its operators: a text to search for, conditions, and notices.

``"phrases"`` and ``-word`` (`indexer.lexical.query_text`), ``field:value``, ``site:``, ``filetype:``,
``intitle:``, ranges, AND, OR, NOT and parentheses. Operators are recognised conservatively: what could be an
ordinary question is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from indexer.retrieval.question import AllOf, AnyOf, Filter, Not, Phrase, Words
from search_api.query.field_terms import field_condition, names_field
from search_api.query.fields import FieldCatalog
from settings.fields import FieldType

MAX_DEPTH: Final = 16
"""Parentheses within parentheses."""

_TYPOGRAPHIC_QUOTES: Final = str.maketrans("“”„‟«»", '""""""')
_PIECE: Final = re.compile(
    r"""
    (?P<open>(?<!\S)-?\(+ | (?<=\()\(+)        # a parenthesis opens where a word would begin
  | (?P<close>\)+(?=\s|$))                    # and closes where one ends
  | (?P<minus>(?<![^\s(])-(?=[\w"]))?         # an exclusion's dash follows white space, or opens the text
    (?: (?P<field>[A-Za-z][A-Za-z0-9_]*):
        (?P<value>"[^"]*"|[\[{][^\[\]{}]*\ TO\ [^\[\]{}]*[\]}]|[^\s":/()][^\s"()]*)
      | "(?P<phrase>[^"]*)"
      | (?P<word>[^\s"]+?(?=\)+(?:\s|$)|\s|"|$)|") )
    """,
    re.VERBOSE,
)
_OPERATORS: Final = ("AND", "OR", "NOT")
_LETTER: Final = re.compile(r"[^\W\d_]")
_HELD: Final[Mapping[FieldType, str]] = {
    FieldType.DATE: "dates such as 2026-11-30",
    FieldType.LONG: "whole numbers",
    FieldType.DOUBLE: "numbers",
    FieldType.BOOLEAN: "true or false",
}
_READ_AS_WORDS: Final = "AND, OR and NOT were read as words: what they join is not complete"


@dataclass(frozen=True, slots=True)
class QueryParts:
    """`text` is what is searched for, with its phrases and exclusions; `condition` what else must hold."""

    text: str
    condition: Filter | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the query: `kind` is one of open close operator field phrase word; `notice` says why a word
    with a field's name before a colon is nothing but words."""

    kind: str
    text: str
    minus: bool = False
    place: tuple[int, int] = (0, 0)
    condition: Filter | None = None
    notice: str | None = None


class _IncompleteError(Exception):
    """The operators do not make an expression."""


def parse_query(text: str, fields: FieldCatalog) -> QueryParts:
    """Take a query apart. Raises `InvalidQuestionError` for a date or number in it that is none.

    Nothing else is an error: operators that make no whole expression are words, as are fields with what they
    cannot hold, and a notice says so.
    """
    text = text.translate(_TYPOGRAPHIC_QUOTES)
    pieces = _balanced(piece for match in _PIECE.finditer(text) for piece in _pieces(match, fields))
    notices = tuple(dict.fromkeys(piece.notice for piece in pieces if piece.notice is not None))
    if any(piece.kind == "operator" for piece in pieces) and not _is_shouting(pieces):
        try:
            return replace(_Expression(pieces).parsed(), notices=notices)
        except _IncompleteError:
            return _plain(text, pieces, (*notices, _READ_AS_WORDS))
    return _plain(text, pieces, notices)


def _pieces(match: re.Match[str], fields: FieldCatalog) -> Iterator[_Piece]:
    place, minus = match.span(), match["minus"] is not None
    if opened := match["open"]:
        for number in range(opened.count("(")):
            yield _Piece("open", "(", opened.startswith("-") and number == 0, place)
    elif closed := match["close"]:
        yield from (_Piece("close", ")", place=place) for _ in closed)
    elif (phrase := match["phrase"]) is not None:
        yield _Piece("phrase", phrase, minus, place)
    elif (name := match["field"]) is not None:
        yield _field_piece(name, match["value"], minus, place, fields)
    elif match["word"] in _OPERATORS and not minus:
        yield _Piece("operator", match["word"], place=place)
    else:
        yield _Piece("word", match["word"], minus, place)


def _balanced(pieces: Iterable[_Piece]) -> list[_Piece]:
    """The pieces without parentheses that close what was never opened: those of `abort()` are letters."""
    kept, depth = [], 0
    for piece in pieces:
        depth += (piece.kind == "open") - (piece.kind == "close")
        if depth >= 0:
            kept.append(piece)
        depth = max(depth, 0)
    return kept


def _field_piece(name: str, value: str, minus: bool, place: tuple[int, int], fields: FieldCatalog) -> _Piece:
    condition = field_condition(name.lower(), value, fields) if names_field(name, fields) else None
    if condition is None:
        wanted = _HELD.get(fields[name.lower()].type) if name.lower() in fields else None
        notice = f"{name}:{value} was read as words: {name} holds {wanted}" if wanted else None
        return _Piece("word", f"{name}:{value}", minus, place, notice=notice)
    return _Piece("field", "", minus, place, Not(condition) if minus else condition)


def _is_shouting(pieces: Sequence[_Piece]) -> bool:
    """Whether everything is in capitals and NOT occurs: then it is more likely a word than an operator."""
    words = [
        piece.text for piece in pieces if piece.kind in ("word", "phrase") and _LETTER.search(piece.text)
    ]
    has_not = any(piece.kind == "operator" and piece.text == "NOT" for piece in pieces)
    return has_not and all(word == word.upper() for word in words)


def _plain(text: str, pieces: Sequence[_Piece], notices: tuple[str, ...] = ()) -> QueryParts:
    """Without AND, OR and NOT: the text as typed, but for what names fields, all of which must hold."""
    named = [piece for piece in pieces if piece.condition is not None]
    for piece in reversed(named):
        text = f"{text[: piece.place[0]]} {text[piece.place[1] :]}"
    conditions = [piece.condition for piece in named if piece.condition is not None]
    return QueryParts(" ".join(text.split()), _all(conditions), notices)


class _Expression:
    """Reads pieces as an expression: OR binds least, then AND, then what stands side by side, then NOT."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self._pieces: Final = pieces
        self._next = 0
        self._wanted: list[str] = []

    def parsed(self) -> QueryParts:
        condition = self._any(negated=False, depth=0)
        if self._next < len(self._pieces):
            raise _IncompleteError
        return QueryParts(" ".join(self._wanted), condition)

    def _peek(self, kind: str, text: str | None = None) -> bool:
        if self._next >= len(self._pieces):
            return False
        piece = self._pieces[self._next]
        return piece.kind == kind and text in (None, piece.text)

    def _take(self, kind: str, text: str | None = None) -> bool:
        found = self._peek(kind, text)
        self._next += found
        return found

    def _any(self, *, negated: bool, depth: int) -> Filter:
        parts = [self._every(negated=negated, depth=depth)]
        while self._take("operator", "OR"):
            parts.append(self._every(negated=negated, depth=depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _every(self, *, negated: bool, depth: int) -> Filter:
        parts = [self._run(negated=negated, depth=depth)]
        while self._take("operator", "AND"):
            parts.append(self._run(negated=negated, depth=depth))
        joined = _all(parts)
        assert joined is not None
        return joined

    def _run(self, *, negated: bool, depth: int) -> Filter:
        """What stands side by side must hold together; words among it are looked for as one text."""
        parts: list[Filter] = []
        words: list[str] = []
        while self._next < len(self._pieces) and not (self._peek("close") or self._peek_joint()):
            piece = self._pieces[self._next]
            if piece.kind == "word" and not piece.minus:
                self._next += 1
                words.append(piece.text)
                self._want(piece.text, negated)
            else:
                parts.append(self._operand(negated=negated, depth=depth))
        if words:
            parts.insert(0, Words(" ".join(words)))
        joined = _all(parts)
        if joined is None:
            raise _IncompleteError
        return joined

    def _peek_joint(self) -> bool:
        return self._peek("operator", "AND") or self._peek("operator", "OR")

    def _operand(self, *, negated: bool, depth: int) -> Filter:
        if self._take("operator", "NOT"):
            if self._next >= len(self._pieces) or self._peek("close") or self._peek_joint():
                raise _IncompleteError
            return Not(self._operand(negated=not negated, depth=depth))
        piece = self._pieces[self._next]
        self._next += 1
        if piece.kind == "open":
            if depth >= MAX_DEPTH:
                raise _IncompleteError
            inner = self._any(negated=negated != piece.minus, depth=depth + 1)
            if not self._take("close"):
                raise _IncompleteError
            return Not(inner) if piece.minus else inner
        if piece.condition is not None:
            return piece.condition
        self._want(piece.text, negated != piece.minus)
        held: Filter = Phrase(piece.text) if piece.kind == "phrase" else Words(piece.text)
        return Not(held) if piece.minus else held

    def _want(self, text: str, negated: bool) -> None:
        if not negated:
            self._wanted.append(text.lstrip("-"))


def _all(parts: Sequence[Filter]) -> Filter | None:
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts)) if parts else None
