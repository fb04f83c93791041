"""Where sentences end: a few rules over punctuation that hold for most languages of the web."""

from __future__ import annotations

import re
from typing import Final

_BOUNDARY: Final = re.compile(
    r"""
      [.!?…]+ ["'”’»)\]]* \s+          # western: a stop, closing marks, then white space
    | [。！？｡]+ ["'”’»）」』]* \s*      # Chinese and Japanese put no space after the stop
    | [।؟۔]+ \s+                        # Hindi, Arabic, Urdu
    | \n\s*                             # a line break inside a block is meant
    """,
    re.VERBOSE,
)
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(\[])(?:\w|(?:\w\.)+\w|e\.g|i\.e|etc|cf|vs|approx|resp|incl|mr|mrs|ms|dr|prof|st|no|nr|fig|figs|sec|vol"
    r"|ch|pp|inc|ltd|co|jr|sr|bzw|ca|usw|str|abs|art)\.$",
    re.IGNORECASE,
)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, without surrounding white space; together they hold all other text.

    A stop is no boundary after an abbreviation or initial, nor before a word in lower case.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        if _ends_sentence(text, start, boundary):
            _append(spans, text, start, boundary.end())
            start = boundary.end()
    _append(spans, text, start, len(text))
    return spans


def _ends_sentence(text: str, start: int, boundary: re.Match[str]) -> bool:
    mark = boundary[0]
    if "\n" in mark or mark[0] != ".":
        return True
    if text[boundary.end() : boundary.end() + 1].islower():
        return False
    before = text[max(start, boundary.start() - 12) : boundary.start() + 1]
    return not _ABBREVIATION.search(before)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        spans.append((first, first + len(stripped)))
