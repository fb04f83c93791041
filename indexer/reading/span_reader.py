"""The reader: which words of a text answer a question, and whether any do.

Devlin et al. 2019 (arXiv 1810.04805, section 4.3): question and text are read together, and each token is
scored as the first and as the last one of the answer. That there is none is scored at the first token, once
against the spans and once by itself (Zhang et al. 2020, *Retrospective Reader*, arXiv 2001.09694). The model
is the bundled embedding model with changes of low rank, which `benchmarks.reader_training` learned.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from indexer.embedding.bert_files import read_plain_bert
from indexer.embedding.bundled import bundled_model
from indexer.embedding.embedder import ModelError
from indexer.embedding.lean_bert import LeanBert, is_lean_bert
from indexer.embedding.precision import Precision
from indexer.reading.low_rank import change
from indexer.reading.reading import Reading

CHANGES: Final = Path(__file__).parent / "reader.safetensors"
MOST_QUESTION_TOKENS: Final = 40
MOST_TEXT_TOKENS: Final = 128
LONGEST_ANSWER: Final = 16
"""Tokens."""


class SpanReader:
    """Reads English on the CPU, as far as `MOST_TEXT_TOKENS`; any thread may call.

    Raises `ModelError` where the bundled model cannot be used.
    """

    def __init__(self) -> None:
        folder = bundled_model()
        read = read_plain_bert(folder)
        if read is None or not is_lean_bert(read[0]):
            raise ModelError(f"the model in {folder} cannot be read for answers on this machine")
        model: Any = read[0]
        self._tokenizer: Final = read[1]
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._first, self._parting = self._tokenizer.encode("").ids
        heads = change(model[0].auto_model, CHANGES)
        self._ends: Final = heads["ends.weight"], heads["ends.bias"]
        self._none: Final = heads["none.weight"], heads["none.bias"]
        self._verdict: Final = heads["verdict.weight"], heads["verdict.bias"]
        # In integers on every processor: a fifth faster than bfloat16, and as often right.
        self._model: Final = LeanBert(model, Precision.INT8)

    def read(self, question: str, text: str) -> Reading | None:
        """The likeliest answer in `text`; None for a text without words."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:MOST_QUESTION_TOKENS]
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        tokens, places = encoded.ids[:MOST_TEXT_TOKENS], encoded.offsets
        if not tokens:
            return None
        begin = len(asked) + 2
        ids = [self._first, *asked, self._parting, *tokens, self._parting]
        with torch.inference_mode():
            states = self._model.pair_states(ids, begin)
            ends = torch.nn.functional.linear(states[begin:-1], *self._ends)
            none = torch.nn.functional.linear(states[0], *self._none)
            verdict = torch.nn.functional.linear(states[0], *self._verdict)
        first, last, odds = likeliest_span(_numbers(ends[:, 0]), _numbers(ends[:, 1]), float(none))
        return Reading(places[first][0], places[last][1], (odds + float(verdict)) / 2)


def likeliest_span(
    starts: npt.NDArray[np.float32], ends: npt.NDArray[np.float32], none: float
) -> tuple[int, int, float]:
    """The first and last token of the best span of at most `LONGEST_ANSWER` tokens, and the logarithm of the
    odds that any such span is the answer."""
    scores = starts[:, None] + ends[None, :]
    allowed = np.triu(np.ones(scores.shape, dtype=bool)) & ~np.triu(
        np.ones(scores.shape, dtype=bool), LONGEST_ANSWER
    )
    scores = np.where(allowed, scores, -np.inf)
    first, last = np.unravel_index(int(scores.argmax()), scores.shape)
    return int(first), int(last), float(np.logaddexp.reduce(scores, axis=None)) - 2 * none


def _numbers(tensor: Tensor) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = tensor.numpy()
    return found
