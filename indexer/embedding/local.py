"""Models that run in this process, on sentence-transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.chunking.tokens import counting_tokenizer
from indexer.embedding.backend import Backend, TorchBackend, open_backend
from indexer.embedding.batches import TokenBatch, token_batches
from indexer.embedding.bundled import BUNDLED_NAME
from indexer.embedding.calibrating import measured
from indexer.embedding.devices import CPU_THREADS, WORKERS_OF_A_GPU, device_name, devices, worker_threads
from indexer.embedding.embedder import Ids, ModelError, Tokenising, Vectors
from indexer.embedding.engine import Engine
from indexer.embedding.guard import Guard
from indexer.embedding.lean_bert import LeanBert, is_lean_bert
from indexer.embedding.model_files import load_model
from indexer.embedding.precision import SAMPLES, Calibration, Precision, calibrated, keep
from indexer.embedding.prompts import model_prompts
from indexer.embedding.word_tokens import tokeniser

_MOST_WINDOW: Final = 8192
_SAMPLE_BUDGET: Final = 512


class LocalEmbedder:
    """A sentence-transformers model on the CPU or on GPUs.

    `name` is the bundled model's, a folder, or a hub name (the only case in which something may be
    downloaded). `precision` is measured when it is not given; `cache` keeps what was measured, until it is
    to be measured `anew`. `threads` is the number of CPU threads of the whole process. Raises `ModelError`
    when the model cannot be loaded.

    Passages are embedded by an engine whose threads start with the first of them; questions in the caller's
    thread, on that one alone (torch's number of threads becomes 1 for the process).
    """

    def __init__(
        self,
        name: str = BUNDLED_NAME,
        *,
        device: str = "auto",
        precision: Precision | None = None,
        threads: int | None = None,
        cache: Path | None = None,
        anew: bool = False,
    ) -> None:
        self._name: Final = name
        self._threads: Final = threads or CPU_THREADS
        torch.set_num_threads(1)  # workers run side by side; a question alone is too little work to share
        self._cache: Final = cache
        self.device: Final = device_name(device)
        loaded = load_model(name, self.device)
        model = self._model = loaded.model
        self.model_key: Final = loaded.key
        self._tokenizer: Final = loaded.tokenizer
        self.tokenizer: Final = counting_tokenizer(loaded.tokenizer)
        self.window: Final = min(int(model.max_seq_length or _MOST_WINDOW), _MOST_WINDOW)
        prompts = model_prompts(model.prompts, loaded.names, model.default_prompt_name)
        self.passage_prompt: Final = prompts.passage
        self.query_prompt: Final = prompts.query
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.window)
        self._tokenise: Final = tokeniser(self._tokenizer, self.window, whole=self.device != "cpu")
        # A GPU embeds more texts than one process can tokenise.
        self.tokenising: Final = None if self.device == "cpu" else self._tokens_ahead()
        self._padding: Final = int(model.tokenizer.pad_token_id or 0)
        self._samples: Final = tuple(self._batches(SAMPLES, _SAMPLE_BUDGET))
        self.dimension: Final = int(model.get_embedding_dimension())
        if precision is None:
            self.calibration: Calibration | None = self._calibrated(model, anew)
            self.precision = self.calibration.chosen
        else:
            self.calibration, self.precision = None, precision
        self._backend: Final = open_backend(model, self.device, self.precision)
        self._guard: Final = Guard(name, self._exact)
        self._refuse_other_dimension()
        self._engine: Engine | None = None
        self._starting: Final = threading.Lock()

    def _tokens_ahead(self) -> Tokenising:
        return Tokenising(self._tokenizer.to_str(), self.passage_prompt)

    @property
    def _subject(self) -> str:
        return f"{self.model_key} on {self.device}"

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        return self.submit_passages(texts).result()

    def submit_passages(self, texts: Sequence[str], tokens: Sequence[Ids] | None = None) -> Future[Vectors]:
        """Begin to embed; the future's result is what `embed_passages` gives, or its `ModelError`.

        While one call's texts are embedded the next call's are tokenised. So a caller with more to come keeps
        two or three futures: `waiting.append(embedder.submit_passages(texts))`, and takes the result of the
        oldest when it has more than that. `tokens` are those of the texts, made as `tokenising` says.
        """
        return self._started().submit([self.passage_prompt + text for text in texts], tokens)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """See `Embedder.embed_query`."""
        vector: NDArray[np.float32] = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of questions that came together: shape (len(texts), dimension)."""
        prompted = [self.query_prompt + text for text in texts]
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        backend = self._question_backend
        for batch in self._batches(prompted, self._guard.budget(backend.token_budget)):
            vectors[list(batch.rows)] = self._guard.run(backend, prompted, batch)
        return vectors

    @cached_property
    def _question_backend(self) -> Backend:
        """In float32 where passages are in integers: what those lose (`LEAST_COSINE`) is then lost once only.

        Made with the first question: an indexer has none. Two that are first at once may make two.
        """
        if self.device != "cpu" or self.precision not in (Precision.FLOAT32, Precision.INT8):
            return self._backend
        if is_lean_bert(self._model):
            return LeanBert(self._model)
        return self._backend if self.precision is Precision.FLOAT32 else self._exact()

    def close(self) -> None:
        """End the engine's threads; it starts again when there is something to embed."""
        with self._starting:
            if self._engine is not None:
                self._engine.close()
                self._engine = None

    def _started(self) -> Engine:
        with self._starting:
            if self._engine is None:
                self._engine = self._new_engine()
            return self._engine

    def _new_engine(self) -> Engine:
        backends: list[Backend] = [self._backend]
        for device in devices(self.device)[1:]:
            model = load_model(self._name, device).model
            backends.append(open_backend(model, device, self.precision))
        workers, threads = worker_threads(self._threads)
        return Engine(
            backends,
            workers if self.device == "cpu" else WORKERS_OF_A_GPU,
            self._guard,
            self._tokenise,
            dimension=self.dimension,
            padding=self._padding,
            set_up=lambda: torch.set_num_threads(threads),
        )

    def _exact(self) -> Backend:
        return TorchBackend(load_model(self._name, self.device).model, self.device, Precision.FLOAT32)

    def _calibrated(self, model: Any, anew: bool) -> Calibration:
        def measure() -> Calibration:
            return measured(model, self.device, self._samples)

        if anew:
            return keep(measure(), self._cache, self._subject)
        return calibrated(measure, self._cache, self._subject)

    def _refuse_other_dimension(self) -> None:
        (batch,) = self._batches(SAMPLES[:1], self.window)
        found = self._guard.run(self._backend, SAMPLES, batch).shape[1]
        if found != self.dimension:
            raise ModelError(
                f"the model {self._name!r} says that its vectors have {self.dimension} numbers, but they "
                f"have {found}: its files (1_Pooling/config.json, modules.json) do not belong together"
            )

    def _batches(self, texts: Sequence[str], budget: int) -> list[TokenBatch]:
        return list(token_batches(self._tokenise(texts), budget, self._padding))
