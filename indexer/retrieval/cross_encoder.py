"""A cross-encoder on sentence-transformers: reads question and passage together, one pair after the other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indexer.retrieval.reranking import RerankerError

_LONGEST: Final = 512
"""Tokens of question and passage together that are read, for a model that names no limit."""


class CrossEncoderScorer:
    """The model `name`: a folder, or a hub name (the only case in which something may be downloaded).

    Raises `RerankerError` when it cannot be loaded, or gives no single score for a pair.
    """

    def __init__(self, name: str, device: str = "auto") -> None:
        self._name: Final = name
        self._model: Final = _load(name, None if device == "auto" else device)
        if self._model.num_labels != 1:
            raise RerankerError(
                f"`search.reranker` {name!r} gives {self._model.num_labels} scores for a pair: choose a "
                "cross-encoder with one"
            )

    def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        """How well each passage answers, in 0..1: shape (len(passages),). Raises `RerankerError`.

        On all CPU threads: a question waits for it alone.
        """
        from torch import nn  # noqa: PLC0415 - torch is loaded with the model

        from indexer.embedding.devices import CPU_THREADS, torch_threads  # noqa: PLC0415

        pairs = [(question, passage) for passage in passages]
        try:
            with torch_threads(CPU_THREADS):
                logits = self._model.predict(
                    pairs, batch_size=len(pairs), show_progress_bar=False, activation_fn=nn.Identity()
                )
        except (RuntimeError, ValueError, IndexError) as error:
            raise RerankerError(f"`search.reranker` {self._name!r} failed: {error}") from error
        unit: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-np.asarray(logits, np.float64)))
        if not np.isfinite(unit).all():
            raise RerankerError(f"`search.reranker` {self._name!r} gives scores that are no numbers")
        return unit


def _load(name: str, device: str | None) -> Any:
    path = Path(name)
    if (path.is_absolute() or name.startswith(".")) and not path.is_dir():
        raise RerankerError(f"`search.reranker` names the folder {name}, which does not exist")
    local = path.is_dir()
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 - reads HF_HUB_OFFLINE at import
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # type: ignore[no-untyped-call]  # standard error belongs to the command
    try:
        model = CrossEncoder(name, device=device, local_files_only=local)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise RerankerError(f"`search.reranker` {name!r} could not be loaded: {error}") from error
    if not model.max_seq_length or model.max_seq_length > _LONGEST:
        model.max_seq_length = _LONGEST
    model.eval()
    return model
