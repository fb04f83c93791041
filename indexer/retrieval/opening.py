"""Opening what a configuration names, to ask it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from catalog.database import Catalog
from indexer.embedding.opening import open_embedder
from indexer.layout import IndexLayout
from indexer.lexical.reader import LexicalReader
from indexer.lexical.schema import FORMAT as LEXICAL_FORMAT
from indexer.retrieval.dense import DenseHalf, QueryEmbedder
from indexer.retrieval.following import FollowingRetriever
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.reranking import PairScorer, Reranker
from indexer.retrieval.retriever import Retriever
from indexer.retrieval.tuning import LiveRankingTuning, RankingTuning
from indexer.serving import Served, read_served
from indexer.vectors.backend import VectorIndexError
from indexer.vectors.reader import VectorReader
from settings.configuration import Settings
from settings.services import ModelServer


def open_retriever(
    catalog: Catalog,
    settings: Settings,
    *,
    embedder: QueryEmbedder | None = None,
    tuning: RankingTuning | None = None,
) -> FollowingRetriever:
    """A retriever over the build that is served, now and after each switch; there need not be one yet.

    Without an `embedder` the first question that needs it (or `FollowingRetriever.prepare`) loads the model
    that the served build was made with; without `tuning` it is what the configuration names. Raises
    `LexicalIndexError` where the lexical index cannot be read.
    """
    layout = IndexLayout(settings.store.directory)
    models = _Models(settings, layout, embedder)
    means = _Means(models, _reranker(settings), tuning or LiveRankingTuning(settings, catalog))
    return FollowingRetriever(
        lambda: read_served(layout), lambda served: _over(served, catalog, settings, means)
    )


def open_candidate(catalog: Catalog, settings: Settings, build: Served, embedder: QueryEmbedder) -> Retriever:
    """The same retriever over a build that is not served yet."""
    models = _Models(settings, IndexLayout(settings.store.directory), embedder)
    return _over(
        build, catalog, settings, _Means(models, _reranker(settings), LiveRankingTuning(settings, catalog))
    )


class _Models:
    """The model of a build; one that stays the same over a switch is not loaded again."""

    def __init__(self, settings: Settings, layout: IndexLayout, given: QueryEmbedder | None) -> None:
        self._settings: Final = settings
        self._layout: Final = layout
        self._given: Final = given
        self._last: tuple[str, QueryEmbedder] | None = None

    def of(self, served: Served | None) -> QueryEmbedder:
        """Raises `ModelError`."""
        if self._given is not None:
            return self._given
        index = self._settings.index
        if served is not None:
            if self._last is not None and self._last[0] == served.model_key:
                return self._last[1]
            index = index.model_copy(update={"model": _named(served.model, index.model)})
        model = open_embedder(index, self._layout)
        self._last = model.model_key, model
        return model


def _named(model: str | Mapping[str, str], configured: str | ModelServer) -> str | ModelServer:
    """A build's model as the configuration would name it: the key of a server is not kept with a build."""
    if isinstance(model, str):
        return model
    key = (
        configured.api_key if isinstance(configured, ModelServer) and configured.url == model["url"] else None
    )
    return ModelServer(url=model["url"], name=model["name"], api_key=key)


@dataclass(frozen=True, slots=True)
class _Means:
    """What stays when another build is served."""

    models: _Models
    reranker: Reranker | None
    tuning: RankingTuning


def _over(served: Served | None, catalog: Catalog, settings: Settings, means: _Means) -> Retriever:
    layout = IndexLayout(settings.store.directory)

    def vectors(model_key: str) -> VectorReader:
        if served is not None and model_key != served.model_key:
            raise VectorIndexError(
                f"the served index was made with the model {served.model_key}, which is now {model_key}: "
                "run `indexer run`"
            )
        return VectorReader.open(layout.nothing if served is None else served.vectors)

    hybrid = settings.search.hybrid
    return Retriever(
        catalog,
        LexicalReader.open(layout.nothing if served is None else served.lexical),
        DenseHalf(lambda: means.models.of(served), vectors),
        FusionWeights(hybrid.dense, hybrid.lexical),
        means.reranker,
        ranking=_ranking(served, settings),
        tuning=means.tuning,
    )


def _ranking(served: Served | None, settings: Settings) -> str:
    """Names the version of the ranking: model, format of the words' index, weights, reranker."""
    model = "no index" if served is None else served.model_key
    hybrid = settings.search.hybrid
    weights = f"{hybrid.dense:g}:{hybrid.lexical:g}"
    return f"{model} / {LEXICAL_FORMAT} / {weights} / {settings.search.reranker or 'no reranker'}"


def _reranker(settings: Settings) -> Reranker | None:
    name = settings.search.reranker
    return None if name is None else Reranker(lambda: _scorer(name, settings.index.device))


def _scorer(name: str, device: str) -> PairScorer:
    from indexer.retrieval.cross_encoder import CrossEncoderScorer  # noqa: PLC0415 - loads torch

    return CrossEncoderScorer(name, device)
