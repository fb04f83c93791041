"""Token counts of any stretch of a text, from one pass of the tokenizer over the whole of it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tokenizers import Encoding, Tokenizer

_BATCH_CHARACTERS: Final = 1_000_000


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
    maps: list[TokenMap] = []
    for batch in _of_bounded_size(texts):
        maps.extend(
            _token_map(encoding) for encoding in tokenizer.encode_batch(batch, add_special_tokens=False)
        )
    return maps


def _token_map(encoding: Encoding) -> TokenMap:
    starts = array("I", (start for start, _ in encoding.offsets))
    word_of = encoding.word_ids
    words = (
        start
        for index, start in enumerate(starts)
        if index == 0 or word_of[index] is None or word_of[index] != word_of[index - 1]
    )
    return TokenMap(starts, array("I", words))


def _of_bounded_size(texts: Sequence[str]) -> Iterator[list[str]]:
    """Batches of at most `_BATCH_CHARACTERS`, since an encoding takes a hundred times its text's memory."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
