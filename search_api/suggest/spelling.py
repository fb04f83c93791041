"""Another spelling for a query, from words of documents that the caller may read.

A word is doubted when no readable document has it, in any of its forms, or when hardly one has it and a
similar word is common. Candidates are words one or two edits away, two words that stand side by side, or one
word for two. Names in code, numbers, abbreviations and scripts without spaces stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from indexer.lexical.characters import comparable
from indexer.lexical.exact import is_name, tokens
from indexer.lexical.query_text import parse_query_text
from indexer.lexical.stop_words import content_words
from indexer.retrieval.readable_words import ReadableWords
from search_api.query.words import is_unspaced
from search_api.suggest.candidates import Candidates

SHORTEST: Final = 4
"""Letters; shorter words are near too many others."""
LONGEST: Final = 40
RARE: Final = 2
"""Documents; a word that so few have is doubted, too, where a similar one is in `COMMONER` times as many."""
COMMONER: Final = 20
_SHORTEST_PART: Final = 3
_TWO_EDITS: Final = 7
"""Letters from which on two edits are looked for."""
_TRIED: Final = 3
"""Candidates whose documents are counted: the likeliest ones."""
_MOST_DOUBTED: Final = 4
"""Words of one query that are corrected; one with more is not in the documents' language."""


def corrected(typed: str, words: ReadableWords) -> str | None:
    """The query with its misspelled words replaced, all else as typed; None where nothing is to be said."""
    written = tokens(comparable(parse_query_text(typed).natural))
    told = set(content_words(written))
    plain = [word for word in dict.fromkeys(written) if word in told and _is_plain(word)]
    if not plain or (together := words.documents_with(plain)) > RARE:
        return None
    counts = {word: words.documents_with([word]) for word in plain} if plain[1:] else {plain[0]: together}
    doubted = [word for word in plain if counts[word] <= RARE]
    if not doubted or len(doubted) > _MOST_DOUBTED:
        return None
    replaced = dict(_joined(written, counts, words))
    context = [word for word in told if word not in doubted]
    for word in doubted:
        if not any(word in pair.split() for pair in replaced):
            is_capitalised = word in written[1:] and word.istitle() and any(map(str.islower, told))
            found = _respelled(word, counts[word], Candidates(words, context, only_names=is_capitalised))
            if found is not None:
                replaced[word] = found
    return _with_words_replaced(typed, replaced) if replaced else None


def _is_plain(word: str) -> bool:
    """Whether it is an ordinary word that may be misspelled."""
    if not SHORTEST <= len(word) <= LONGEST or is_name(word) or is_unspaced(word):
        return False
    return word.isalpha() and (word[1:].islower() or (word.isupper() and len(word) > 5))


def _joined(
    written: Sequence[str], counts: dict[str, int], words: ReadableWords
) -> Iterator[tuple[str, str]]:
    """Neighbours of which one is unknown, and that are one word together ("data base")."""
    for one, other in pairwise(written):
        if 0 in (counts.get(one), counts.get(other)) and one.isalpha() and other.isalpha():
            whole = f"{one}{other}".lower()
            if words.documents_with([whole]) and Candidates(words).is_written(whole):
                yield f"{one} {other}", whole


def _respelled(word: str, count: int, candidates: Candidates) -> str | None:
    """What stands in place of a doubted word; None where nothing better is known."""
    least = max(1, COMMONER * count)
    for distance in (1, 2) if len(word) >= _TWO_EDITS else (1,):
        for form in candidates.near(word.lower(), distance)[:_TRIED]:
            if least == 1 or candidates.words.documents_with([form]) >= least:
                return form
        if distance == 1 and count == 0 and (parted := _parted(word.lower(), candidates.words)) is not None:
            return parted
    return None


def _parted(word: str, words: ReadableWords) -> str | None:
    """The word as two that stand side by side in a readable passage ("dataprotection")."""
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        parts = [word[:cut], word[cut:]]
        if words.documents_with(parts) and words.stand_together(" ".join(parts)):
            return " ".join(parts)
    return None


def _with_words_replaced(typed: str, replaced: dict[str, str]) -> str:
    """`typed` with each word or pair of words replaced wherever it stands for itself."""
    alternatives = "|".join(_pattern(each) for each in sorted(replaced, key=len, reverse=True))
    matching = re.compile(rf"(?<![\w:.-])(?:{alternatives})(?![\w:]|\.\w)")
    return matching.sub(lambda match: replaced[" ".join(match[0].split())], typed)


def _pattern(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))
