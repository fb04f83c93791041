"""Opening everything that indexing writes to; what cannot be used any more is built anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from catalog.database import Catalog
from catalog.documents import chunk_count
from catalog.durable import write_durably
from indexer.chunking import Chunking
from indexer.embedding.embedder import Embedder
from indexer.embedding.opening import open_embedder
from indexer.embedding.store import EmbeddingStore
from indexer.layout import IndexLayout
from indexer.lexical.errors import IncompatibleIndexError
from indexer.lexical.writer import LexicalWriter
from indexer.preparation import Preparer
from indexer.progress import Progress
from indexer.publishing import Indexes
from indexer.rebuilding import rebuild_indexes
from indexer.switching import present_folder
from indexer.vectors.backend import VectorIndexError
from indexer.vectors.manifest import manifest_file
from indexer.vectors.writer import VectorWriter
from settings.configuration import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Foundation:
    """What indexing needs besides the indexes themselves."""

    catalog: Catalog
    settings: Settings
    layout: IndexLayout
    preparer: Preparer

    @property
    def embedder(self) -> Embedder:
        """The model."""
        return self.preparer.embedder

    def rebuild(self, report: Callable[[Progress], None]) -> Progress:
        """See `rebuild_indexes`."""
        return rebuild_indexes(self.catalog, self.settings.fields, self.layout, self.preparer, report)


def open_foundation(
    catalog: Catalog, settings: Settings, resources: ExitStack, embedder: Embedder | None, threads: int | None
) -> Foundation:
    """Load the model (unless one is given) and the store of embeddings. Raises `ModelError`."""
    layout = IndexLayout(settings.store.directory)
    model = embedder or open_embedder(settings.index, layout, threads)
    store = EmbeddingStore(catalog, layout.embeddings(model.model_key), model)
    resources.callback(store.close)
    chunk = settings.index.chunk
    preparer = Preparer(catalog, model, store, Chunking(chunk.tokens, chunk.overlap, model.window))
    return Foundation(catalog, settings, layout, preparer)


def open_indexes(foundation: Foundation, resources: ExitStack, report: Callable[[Progress], None]) -> Indexes:
    """Open both indexes, after a rebuild where one is missing, damaged, or made for other `fields`."""
    if _is_incomplete(foundation):
        logger.warning("an index is missing or unfinished: building it from the catalog")
        foundation.rebuild(report)
    try:
        return _open(foundation, resources)
    except (VectorIndexError, IncompatibleIndexError) as error:
        logger.warning("building the indexes anew: %s", error)
        foundation.rebuild(report)
        return _open(foundation, resources)


def needs_rebuild(catalog: Catalog, settings: Settings) -> bool:
    """Whether documents that are not pending have to be indexed again, told without loading a model.

    So it is after the indexes were deleted, another model was configured, or a rebuild was killed.
    """
    layout = IndexLayout(settings.store.directory)
    if not layout.unfinished.exists() and _built_for(layout) == str(settings.index.model):
        return False
    with catalog.read() as connection:
        return chunk_count(connection) > 0


def _built_for(layout: IndexLayout) -> str | None:
    return layout.built_for.read_text() if layout.built_for.exists() else None


def _is_incomplete(foundation: Foundation) -> bool:
    """Whether a rebuild was killed, or the catalog has chunks of which an index does not know."""
    layout = foundation.layout
    if layout.unfinished.exists():
        return True
    manifest = manifest_file(layout.vectors(foundation.embedder.model_key))
    if manifest.exists() and layout.lexical.exists():
        return False
    with foundation.catalog.read() as connection:
        return chunk_count(connection) > 0


def _open(foundation: Foundation, resources: ExitStack) -> Indexes:
    layout, embedder = foundation.layout, foundation.embedder
    vectors = VectorWriter(layout.vectors(embedder.model_key), embedder.model_key, embedder.dimension)
    lexical = LexicalWriter(present_folder(layout.lexical), foundation.settings.fields)
    if _built_for(layout) != str(foundation.settings.index.model):
        write_durably(layout.built_for, str(foundation.settings.index.model).encode())
    resources.callback(vectors.close)
    resources.callback(lexical.close)
    return Indexes(foundation.preparer, vectors, lexical)
