"""Content gaps: questions that found nothing good, those that mean the same together, and what may help.

Proposed are seeds (addresses that a connector's rules refuse and that hold words of the questions) and
synonyms (a word of a question, and one of the document that was opened instead).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from catalog.failed_queries import OpenedInstead, RefusedUrl
from catalog.query_log import normal_query
from catalog.query_statistics import QueryCount
from indexer.lexical.stop_words import content_words
from search_api.query.words import WORD, fold

SIMILAR: Final = 0.6
"""The cosine from which on two questions are taken for one."""
MOST_SHOWN: Final = 5
"""Questions, seeds and synonyms of a gap."""
LEAST_CALLERS: Final = 2
"""Who must have gone from one word to the other before the pair is proposed."""
_SHORTEST_WORD: Final = 4
_WORDS: Final = 6

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Two words, and how many callers went from one to the other."""

    words: tuple[str, str]
    callers: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean the same, the most frequent first, and what may help."""

    questions: tuple[QueryCount, ...]
    seeds: tuple[RefusedUrl, ...] = ()
    synonyms: tuple[Synonyms, ...] = ()

    @property
    def count(self) -> int:
        """How often any of them was asked."""
        return sum(each.count for each in self.questions)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that tell what they ask for, the most frequent first."""
        counts: defaultdict[str, int] = defaultdict(int)
        for each in self.questions:
            for word in set(map(fold, content_words(WORD.findall(each.query)))):
                counts[word] += each.count
        long = [word for word in counts if len(word) >= _SHORTEST_WORD]
        return tuple(sorted(long, key=lambda word: (-counts[word], word))[:_WORDS])


def clustered(failed: Sequence[QueryCount], vectors: Vectors | None) -> list[Gap]:
    """Each question with the first more frequent one that it means the same as; the largest gaps first.

    `vectors` are those of `failed`, of length 1: shape (len(failed), dimension). Without them each question
    is for itself.
    """
    if vectors is None:
        return [Gap((each,)) for each in failed]
    leaders: list[int] = []
    members: defaultdict[int, list[QueryCount]] = defaultdict(list)
    for place, each in enumerate(failed):
        cosines = vectors[leaders] @ vectors[place]
        near = int(np.argmax(cosines)) if leaders else 0
        leader = leaders[near] if leaders and cosines[near] >= SIMILAR else place
        if leader == place:
            leaders.append(place)
        members[leader].append(each)
    return sorted((Gap(tuple(each)) for each in members.values()), key=lambda gap: -gap.count)


def proposed_seeds(gap: Gap, refused: Collection[RefusedUrl]) -> tuple[RefusedUrl, ...]:
    """The addresses that hold most of a gap's words, at least two of them or all."""
    words = gap.words
    scored = []
    for each in refused:
        text = fold(f"{each.url} {each.link_text or ''}")
        held = sum(word in text for word in words)
        if held >= min(2, len(words)) and held:
            scored.append((-held, len(each.url), each))
    return tuple(each for _, _, each in sorted(scored, key=lambda entry: entry[:2])[:MOST_SHOWN])


def proposed_synonyms(
    gap: Gap, opened: Collection[OpenedInstead], title_of: Mapping[str, str]
) -> tuple[Synonyms, ...]:
    """Words of a gap's questions beside words that they lack, of what was opened instead or asked next."""
    own = {normal_query(each.query) for each in gap.questions}
    callers: defaultdict[tuple[str, str], int] = defaultdict(int)
    for each in opened:
        if each.normal in own:
            asked = _telling(each.normal)
            then_asked = "" if each.then_asked == each.normal else each.then_asked
            instead = _telling(f"{then_asked} {title_of.get(each.document_id, '')}")
            for pair in product(sorted(asked - instead), sorted(instead - asked)):
                callers[pair] += each.callers
    found = [Synonyms(pair, count) for pair, count in callers.items() if count >= LEAST_CALLERS]
    return tuple(sorted(found, key=lambda each: (-each.callers, each.words))[:MOST_SHOWN])


def _telling(text: str) -> set[str]:
    words = content_words(WORD.findall(text))
    return {word.lower() for word in words if len(word) >= _SHORTEST_WORD}
