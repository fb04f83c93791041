"""In which language a stretch of a document is, where some of its blocks are in another than the document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Self

from catalog.document import Document
from indexer.lexical.languages import stemming_language


@dataclass(frozen=True, slots=True)
class BlockLanguages:
    """The document's own stemming language, and the stretches (start, end, language) that are in others."""

    own: str
    others: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, document: Document) -> Self:
        """Places count in the blocks' texts joined by blank lines, as those of chunks do."""
        own = stemming_language(document.language)
        others, place = [], 0
        for block in document.blocks:
            end = place + len(block.text)
            if block.language is not None and (language := stemming_language(block.language)) != own:
                others.append((place, end, language))
            place = end + 2
        return cls(own, tuple(others))

    def between(self, start: int, end: int) -> str:
        """The language of most of the text between two places."""
        if not self.others:
            return self.own
        counts = Counter({self.own: end - start})
        for first, last, language in self.others:
            shared = max(0, min(end, last) - max(start, first))
            counts[language] += shared
            counts[self.own] -= shared
        return counts.most_common(1)[0][0]
