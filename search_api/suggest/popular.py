"""The questions that others asked, in memory: found by what someone types, or by a question they go with."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from catalog.popular_queries import PopularQuery
from search_api.query.words import WORD, fold
from search_api.suggest.blocked import NOTHING_BLOCKED, BlockList
from search_api.suggest.matching import matched

_MOST_LOOKED_AT: Final = 2_000
"""Questions with a word that begins so; beyond them the beginning says too little."""
OPERATOR: Final = re.compile(r"[\"():]|(?<!\S)-|\b(?:AND|OR|NOT)\b")


class PopularQueries:
    """Questions, the most frequent first, and which belong together; without those that hold operators or
    what is blocked."""

    def __init__(
        self,
        asked: Sequence[PopularQuery] = (),
        related: Mapping[str, Sequence[str]] | None = None,
        blocked: BlockList = NOTHING_BLOCKED,
    ) -> None:
        plain = [query for query in asked if not OPERATOR.search(query.text) and blocked.allows(query.text)]
        self._by_normal: Final = {query.normal: query for query in plain}
        self._related: Final = related or {}
        self._by_word: Final = sorted(
            (fold(word), rank) for rank, query in enumerate(plain) for word in set(WORD.findall(query.text))
        )
        self._plain: Final = plain

    @property
    def plain(self) -> Sequence[PopularQuery]:
        """All of them, the most frequent first."""
        return self._plain

    def completing(self, typed: Sequence[str]) -> Iterator[PopularQuery]:
        """Those that hold a word which begins with each of `typed`, the most frequent first."""
        wanted = fold(max(typed, key=len))
        first = bisect_left(self._by_word, (wanted, -1))
        near = self._by_word[first : first + _MOST_LOOKED_AT]
        for rank in sorted({rank for word, rank in near if word.startswith(wanted)}):
            if matched(self._plain[rank].text, typed) is not None:
                yield self._plain[rank]

    def related(self, normal: str) -> Iterator[PopularQuery]:
        """Those that belong to a question, the closest first."""
        for each in self._related.get(normal, ()):
            if each in self._by_normal:
                yield self._by_normal[each]
