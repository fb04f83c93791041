"""The filter pairs: regular expressions found anywhere in the whole URL; exclusion wins.

Patterns run in RE2, so that none can hang a crawl. Those that RE2 does not know (look-around, back
references) run in the `regex` module under a time limit; one that gives no answer in time counts against
the URL: as a match of an exclusion, as a miss of an inclusion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import re2
import regex

from catalog.vocabulary import ALLOWED, Decision, Reason, refused

MATCH_TIMEOUT_SECONDS = 0.1
_SET_MEMORY_BYTES = 64 * 2**20


class PatternError(ValueError):
    """A pattern that is no regular expression; the message names its place and what is wrong."""


class PatternList:
    """An ordered list of patterns; finds the first that occurs in a URL.

    `place` is where the list stands in the configuration, such as ``filters.crawl.exclude``.
    Pickles as its patterns and compiles anew in the other process.
    """

    __slots__ = ("_find_linear", "_slow", "patterns", "place")

    def __init__(self, place: str, patterns: Sequence[str]) -> None:
        """Compile the patterns; `PatternError` for the first that is no regular expression."""
        self.place = place
        self.patterns = tuple(patterns)
        linear = {index: pattern for index, pattern in enumerate(self.patterns) if _is_linear(pattern)}
        self._find_linear = _linear_finder(linear)
        self._slow = tuple(
            (index, self._compile_slow(index)) for index in range(len(self.patterns)) if index not in linear
        )

    def __reduce__(self) -> tuple[type[PatternList], tuple[str, tuple[str, ...]]]:
        return PatternList, (self.place, self.patterns)

    def __len__(self) -> int:
        return len(self.patterns)

    def first_match(self, url: str, *, on_timeout: bool) -> int | None:
        """The index of the first pattern found in the URL. `on_timeout` says what no answer counts as."""
        found = self._find_linear(url)
        for index, pattern in self._slow:
            if found is not None and found < index:
                break
            try:
                matches = bool(pattern.search(url, timeout=MATCH_TIMEOUT_SECONDS))
            except TimeoutError:
                matches = on_timeout
            if matches:
                return index
        return found

    def quote(self, index: int) -> str:
        """How a decision names one of the patterns: ``filters.crawl.exclude[1] '/logout'``."""
        return f"{self.place}[{index}] {self.patterns[index]!r}"

    def _compile_slow(self, index: int) -> regex.Pattern[str]:
        try:
            return regex.compile(self.patterns[index])
        except regex.error as error:
            raise PatternError(f"{self.quote(index)} is not a regular expression: {error}") from error


@dataclass(frozen=True, slots=True)
class FilterPair:
    """An include and an exclude list, and the reasons that their refusals carry."""

    include: PatternList
    exclude: PatternList
    not_included: Reason
    excluded: Reason

    def decide(self, url: str, *, is_seed: bool = False) -> Decision:
        """Exclusion wins; an empty include list includes all; seeds need no inclusion."""
        if len(self.exclude):
            match = self.exclude.first_match(url, on_timeout=True)
            if match is not None:
                return refused(self.excluded, self.exclude.quote(match))
        if len(self.include) and not is_seed and self.include.first_match(url, on_timeout=False) is None:
            return refused(self.not_included, self.include.place)
        return ALLOWED


def crawl_filter(include: Sequence[str] = (), exclude: Sequence[str] = ()) -> FilterPair:
    """`filters.crawl`: what is fetched at all."""
    return FilterPair(
        PatternList("filters.crawl.include", include),
        PatternList("filters.crawl.exclude", exclude),
        Reason.NOT_INCLUDED_BY_CRAWL_FILTER,
        Reason.EXCLUDED_BY_CRAWL_FILTER,
    )


def index_filter(include: Sequence[str] = (), exclude: Sequence[str] = ()) -> FilterPair:
    """`filters.index`: what becomes a document; the rest is crawled for its links."""
    return FilterPair(
        PatternList("filters.index.include", include),
        PatternList("filters.index.exclude", exclude),
        Reason.NOT_INCLUDED_BY_INDEX_FILTER,
        Reason.EXCLUDED_BY_INDEX_FILTER,
    )


def file_filter(include: Sequence[str] = (), exclude: Sequence[str] = ()) -> FilterPair:
    """`filters.files`: which attachments become documents."""
    return FilterPair(
        PatternList("filters.files.include", include),
        PatternList("filters.files.exclude", exclude),
        Reason.NOT_INCLUDED_BY_FILE_FILTER,
        Reason.EXCLUDED_BY_FILE_FILTER,
    )


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _SET_MEMORY_BYTES
    return options


def _is_linear(pattern: str) -> bool:
    try:
        re2.compile(pattern, _options())
    except re2.error:
        return False
    return True


def _linear_finder(patterns: dict[int, str]) -> Callable[[str], int | None]:
    """A function that finds the least index whose pattern occurs, in one pass over the URL.

    A set whose automaton outgrows its memory reports no match at all, which would let excluded URLs
    through. The empty pattern, which matches everything, stands in each set as a witness: without it in
    the answer the patterns are tried one by one.
    """
    if not patterns:
        return lambda _url: None
    indexes = tuple(patterns)
    witness = len(indexes)
    together = re2.Set.SearchSet(_options())
    for pattern in (*patterns.values(), ""):
        together.Add(pattern)
    together.Compile()
    single = [re2.compile(pattern, _options()) for pattern in patterns.values()]

    def find(url: str) -> int | None:
        matches = together.Match(url)
        if matches == [witness]:
            return None
        if not matches:
            matches = [position for position, pattern in enumerate(single) if pattern.search(url)]
        first = min(matches, default=witness)
        return None if first == witness else indexes[first]

    return find
