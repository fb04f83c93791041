"""Documents cut into chunks: few at a time here, many in processes of their own.

Cutting out a passage and finding its exact words takes half a millisecond of Python: little beside a model on
a CPU, but more than all the rest where a GPU embeds, or a rebuild finds everything embedded. The processes
start with the first large batch, so that a small sync never pays for them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, Final

import numpy as np
from tokenizers import Tokenizer

from catalog.document import Document
from indexer.chunking import Chunk, Chunking, chunk_documents
from indexer.embedding.embedder import Ids, Tokenising
from indexer.embedding.word_tokens import WholeTexts
from indexer.lexical.block_languages import BlockLanguages
from indexer.lexical.exact import ExactTerms
from indexer.lexical.texts import PreparedText

LEAST_DOCUMENTS: Final = 64
"""A batch of fewer is chunked here. Batches grow while they are done quickly (`indexer.feed`): a model on a
CPU never sees one as large."""
_LEAST_CORES: Final = 4
_MOST_PROCESSES: Final = 12
_AT_A_TIME: Final = 8
"""Documents that a process takes: few, so that one long manual holds nobody up."""


@dataclass(frozen=True, slots=True)
class ChunkedDocument:
    """The chunks; and what was made of them ahead: by text what the lexical index takes, by embedded text
    the model's tokens."""

    chunks: tuple[Chunk, ...]
    bodies: Mapping[str, PreparedText]
    tokens: Mapping[str, Ids]


class ChunkingError(Exception):
    """The processes that cut documents ended before they were done."""


class Chunkers:
    """Cuts documents into chunks; one thread at a time may ask. `processes` at most work side by side: by
    default as many as the machine has cores for, none on a small one. They make tokens, too, where
    `tokenising` says how."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        chunking: Chunking,
        processes: int | None = None,
        tokenising: Tokenising | None = None,
    ) -> None:
        self._tokenizer: Final = tokenizer
        self._chunking: Final = chunking
        self._tokenising: Final = tokenising
        self._processes: Final = _processes_here() if processes is None else processes
        self._pool: ProcessPoolExecutor | None = None

    def chunk(self, documents: Sequence[Document]) -> list[ChunkedDocument]:
        """The chunks of each. Raises `ChunkingError` where a process was ended."""
        if len(documents) < LEAST_DOCUMENTS or not self._processes:
            chunked = chunk_documents(documents, self._tokenizer, self._chunking)
            return [ChunkedDocument(chunks, {}, {}) for chunks in chunked]
        parts = [documents[start : start + _AT_A_TIME] for start in range(0, len(documents), _AT_A_TIME)]
        try:
            return [_received(packed) for part in self._started().map(_chunked, parts) for packed in part]
        except BrokenProcessPool as error:
            self.close()
            raise ChunkingError(
                f"a process that cut {len(documents)} documents into passages was ended, by the system if it "
                "was short of memory; they stay pending: free some memory and run `indexer run` again"
            ) from error

    def close(self) -> None:
        """End the processes; they start again when there is work for them."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._processes,
                multiprocessing.get_context("spawn"),  # forked threads' locks would never be let go
                _set_up,
                (self._tokenizer.to_str(), self._chunking, self._tokenising),
            )
        return self._pool


def _processes_here() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 0 if cores < _LEAST_CORES else min(_MOST_PROCESSES, cores * 3 // 4)


@dataclass(slots=True)
class _Own:
    """What a process works with."""

    tokenizer: Tokenizer
    chunking: Chunking
    tokens: Callable[[Sequence[str]], Sequence[Ids]] | None


_own: _Own


def _set_up(tokenizer: str, chunking: Chunking, tokenising: Tokenising | None) -> None:
    """Begin in a process; it ends with the one that started it, even if that is killed."""
    global _own  # noqa: PLW0603 - what a pool's process keeps has no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one that started it says when to stop
    parent = multiprocessing.parent_process()
    assert parent is not None, "it is started by another process"
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the processes share the cores out already
    _own = _Own(
        Tokenizer.from_str(tokenizer), chunking, None if tokenising is None else _tokens_ahead(tokenising)
    )


def _tokens_ahead(how: Tokenising) -> Callable[[Sequence[str]], Sequence[Ids]]:
    whole = WholeTexts(Tokenizer.from_str(how.tokenizer))
    return lambda texts: whole([how.prompt + text for text in texts])


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


_PackedChunk = tuple[tuple[Any, ...], tuple[str, tuple[str, ...], tuple[str, ...], str], bytes | None]
"""The fields of a `Chunk`, of the `PreparedText` of its text, and its tokens: tuples cross over several times
as fast."""


def _chunked(documents: Sequence[Document]) -> list[list[_PackedChunk]]:
    """In a process: what `_received` takes."""
    found = chunk_documents(documents, _own.tokenizer, _own.chunking)
    return [
        [
            _sent(chunk, languages.between(chunk.start, chunk.end), ids)
            for chunk, ids in zip(chunks, _tokens(chunks), strict=True)
        ]
        for languages, chunks in zip(map(BlockLanguages.of, documents), found, strict=True)
    ]


def _tokens(chunks: Sequence[Chunk]) -> Iterable[bytes | None]:
    if _own.tokens is None:
        return (None for _ in chunks)
    return (ids.tobytes() for ids in _own.tokens([chunk.embedded_text for chunk in chunks]))


def _sent(chunk: Chunk, language: str, tokens: bytes | None) -> _PackedChunk:
    body = PreparedText.of(chunk.text, language)
    return (
        (
            chunk.ordinal,
            chunk.text,
            chunk.heading_path,
            chunk.anchor,
            chunk.page,
            chunk.start,
            chunk.end,
            chunk.embedded_text,
        ),
        (body.written, tuple(body.exact.terms), body.exact.parts, language),
        tokens,
    )


def _received(packed: Sequence[_PackedChunk]) -> ChunkedDocument:
    chunks = tuple(Chunk(*fields) for fields, _, _ in packed)
    bodies = {
        chunk.text: PreparedText(written, ExactTerms(frozenset(terms), parts), language)
        for chunk, (_, (written, terms, parts, language), _) in zip(chunks, packed, strict=True)
    }
    tokens = {
        chunk.embedded_text: np.frombuffer(ids, dtype=np.int32)
        for chunk, (_, _, ids) in zip(chunks, packed, strict=True)
        if ids is not None
    }
    return ChunkedDocument(chunks, bodies, tokens)
