"""Token counts of any stretch of a text, from one pass of the tokenizer over the whole of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer


def counting_tokenizer(tokenizer: Tokenizer) -> Tokenizer:
    """A copy that neither cuts nor pads, so that it shows every token."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


@dataclass(frozen=True, slots=True)
class TokenMap:
    """The tokens of one text: where each begins, and the beginnings of the words that they make up.

    WordPiece and its like encode each word by itself, so the tokens that begin inside a stretch of whole
    words are the tokens of that stretch.
    """

    starts: Sequence[int]
    words: Sequence[int]

    def count(self, start: int, end: int) -> int:
        """How many tokens begin in `text[start:end]`."""
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)

    def prefix_end(self, start: int, end: int, limit: int) -> int:
        """The furthest cut of `text[start:end]` that leaves at most `limit` tokens (at least one) before it.

        It falls before a word; inside one only where a single word has more than `limit` tokens.
        """
        first = bisect_left(self.starts, start)
        if bisect_left(self.starts, end) - first <= limit:
            return end
        cut = self.starts[first + max(limit, 1)]
        at_word = bisect_left(self.words, cut + 1) - 1
        if at_word >= 0 and self.words[at_word] > start:
            return self.words[at_word]
        return cut if cut > start else end


def token_maps(tokenizer: Tokenizer, texts: Sequence[str]) -> list[TokenMap]:
    """The token map of each text; `tokenizer` must not cut (see `counting_tokenizer`)."""
    maps = []
    for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        starts = [start for start, _ in encoding.offsets]
        word_of = encoding.word_ids
        words = [
            start
            for index, start in enumerate(starts)
            if index == 0 or word_of[index] is None or word_of[index] != word_of[index - 1]
        ]
        maps.append(TokenMap(starts, words))
    return maps
