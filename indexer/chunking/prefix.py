"""The line above a chunk's text that tells the model what the text is about: title and headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from catalog.document import BlockKind, Document
from indexer.chunking.tokens import TokenMap

_LETTER: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class MeasuredText:
    """A title or heading and its tokens."""

    text: str
    tokens: TokenMap

    @property
    def count(self) -> int:
        return self.tokens.count(0, len(self.text))

    def shortened(self, limit: int) -> str:
        """Its first words, at most `limit` tokens of them, on one line."""
        return one_line(self.text[: self.tokens.prefix_end(0, len(self.text), limit)])


def one_line(text: str) -> str:
    """White space made single spaces."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Context:
    """A document's title and headings (by their text on one line), of which prefixes are made."""

    title: MeasuredText
    headings: Mapping[str, MeasuredText]

    @classmethod
    def of(cls, document: Document, title: TokenMap, blocks: Iterable[TokenMap]) -> Context:
        """The context of a document whose title and blocks were tokenised."""
        headings = {
            one_line(block.text): MeasuredText(block.text, tokens)
            for block, tokens in zip(document.blocks, blocks, strict=True)
            if block.kind is BlockKind.HEADING
        }
        return cls(MeasuredText(document.title, title), headings)

    def prefix(self, path: Iterable[str], limit: int) -> str:
        """Title and headings in at most `limit` tokens.

        What the title says already is not repeated. Where they are too long the upper headings go first,
        then title and last heading are shortened.
        """
        title = one_line(self.title.text)
        said = title.casefold()
        parts = [self.headings[text] for text in path if not _says(said, text.casefold())]
        if title:
            parts.insert(0, self.title)
        if sum(part.count + 1 for part in parts) <= limit:
            return ". ".join(one_line(part.text) for part in parts)
        ends = [parts[0], parts[-1]] if len(parts) > 1 else parts
        share = limit // len(ends) - 1
        return ". ".join(filter(None, (part.shortened(share) for part in ends)))


def _says(sentence: str, words: str) -> bool:
    """Whether `words` stand in `sentence`, and are no part of longer ones."""
    start = sentence.find(words)
    while start >= 0:
        around = sentence[max(start - 1, 0) : start], sentence[start + len(words) :][:1]
        if not any(_LETTER.match(character) for character in around):
            return True
        start = sentence.find(words, start + 1)
    return False
