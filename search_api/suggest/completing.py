"""The rest of what someone types: questions of others, then titles and headings that the caller may read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from catalog.popular_queries import PopularQuery
from catalog.query_log import normal_query
from indexer.lexical.characters import comparable
from indexer.retrieval.readable_words import ReadableWords
from search_api.query.highlight import Span
from search_api.query.words import is_unspaced
from search_api.suggest.blocked import BlockList
from search_api.suggest.matching import matched, typed_words
from search_api.suggest.popular import PopularQueries

SHORTEST: Final = 2
"""Characters; what begins with one letter is too much to choose from."""
LONGEST: Final = 120
"""Characters of a title or heading that can stand for a question."""
_CHECKED: Final = 6
"""Questions of others that are held against what the caller may read, the most frequent ones."""
_SHORTEST_FOR_HEADINGS: Final = 3


class Source(StrEnum):
    """What a completion is taken from."""

    QUERY = "query"
    TITLE = "title"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole question for what was typed; `spans` are the typed parts of it."""

    text: str
    source: Source
    spans: tuple[Span, ...]


def completions(
    typed: str, words: ReadableWords, popular: PopularQueries, blocked: BlockList, limit: int
) -> tuple[Completion, ...]:
    """Up to `limit` completions, each once: first what others asked, then titles and headings, those that
    begin with what was typed before those that hold its words, short ones before long ones."""
    written = " ".join(comparable(typed).split())
    parts = typed_words(written)
    if not parts or len(written) > LONGEST or (len(written) < SHORTEST and not is_unspaced(written)):
        return ()
    found: dict[str, Completion] = {}
    for text, source in _candidates(written, parts, words, popular, limit):
        spans = matched(text, parts)
        if spans is not None and len(text) <= LONGEST and blocked.allows(text):
            found.setdefault(normal_query(text), Completion(text, source, spans))
        if len(found) >= limit:
            break
    return tuple(found.values())


def readable(asked: Iterable[PopularQuery], words: ReadableWords, limit: int) -> Iterator[PopularQuery]:
    """Of the first questions those that may be shown to the caller: a document that the caller may read holds
    all their words."""
    return islice((query for query in islice(asked, _CHECKED) if words.holds_topic(query.text)), limit)


def _candidates(
    written: str, parts: list[str], words: ReadableWords, popular: PopularQueries, limit: int
) -> Iterator[tuple[str, Source]]:
    asked = readable(popular.completing(parts), words, limit)
    yield from ((query.text, Source.QUERY) for query in asked)
    yield from ((text, Source.TITLE) for text in _short_first(words.titles_beginning(written, 2 * limit)))
    *whole, partial = parts
    yield from ((text, Source.TITLE) for text in _short_first(words.titles_with(whole, partial, 4 * limit)))
    if whole or len(partial) >= _SHORTEST_FOR_HEADINGS:
        headings = words.headings_with(whole, partial, 2 * limit)
        yield from ((text, Source.HEADING) for text in _short_first(headings))


def _short_first(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=len)
