"""What every embedding model offers, wherever it runs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Vectors = NDArray[np.float16]
"""One row per text, of length 1 (so an inner product is a cosine)."""
Ids = NDArray[np.int32]
"""The token ids of one text."""


class ModelError(Exception):
    """A model cannot be used; the message says which, what was seen and what to do."""


class ModelServerError(ModelError):
    """An embedding server does not do what it should now; it may later, and what is pending is kept."""


@runtime_checkable
class EmbedsAhead(Protocol):
    """A model that takes the next texts while it embeds others."""

    def submit_passages(self, texts: Sequence[str], tokens: Sequence[Ids] | None = None) -> Future[Vectors]:
        """Begin to embed; the future has what `Embedder.embed_passages` gives, or raises.

        `tokens` may have those of each text, where they were made ahead as `tokenising` says.
        """

    @property
    def tokenising(self) -> Tokenising | None:
        """How to make tokens ahead; None where they are best left to the model."""


@dataclass(frozen=True, slots=True)
class Tokenising:
    """What makes a passage's tokens in another process: `tokenizer` as JSON, which cuts at the model's
    window, reads `prompt` and then the text."""

    tokenizer: str
    prompt: str


class Embedder(Protocol):
    """A model that turns texts into vectors."""

    @property
    def model_key(self) -> str:
        """Names the model and its very weights; fit for a folder's name. Vectors of one key compare."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    def window(self) -> int:
        """How many tokens of a text the model reads, its special tokens included."""

    @property
    def passage_prompt(self) -> str:
        """What is put before each passage."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Counts as the model does, and never cuts."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages, in their order: shape (len(texts), dimension)."""

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """The vector of one question: shape (dimension,)."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of questions that came together: shape (len(texts), dimension)."""


def tokenising(embedder: Embedder) -> Tokenising | None:
    """How to make the tokens of passages ahead, where that spares the model work."""
    return embedder.tokenising if isinstance(embedder, EmbedsAhead) else None


def begin(embedder: Embedder, texts: Sequence[str], tokens: Sequence[Ids] | None = None) -> Future[Vectors]:
    """Begin to embed passages where the model embeds ahead; else they are embedded when this returns.

    Raises, or its result does, what `embed_passages` raises.
    """
    if isinstance(embedder, EmbedsAhead):
        return embedder.submit_passages(texts, tokens)
    done: Future[Vectors] = Future()
    done.set_result(embedder.embed_passages(texts))
    return done
