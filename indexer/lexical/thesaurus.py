"""Which synonyms a question brings in: rules found in its words by one walk, however many rules there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from indexer.lexical.analysis import words_analyzer
from indexer.lexical.characters import comparable, with_whole_grams
from indexer.lexical.languages import ENGLISH, stemming_language
from indexer.lexical.query_text import QueryText
from settings.tuning.synonyms import SynonymRule

MOST_ALTERNATIVES: Final = 100
"""Words and phrases that all rules together bring into one question; further ones do not count."""

_SIGNS: Final = (
    (re.compile(r"(?<=\w)\+\+(?!\w)"), "plusplus"),
    (re.compile(r"(?<=\w)#(?!\w)"), "sharp"),
    (re.compile(r"(?<![\w.])\.(?=\w)"), "dot"),
)
"""What tells `C++`, `C#` and `.NET` from words."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """`words` of a question, as their rule writes them, and what is looked for beside them, in documents in
    `language` (None: in all). `places` are those of the rules."""

    words: str
    alternatives: tuple[str, ...]
    language: str | None
    places: tuple[str, ...]


@dataclass(slots=True)
class _Node:
    """What may follow the words up to here, and the rules of these very words."""

    further: dict[str, _Node] = field(default_factory=dict)
    words: str = ""
    rules: list[SynonymRule] = field(default_factory=list)


class Thesaurus:
    """Rules in one trie of stems per language. As in Solr, the longest words that have a rule decide, and
    what they cover brings in nothing else."""

    def __init__(self, rules: Iterable[SynonymRule] = ()) -> None:
        self._tries: Final[dict[str | None, _Node]] = {}
        for rule in rules:
            trie = self._tries.setdefault(rule.language, _Node())
            for words in rule.words:
                node = trie
                for stem in _stems(words, rule.language):
                    node = node.further.setdefault(stem, _Node())
                node.words = node.words or words
                node.rules.append(rule)

    def expansions(self, text: QueryText) -> tuple[Expansion, ...]:
        """The synonyms of the plain words of a question, those of its phrases and exclusions apart."""
        found: dict[tuple[str, str | None], Expansion] = {}
        left = MOST_ALTERNATIVES
        for language, trie in self._tries.items():
            for stretch in text.unquoted:
                for node in _longest(trie, _stems(stretch, language)):
                    if (node.words, language) in found:
                        continue
                    expansion = _expansion(node, language, left)
                    if expansion.alternatives:
                        found[node.words, language] = expansion
                        left -= len(expansion.alternatives)
        return tuple(found.values())


NO_SYNONYMS: Final = Thesaurus()


def _longest(trie: _Node, stems: list[str]) -> Iterator[_Node]:
    start = 0
    while start < len(stems):
        node, best, end = trie, None, start + 1
        for place in range(start, len(stems)):
            following = node.further.get(stems[place])
            if following is None:
                break
            node = following
            if node.rules:
                best, end = node, place + 1
        if best is not None:
            yield best
        start = end


def _expansion(node: _Node, language: str | None, most: int) -> Expansion:
    own = _stems(node.words, language)
    wanted = dict.fromkeys(
        other for rule in node.rules for other in rule.alternatives if _stems(other, language) != own
    )
    places = dict.fromkeys(rule.place for rule in node.rules)
    return Expansion(node.words, tuple(wanted)[:most], language, tuple(places))


def _stems(text: str, language: str | None) -> list[str]:
    """The words of `text` in order, in the form in which they are compared."""
    plain = comparable(text)
    for sign, name in _SIGNS:
        plain = sign.sub(name, plain)
    analyzer = words_analyzer(ENGLISH if language is None else stemming_language(language))
    return analyzer.analyze(with_whole_grams(plain))
