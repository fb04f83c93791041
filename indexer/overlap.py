"""Reading, embedding and publishing side by side, so that the model never waits.

One thread reads and chunks what comes next, one gives it to the model (several slices at a time, where that
takes them), and the caller's keeps embeddings and then publishes, batch by batch: the promises of
`indexer.pipeline` need nothing else. Channels between them are short, so that little is in memory, and little
lost when the process dies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from typing import Final

from indexer.channel import AbandonedError, Channel
from indexer.embedding.embedder import Ids, Vectors, begin
from indexer.preparation import Chunked, Preparer

SLICE: Final = 512
"""Texts embedded, and then kept, at a time."""
LARGE_SLICE: Final = 2_048
"""The same where tokens are made ahead, for a GPU: with 512 texts one waited for a fifth of its time."""
_SLICES_AHEAD: Final = 2
_STEPS_BEHIND: Final = 4
MOST_LOST: Final = SLICE * (_STEPS_BEHIND + 2)
"""Embeddings that were made and not kept yet when a process is killed: they are made again. (Of a GPU's, in
`LARGE_SLICE`s, four times as many: a quarter of a second's.)"""


@dataclass(frozen=True, slots=True)
class _Slice:
    """Texts to embed, and the keys to keep them under."""

    keys: tuple[bytes, ...]
    texts: tuple[str, ...]
    tokens: tuple[Ids, ...] | None


@dataclass(frozen=True, slots=True)
class _Embedded:
    """Vectors to keep, as soon as they are there."""

    keys: tuple[bytes, ...]
    vectors: Future[Vectors]


def overlapped(
    batches: Iterable[Chunked], preparer: Preparer, give_up: Callable[[], None] = lambda: None
) -> Generator[Chunked, None, None]:
    """The batches again, each once all its embeddings are made and kept.

    `batches` is iterated, and the model run, in threads of their own, some steps ahead. A batch that lacks no
    embedding overtakes those that do. Raises what one of the threads raised, once what was embedded before is
    kept; then, and when it is closed before its end (`contextlib.closing`), `give_up` is called, so that
    `batches` waits for nothing any more, and the threads end with the step that they are in.
    """
    yield from _Overlap(batches, preparer, give_up).run()


class _Overlap:
    def __init__(self, batches: Iterable[Chunked], preparer: Preparer, give_up: Callable[[], None]) -> None:
        self._batches: Final = batches
        self._preparer: Final = preparer
        self._give_up: Final = give_up
        self._to_embed: Final[Channel[_Slice | Chunked]] = Channel(_SLICES_AHEAD)
        self._to_write: Final[Channel[_Embedded | Chunked]] = Channel(_STEPS_BEHIND)
        self._failure: BaseException | None = None

    def run(self) -> Generator[Chunked, None, None]:
        threads = [
            threading.Thread(target=self._guarded, args=(work,), name=name)
            for work, name in ((self._read, "index-reader"), (self._embed, "index-model"))
        ]
        for thread in threads:
            thread.start()
        try:
            for item in self._to_write:
                if isinstance(item, _Embedded):
                    self._preparer.keep(item.keys, item.vectors.result())
                else:
                    yield item
            if self._failure is not None:
                raise self._failure
        finally:
            self._abandon()
            for thread in threads:
                thread.join()
            self._preparer.forget()

    def _guarded(self, work: Callable[[], None]) -> None:
        """Run a thread; the first error is kept for the caller, who raises it after what was done before."""
        try:
            work()
        except AbandonedError:
            pass  # another thread keeps the reason
        except BaseException as error:  # noqa: BLE001 - `run` raises it in the caller's thread
            self._failure = self._failure or error
            self._to_embed.abandon()
            self._to_write.close()
            self._give_up()

    def _abandon(self) -> None:
        self._to_embed.abandon()
        self._to_write.abandon()
        self._give_up()

    def _read(self) -> None:
        for batch in self._batches:
            if batch.waits:
                for piece in _slices(batch):
                    self._to_embed.put(piece)
                self._to_embed.put(batch)
            else:
                self._to_write.put(batch)
        self._to_embed.close()

    def _embed(self) -> None:
        for item in self._to_embed:
            if isinstance(item, _Slice):
                self._to_write.put(_Embedded(item.keys, self._begun(item)))
            else:
                self._to_write.put(item)
        self._to_write.close()

    def _begun(self, piece: _Slice) -> Future[Vectors]:
        return begin(self._preparer.embedder, piece.texts, piece.tokens)


def _slices(batch: Chunked) -> Iterator[_Slice]:
    pairs = iter(batch.missing.items())
    while some := tuple(islice(pairs, LARGE_SLICE if batch.tokens else SLICE)):
        texts = tuple(text for _, text in some)
        tokens = tuple(batch.tokens[text] for text in texts) if batch.tokens else None
        yield _Slice(tuple(key for key, _ in some), texts, tokens)
