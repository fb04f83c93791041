"""Opening everything that indexing writes to; what cannot be used any more is built anew."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from catalog.database import Catalog
from catalog.documents import chunk_count
from indexer.chunkers import Chunkers
from indexer.chunking import Chunking
from indexer.embedding.embedder import Embedder, tokenising
from indexer.embedding.opening import open_embedder
from indexer.embedding.store import EmbeddingStore
from indexer.layout import IndexLayout
from indexer.lexical.errors import DamagedIndexError, IncompatibleIndexError
from indexer.lexical.storage import Layout
from indexer.lexical.writer import LexicalWriter
from indexer.preparation import Preparer
from indexer.progress import Progress
from indexer.publishing import Indexes
from indexer.rebuilding import rebuild_indexes
from indexer.serving import Served, begin_build, read_served, recipe, serve, tidy
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
        return rebuild_indexes(self.catalog, self.settings, self.layout, self.preparer, report)


def open_foundation(
    catalog: Catalog, settings: Settings, resources: ExitStack, embedder: Embedder | None, threads: int | None
) -> Foundation:
    """Load the model (unless one is given) and the store of embeddings. Raises `ModelError`."""
    layout = IndexLayout(settings.store.directory)
    model = embedder or open_embedder(settings.index, layout, threads)
    store = EmbeddingStore(catalog, layout.embeddings(model.model_key), model)
    resources.callback(store.close)
    chunk = settings.index.chunk
    chunking = Chunking(chunk.tokens, chunk.overlap, model.window)
    chunkers = Chunkers(model.tokenizer, chunking, tokenising=tokenising(model))
    resources.callback(chunkers.close)
    preparer = Preparer(catalog, model, store, chunkers)
    return Foundation(catalog, settings, layout, preparer)


def open_indexes(
    foundation: Foundation, resources: ExitStack, report: Callable[[Progress], None]
) -> tuple[Indexes, Progress]:
    """Open both indexes, after a rebuild where they are missing, damaged, or made by another recipe; and what
    that rebuild did."""
    tidy(foundation.catalog, foundation.layout)
    try:
        served = read_served(foundation.layout)
        if served is not None and _is_wanted(served, foundation):
            return _open(served, foundation, resources), Progress()
        reason = "other settings than those of the served index" if served else "no index is served"
    except (DamagedIndexError, IncompatibleIndexError, VectorIndexError) as error:
        reason = str(error)
    with foundation.catalog.read() as connection:
        is_empty = chunk_count(connection) == 0
    if is_empty:
        catalog, layout = foundation.catalog, foundation.layout
        first = begin_build(catalog, layout, foundation.settings, foundation.embedder.model_key)
        indexes = _open(first, foundation, resources)
        serve(layout, first)
        return indexes, Progress()
    logger.warning("building the indexes anew from the catalog: %s", reason)
    rebuilt = foundation.rebuild(report)
    served = read_served(foundation.layout)
    assert served is not None, "the rebuild has switched to it"
    return _open(served, foundation, resources), rebuilt


def needs_rebuild(catalog: Catalog, settings: Settings) -> bool:
    """Whether documents that are not pending have to be indexed again, told without loading a model.

    So it is after the indexes were deleted, or where what is served was made by other settings.
    """
    try:
        served = read_served(IndexLayout(settings.store.directory))
    except IncompatibleIndexError:
        served = None
    if served is not None and served.recipe == recipe(settings):
        return False
    with catalog.read() as connection:
        return chunk_count(connection) > 0


def _is_wanted(served: Served, foundation: Foundation) -> bool:
    """Whether it was made as is configured now, by the very model; and is there, as a writer would begin anew
    where it is not."""
    return (
        served.recipe == recipe(foundation.settings)
        and served.model_key == foundation.embedder.model_key
        and Layout(served.lexical).description.exists()
        and manifest_file(served.vectors).exists()
    )


def _open(served: Served, foundation: Foundation, resources: ExitStack) -> Indexes:
    embedder = foundation.embedder
    with ExitStack() as opened:
        vectors = VectorWriter(served.vectors, embedder.model_key, embedder.dimension)
        opened.callback(vectors.close)
        lexical = LexicalWriter(served.lexical, foundation.settings.fields)
        opened.callback(lexical.close)
        resources.push(opened.pop_all())
    return Indexes(foundation.preparer, vectors, lexical)
