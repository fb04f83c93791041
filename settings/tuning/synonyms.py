"""Synonyms in Solr's format: `a, b, c` mean the same, `a, b => c` says that who asks for one means c, too.

Lines that begin with `#` are comments, a backslash takes the next character as it is (Apache Solr Reference
Guide, "Synonym Graph Filter"). Amazon Kendra's thesaurus files are of this format. `# language: de` says for
the lines below it of which documents they hold; without it, of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from settings.faults import Fault
from settings.tuning.parsed import Parsed

MOST_TERMS: Final = 100
"""Words and phrases in one rule."""
LONGEST_TERM: Final = 200
"""Characters of one of them."""

_LANGUAGE: Final = re.compile(r"#\s*language\s*:\s*(\S*)\s*")
_CODE: Final = re.compile(r"[a-z]{2,3}")
_WORD: Final = re.compile(r"[^\W_]")
_PIECE: Final = re.compile(r"(?P<escaped>\\.?)|(?P<arrow>=>)|(?P<comma>,)|(?P<letter>.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SynonymRule:
    """Who asks for one of `words` is shown what holds one of the others among `alternatives`, too, of the
    documents in `language` (an ISO 639 code; None: of all). Each may be a phrase. `line` counts from 1."""

    words: tuple[str, ...]
    alternatives: tuple[str, ...]
    language: str | None = None
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Where it stands: `synonyms.txt:3`."""
        return f"{self.file}:{self.line}"


def parse_synonyms(text: str, file: Path, language: str | None = None) -> Parsed[SynonymRule]:
    """The rules of a file's text; `language` holds until the file names another."""
    rules: list[SynonymRule] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        content = line.strip()
        if content.startswith("#"):
            if named := _LANGUAGE.fullmatch(content):
                language = named[1]
                if not _CODE.fullmatch(language):
                    message = f"`{language}` is no language: write its code, such as `# language: de`"
                    faults.append(Fault(file, number, line.index("#") + 1, message))
        elif content:
            sides = _sides(line)
            found = [Fault(file, number, column, message) for column, message in _faults(sides)]
            faults += found
            if not found:
                first, last = (
                    tuple(dict.fromkeys(term.text for term in side)) for side in (sides[0], sides[-1])
                )
                rules.append(SynonymRule(first, last, language, file.name, number))
    return Parsed(tuple(rules), tuple(faults))


@dataclass(frozen=True, slots=True)
class _Term:
    """A word or phrase, and where it begins."""

    column: int
    text: str


def _sides(line: str) -> list[list[_Term]]:
    """The terms of each side of a rule's arrows; a list of equals has one side."""
    sides: list[list[_Term]] = [[]]
    text, column = "", 0

    def end(at: int) -> None:
        sides[-1].append(_Term(column or at, " ".join(text.split())))

    for piece in _PIECE.finditer(line):
        if piece.lastgroup in ("arrow", "comma"):
            end(piece.start() + 1)
            text, column = "", 0
            if piece.lastgroup == "arrow":
                sides.append([])
            continue
        letter = piece[0][1:] if piece.lastgroup == "escaped" else piece[0]
        if not column and not letter.isspace():
            column = piece.start() + 1
        text += letter
    end(len(line.rstrip()) or 1)
    return sides


def _faults(sides: list[list[_Term]]) -> Iterator[tuple[int, str]]:
    """Columns and what is wrong there."""
    terms = [term for side in sides for term in side]
    for term in terms:
        if not term.text:
            yield (
                term.column,
                "a word is missing here: remove the comma or the arrow, or write `\\,` for a comma",
            )
        elif not _WORD.search(term.text):
            yield term.column, f"`{term.text}` holds no letter and no digit: no word can be found by it"
        elif len(term.text) > LONGEST_TERM:
            message = f"this is {len(term.text):,} characters long, at most {LONGEST_TERM} can be a synonym"
            yield term.column, message
    if len(sides) > 2:
        yield sides[2][0].column, "a rule has one arrow at most: make two rules of this"
    if len(terms) > MOST_TERMS:
        message = f"a rule takes at most {MOST_TERMS} words and phrases, this is one of {len(terms):,}"
        yield terms[MOST_TERMS].column, message
    if len(sides) == 1 and len({term.text for term in terms}) < 2:
        yield terms[0].column, "a rule needs two words at least: `a, b` or `a => b`"
