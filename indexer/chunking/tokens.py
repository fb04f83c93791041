"""Token counts of any stretch of a text, from the counts of its words, each of which is tokenised once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, chain
from typing import Final

from tokenizers import Tokenizer

_WORD: Final = re.compile(r"\s*\S+|\s+$")
"""With the white space before it: all tokenizers part words there, and some have tokens for it."""
_MOST_KNOWN: Final = 2_000_000
"""Characters of words whose counts are kept; then all are forgotten, which costs less than telling which are
old."""
_BATCH_CHARACTERS: Final = 1_000_000


def counting_tokenizer(tokenizer: Tokenizer) -> Tokenizer:
    """A copy that neither cuts nor pads, so that it shows every token."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


@dataclass(frozen=True, slots=True)
class _Inside:
    """Where the tokens of one word begin, and where what the tokenizer takes for words does."""

    tokens: Sequence[int]
    words: Sequence[int]


@dataclass(frozen=True, slots=True)
class TokenMap:
    """The tokens of one text: its words (which together are the text), where each ends, and how many tokens
    stand before each and in all."""

    tokenizer: Tokenizer
    words: Sequence[str]
    ends: Sequence[int]
    sums: Sequence[int]
    _insides: dict[int, _Inside] = field(default_factory=dict, repr=False)

    def count(self, start: int, end: int) -> int:
        """How many tokens begin in `text[start:end]`."""
        return self._before(end) - self._before(start)

    def prefix_end(self, start: int, end: int, limit: int) -> int:
        """The furthest cut of `text[start:end]` that leaves at most `limit` tokens (at least one) before it.

        It falls before a word; inside one only where a single word has more than `limit` tokens.
        """
        first = self._before(start)
        if self._before(end) - first <= limit:
            return end
        number = bisect_right(self.sums, first + limit) - 1
        cut = self.ends[number] - len(self.words[number].lstrip())
        return cut if cut > start else self._cut_inside(number, start, end, first + max(limit, 1))

    def _before(self, position: int) -> int:
        """How many tokens begin before `position`."""
        number = bisect_left(self.ends, position)
        if number == len(self.ends):
            return self.sums[-1]
        if self.ends[number] == position:
            return self.sums[number + 1]
        word = self.words[number]
        offset = position - self.ends[number] + len(word)
        if offset <= 0 or word[:offset].isspace():
            return self.sums[number]
        return self.sums[number] + bisect_left(self._inside(number).tokens, offset)

    def _cut_inside(self, number: int, start: int, end: int, most: int) -> int:
        """The furthest cut of a word with at most `most` tokens of the text before it."""
        inside = self._inside(number)
        begin = self.ends[number] - len(self.words[number])
        cuts = (begin + token for token in inside.tokens[most - self.sums[number] :] if begin + token > start)
        cut = next(cuts, min(end, self.ends[number]))
        at_word = bisect_right(inside.words, cut - begin) - 1
        if at_word >= 0 and begin + inside.words[at_word] > start:
            return begin + inside.words[at_word]
        return min(cut, end)

    def _inside(self, number: int) -> _Inside:
        if number not in self._insides:
            encoding = self.tokenizer.encode(self.words[number], add_special_tokens=False)
            starts, word_of = [start for start, _ in encoding.offsets], encoding.word_ids
            words = [
                start
                for index, start in enumerate(starts)
                if index == 0 or word_of[index] is None or word_of[index] != word_of[index - 1]
            ]
            self._insides[number] = _Inside(starts, words)
        return self._insides[number]


def token_maps(tokenizer: Tokenizer, texts: Sequence[str]) -> list[TokenMap]:
    """The token map of each text; `tokenizer` must not cut (see `counting_tokenizer`)."""
    words = [_WORD.findall(text) for text in texts]
    counts = _counts(tokenizer).of(chain.from_iterable(words))
    return [
        TokenMap(
            tokenizer,
            found,
            list(accumulate(map(len, found))),
            list(accumulate(map(counts.__getitem__, found), initial=0)),
        )
        for found in words
    ]


class _Counts:
    """How many tokens each word has; the same ones come again and again."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, int] = {}
        self._characters = 0

    def of(self, words: Iterable[str]) -> dict[str, int]:
        """Those of `words`, and of others."""
        known = self._known if self._characters < _MOST_KNOWN else {}
        new = set(words).difference(known)
        self._characters = sum(map(len, new)) + (self._characters if known else 0)
        for batch in _of_bounded_size(new):
            encodings = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            known.update(zip(batch, map(len, encodings), strict=True))
        self._known = known
        return known


@lru_cache(maxsize=4)
def _counts(tokenizer: Tokenizer) -> _Counts:
    return _Counts(tokenizer)


def _of_bounded_size(words: Iterable[str]) -> Iterator[list[str]]:
    """Batches of at most `_BATCH_CHARACTERS`, since an encoding takes a hundred times its text's memory."""
    batch: list[str] = []
    size = 0
    for word in words:
        if batch and size + len(word) > _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(word)
        size += len(word)
    if batch:
        yield batch
