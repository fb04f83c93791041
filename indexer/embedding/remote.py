"""Models that run on an embedding server, OpenAI-style or TEI-style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from indexer.embedding.embedder import ModelError, ModelServerError, Vectors
from indexer.embedding.prompts import model_prompts
from indexer.embedding.remote_client import PASSAGES, QUESTIONS, Manners, ServerClient
from indexer.embedding.remote_identity import (
    PROBE,
    Identity,
    new_identity,
    read_identities,
    write_identities,
)
from indexer.embedding.remote_tokens import counting_for
from settings.services import ModelServer

MOST_TEXTS: Final = 32
"""In one request: what Text Embeddings Inference takes unless told otherwise (`--max-client-batch-size`)."""
MOST_CHARACTERS: Final = 48_000
"""In one request: some 12,000 tokens of its 16,384 (`--max-batch-tokens`)."""


class RemoteEmbedder:
    """A model on a server; it is asked at most four times at once for passages.

    Where the model was never met before, the server is asked for its dimension. With a `key` the server is
    not asked now, so that a search service starts also while it is gone: the model is the one that was met
    under that key. `identities` is the file that keeps what was met. Raises `ModelError`.
    """

    def __init__(
        self,
        server: ModelServer,
        identities: Path,
        *,
        key: str | None = None,
        passages: Manners = PASSAGES,
        questions: Manners = QUESTIONS,
    ) -> None:
        counting = counting_for(server.name)
        prompts = model_prompts(counting.prompts, [server.name])
        self._server: Final = server
        self.passage_prompt: Final = prompts.passage
        self.query_prompt: Final = prompts.query
        self.tokenizer: Final[Tokenizer] = counting.tokenizer
        self.window: Final = counting.window
        self._passages: Final = ServerClient(server, passages)
        self._questions: Final = ServerClient(server, questions)
        self._workers: Final = passages.pressure.most_at_once
        try:
            self._identity: Final = self._known(identities, key) if key else self._met(identities)
        except ModelError:
            self.close()
            raise
        self.model_key: Final = self._identity.key
        self.dimension: Final = self._identity.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`; raises `ModelServerError` once the server has failed repeatedly."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float16)
        batches = list(request_batches([len(text) for text in texts]))

        def ask(batch: Sequence[int]) -> None:
            some = [self.passage_prompt + texts[index] for index in batch]
            vectors[batch] = self._checked(self._passages, some)

        for _ in self._pool.map(ask, batches):
            pass  # a batch's error is raised here, and the batches after it are not begun
        return vectors

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """See `Embedder.embed_query`; raises `ModelServerError` within two seconds or at once."""
        vector: NDArray[np.float32] = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of several questions by one request: shape (len(texts), dimension)."""
        return self._checked(self._questions, [self.query_prompt + text for text in texts])

    def close(self) -> None:
        """Close the connections and end the waiting for them."""
        self._passages.close()
        self._questions.close()
        self._pool.shutdown(wait=False)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._workers, thread_name_prefix="embedding-server")

    def _checked(self, client: ServerClient, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of length 1 and of the model's dimension."""
        vectors = client.vectors(texts)
        if vectors.shape[1] != self.dimension:
            raise ModelServerError(
                f"the embedding server {client.where} answers with {vectors.shape[1]} dimensions, and the "
                f"index is made of {self.dimension}: does it run another model than {self._server.name} now?"
            )
        return _normalised(vectors)

    def _known(self, identities: Path, key: str) -> Identity:
        for known in read_identities(identities):
            if known.key == key:
                return known
        raise ModelError(
            f"nothing was embedded with the model {self._server.name} on {self._questions.where} yet: run "
            "`indexer run`"
        )

    def _met(self, identities: Path) -> Identity:
        """The model that the server runs now: one that was met before, or a new one.

        While the server is gone it is taken to be the one met last under that name, so that a search service
        starts, and answers by words until the server is back.
        """
        known = read_identities(identities)
        namesakes = [identity for identity in known if identity.name == self._server.name]
        client = self._questions if namesakes else self._passages
        try:
            vector = _normalised(client.vectors([self.query_prompt + PROBE]))[0]
        except ModelServerError:
            if namesakes:
                return namesakes[-1]
            raise
        for identity in namesakes:
            if identity.gave(vector):
                return identity
        identity = new_identity(self._server.name, vector)
        write_identities(identities, [*known, identity])
        return identity


def request_batches(
    lengths: Sequence[int], texts: int = MOST_TEXTS, characters: int = MOST_CHARACTERS
) -> Iterator[list[int]]:
    """The indices of texts of these lengths, longest first, as one request takes them.

    A text above the budget makes a request by itself.
    """
    batch: list[int] = []
    size = 0
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and (len(batch) == texts or size + lengths[index] > characters):
            yield batch
            batch, size = [], 0
        batch.append(index)
        size += lengths[index]
    if batch:
        yield batch


def _normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found
