"""Opening what a configuration names, to ask it."""

from __future__ import annotations

from catalog.database import Catalog
from indexer.embedding.opening import open_embedder
from indexer.layout import IndexLayout
from indexer.lexical.reader import LexicalReader
from indexer.retrieval.dense import DenseHalf, QueryEmbedder
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.reranking import PairScorer, Reranker
from indexer.retrieval.retriever import Retriever
from indexer.vectors.reader import VectorReader
from settings.configuration import Settings


def open_retriever(
    catalog: Catalog, settings: Settings, *, embedder: QueryEmbedder | None = None
) -> Retriever:
    """A retriever over the indexes that `settings` names, which need not exist yet.

    Without an `embedder` the first question that needs it (or `Retriever.prepare`) loads the configured
    model. Raises `LexicalIndexError` where the lexical index cannot be read.
    """
    layout = IndexLayout(settings.store.directory)

    hybrid, reranker = settings.search.hybrid, settings.search.reranker
    # Questions are short: on a busy machine one thread each answers them sooner than several that wait for
    # each other. A reranker reads long pairs one after the other, and has the use of all cores.
    threads = 1 if reranker is None else None

    def load() -> QueryEmbedder:
        return embedder or open_embedder(settings.index, layout, threads)

    dense = DenseHalf(load, lambda model_key: VectorReader.open(layout.vectors(model_key)))
    return Retriever(
        catalog,
        LexicalReader.open(layout.lexical),
        dense,
        FusionWeights(hybrid.dense, hybrid.lexical),
        None if reranker is None else Reranker(lambda: _scorer(reranker, settings.index.device)),
    )


def _scorer(name: str, device: str) -> PairScorer:
    from indexer.retrieval.cross_encoder import CrossEncoderScorer  # noqa: PLC0415 - loads torch

    return CrossEncoderScorer(name, device)
