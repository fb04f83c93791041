"""A text made ready for the index: what is analysed into stems, and the exact terms beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from indexer.lexical.characters import comparable, with_grams
from indexer.lexical.exact import ExactTerms, exact_terms, is_name


@dataclass(frozen=True, slots=True)
class PreparedText:
    """`written` is the text in comparable characters, unspaced scripts in grams; by the rules of `language`
    its words are stemmed."""

    written: str
    exact: ExactTerms
    language: str

    @classmethod
    def of(cls, text: str, language: str) -> Self:
        """Any text, in a language of `STEMMERS`."""
        characters = comparable(text)
        return cls(with_grams(characters), exact_terms(characters, language), language)

    @property
    def words(self) -> str:
        """What is analysed: the text, and after it, where they part no phrase, the words that its
        camel-case names are made of."""
        return f"{self.written}\n{' '.join(self.exact.parts)}" if self.exact.parts else self.written


def exact_field(texts: Iterable[PreparedText], names_of: Iterable[PreparedText] = ()) -> str:
    """The exact terms of several texts, and the names among those of others, each once, as the field takes
    them."""
    return " ".join(_exact(texts).union(filter(is_name, _exact(names_of))))


def _exact(texts: Iterable[PreparedText]) -> frozenset[str]:
    return frozenset[str]().union(*(text.exact.terms for text in texts))
