"""What the commands share: an open catalog, errors as one sentence, progress on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from settings.console import ExitCode, load_or_exit, stop

if TYPE_CHECKING:
    from catalog.database import Catalog
    from indexer.progress import Progress
    from settings.configuration import Settings


@contextmanager
def opened(config: Path) -> Iterator[tuple[Catalog, Settings]]:
    """The catalog and the configuration; whatever fails in between ends the command with a sentence."""
    from catalog.database import open_catalog
    from catalog.errors import CatalogError, file_fault
    from indexer.chunkers import ChunkingError
    from indexer.embedding.embedder import ModelError
    from indexer.embedding.store import EmbeddingMissingError
    from indexer.gate import BuildRefusedError
    from indexer.lexical.errors import LexicalIndexError
    from indexer.lock import IndexerBusyError
    from indexer.retrieval.judgements import JudgementsError
    from indexer.vectors.backend import VectorIndexError

    settings = load_or_exit(config)
    try:
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            yield catalog, settings
        finally:
            catalog.close()
    except (
        BuildRefusedError,
        CatalogError,
        ChunkingError,
        EmbeddingMissingError,
        IndexerBusyError,
        JudgementsError,
        LexicalIndexError,
        ModelError,
        VectorIndexError,
    ) as error:
        stop(str(error), ExitCode.FAILED)
    except BrokenPipeError:
        raise  # whoever reads what is printed has gone: that says nothing of the disk
    except OSError as error:
        stop(f"{file_fault(error, settings.store.directory)}; `indexer run` goes on", ExitCode.FAILED)
    except KeyboardInterrupt:
        stop("stopped; `indexer run` goes on from here", ExitCode.INTERRUPTED)


class Display:
    """Counts on one line of standard error, rewritten with each batch; silent where that is no terminal."""

    def __init__(self) -> None:
        from rich.console import Console

        from indexer.progress import Progress

        self._status = Console(stderr=True).status("looking for pending documents")
        self._total = Progress()

    def __enter__(self) -> Display:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def report(self, step: Progress) -> None:
        """Add a batch."""
        self._total = self._total + step
        self._status.update(in_words(self._total))


def in_words(progress: Progress) -> str:
    """`12 documents, 80 chunks, 75 embedded, 0 pending`."""
    return (
        f"{progress.documents:,} documents, {progress.chunks:,} chunks, {progress.embedded:,} embedded, "
        f"{progress.pending:,} pending"
    )


def print_progress(progress: Progress, as_json: bool) -> None:
    """The result of a command on standard output."""
    from dataclasses import asdict

    from settings.console import print_json

    if as_json:
        print_json(asdict(progress))
    else:
        print(in_words(progress))
