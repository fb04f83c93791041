"""What a person typed, taken apart: plain words, "phrases" and -exclusions. No input is a syntax error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from indexer.lexical.characters import SIGNS

_PART: Final = re.compile(
    r"""
    (?P<minus>(?<!\S)-(?=[\w"]))?     # an exclusion's dash follows white space or opens the text
    (?: "(?P<phrase>[^"]*)"           # a closed pair of quotes
      | (?P<word>[^\s"]+|") )
    """,
    re.VERBOSE,
)
_TYPOGRAPHIC_QUOTES: Final = str.maketrans("“”„‟«»", '""""""')
_CONTRACTION: Final = re.compile(r"(?<=\w)['’](?:s|t|re|ll|ve|d|m)\b", re.IGNORECASE)
_WORD: Final = re.compile(rf"(?:[^\W_]|(?!\w)[{SIGNS}])+")


@dataclass(frozen=True, slots=True)
class QueryText:
    """A question's parts.

    `natural` is what the embedding model reads: the question without its exclusions and quotation marks.
    Every phrase must occur in a document, no excluded word or phrase may. `unquoted` are the stretches of
    plain words, which may be understood more widely than they are written.
    """

    natural: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    unquoted: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words as typed, in order, those of the phrases included."""
        return tuple(_WORD.findall(_CONTRACTION.sub("", self.natural)))

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked for: such a question browses."""
        return not self.words


def parse_query_text(text: str) -> QueryText:
    """Take `text` apart; quotes without a partner and dashes without a word are ordinary characters."""
    natural: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    unquoted: list[list[str]] = [[]]
    for part in _PART.finditer(text.translate(_TYPOGRAPHIC_QUOTES)):
        phrase, word = part["phrase"], part["word"]
        content = phrase if word is None else word
        if not _WORD.search(content):
            continue
        if part["minus"]:
            excluded.append(content)
            unquoted.append([])
            continue
        natural.append(content)
        if phrase is not None:
            phrases.append(content)
            unquoted.append([])
        else:
            unquoted[-1].append(content)
    stretches = tuple(" ".join(words) for words in unquoted if words)
    return QueryText(" ".join(natural), tuple(phrases), tuple(excluded), stretches)
