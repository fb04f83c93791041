"""Token ids of texts, put together from those of their words, each of which is tokenised once.

BERT's tokenizer takes half a millisecond of a core for a passage; and it parts words at white space, whatever
stands around them: a text's tokens are those of its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final

import numpy as np
from tokenizers import Tokenizer

from indexer.embedding.embedder import Ids

Tokenise = Callable[[Sequence[str]], list[Ids]]
_REMOVED: Final = re.compile(r"[\x0b\x0c\x1c-\x1f\x85]")
"""White space to Python, and control characters to BERT, which joins what stands around them."""
_MOST_KNOWN: Final = 4_000_000
"""Characters of words whose ids are kept; then all are forgotten."""


def tokeniser(tokenizer: Tokenizer, window: int, *, whole: bool = False) -> Tokenise:
    """What gives the ids of texts, special tokens included, at most `window`; `tokenizer` cuts at as many.

    Words cost a tenth of the processor time, but Python's lock. Beside a GPU that lock is what is short: an
    H200 got 25,000 texts a second read `whole` on 16 cores, 16,000 by words.
    """
    if whole or not parts_at_white_space(tokenizer):
        return WholeTexts(tokenizer)
    return WordTokens(tokenizer, window)


def parts_at_white_space(tokenizer: Tokenizer) -> bool:
    """Whether it is BERT's, with a special token at each end, and none of its own that has white space."""
    kinds = [type(part).__name__ for part in (tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.model)]
    added = tokenizer.get_added_tokens_decoder().values()
    return (
        kinds == ["BertNormalizer", "BertPreTokenizer", "WordPiece"]
        and tokenizer.normalizer.clean_text
        and len(tokenizer.encode("").ids) == 2
        and all(token.content.split() == [token.content] for token in added)
    )


class WholeTexts:
    """Any tokenizer, text by text."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer: Final = tokenizer

    def __call__(self, texts: Sequence[str]) -> list[Ids]:
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        return [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]


class WordTokens:
    """A tokenizer that `parts_at_white_space`. Several threads may call at once."""

    def __init__(self, tokenizer: Tokenizer, window: int) -> None:
        self._tokenizer: Final = tokenizer
        self._whole: Final = WholeTexts(tokenizer)
        first, last = tokenizer.encode("").ids
        self._first: Final = _packed([first])
        self._last: Final = _packed([last])
        self._room: Final = len(_packed([0])) * (window - 1)
        self._known: dict[str, bytes] = {}
        self._characters = 0

    def __call__(self, texts: Sequence[str]) -> list[Ids]:
        words = [text.split() for text in texts]
        ids_of = self._ids(set(chain.from_iterable(words))).__getitem__
        found = [self._bounded(self._first + b"".join(map(ids_of, each))) for each in words]
        odd = [place for place, text in enumerate(texts) if _REMOVED.search(text)]
        for place, ids in zip(odd, self._whole([texts[place] for place in odd]), strict=True):
            found[place] = ids
        return found

    def _bounded(self, packed: bytes) -> Ids:
        return np.frombuffer(packed[: self._room] + self._last, dtype=np.int32)

    def _ids(self, words: set[str]) -> dict[str, bytes]:
        """Those of `words`, and of others."""
        if self._characters > _MOST_KNOWN:
            self._known, self._characters = {}, 0
        known = self._known  # another thread may begin a new one meanwhile
        new = [word for word in words if word not in known]
        encodings = self._tokenizer.encode_batch_fast(new, add_special_tokens=False)
        known.update(zip(new, (_packed(encoding.ids) for encoding in encodings), strict=True))
        self._characters += sum(map(len, new))
        return known


def _packed(ids: Sequence[int]) -> bytes:
    return np.array(ids, dtype=np.int32).tobytes()
