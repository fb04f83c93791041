"""All tuning as it holds at the moment, for the service: followed once a second, asked by every question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catalog.database import Catalog
from catalog.live_tuning import LiveTuning
from indexer.retrieval.dense import Embedded
from indexer.retrieval.tuning import LiveRankingTuning
from search_api.catalog_door import unavailable
from search_api.tuning.faq import FaqEntries, FaqMatch
from search_api.tuning.faq_vectors import kept_vectors
from search_api.tuning.featured import FeaturedEntries
from settings.configuration import Settings
from settings.tuning.faq import FaqEntry
from settings.tuning.featured import FeaturedDocument, parse_featured
from settings.tuning.files import faq_files, featured_files
from settings.tuning.formats import parse_faq
from settings.tuning.kinds import TuningKind

Embed = Callable[[Sequence[str]], Embedded | None]
"""The vectors of questions; None while there is no model."""


class LiveSearchTuning:
    """What the files of a configuration say, and what was put through the interface.

    `ranking` is shown here and followed by the retriever. Questions of the FAQ are embedded by `embed`; until
    there is a model, their words alone decide.
    """

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        ranking: LiveRankingTuning,
        embed: Embed,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        featured, faq = featured_files(settings.search), faq_files(settings.search)
        self._featured: Final = LiveTuning(TuningKind.FEATURED, catalog, featured, parse_featured)
        self._faq: Final = LiveTuning(TuningKind.FAQ, catalog, faq, parse_faq)
        self.kinds: Final[Mapping[TuningKind, LiveTuning[Any]]] = {
            TuningKind.SYNONYMS: ranking.synonyms,
            TuningKind.FEATURED: self._featured,
            TuningKind.FAQ: self._faq,
            TuningKind.BOOSTS: ranking.boosts,
        }
        self._embed: Final = embed
        self._folder: Final = settings.store.directory / "tuning"
        self._clock: Final = clock
        self._entries = FeaturedEntries(self._featured.entries)
        self._questions = FaqEntries(self._faq.entries)

    def refresh(self) -> None:
        """Take over what was changed since; cheap when nothing was. Raises `UnavailableError`."""
        with unavailable():
            if self._featured.refresh():
                self._entries = FeaturedEntries(self._featured.entries)
            self._faq.refresh()
        self._refresh_questions()

    def featured(self, text: str, principals: frozenset[str]) -> tuple[FeaturedDocument, ...]:
        """The documents that stand first for a question, whoever may read them."""
        return self._entries.of(text, self._clock(), principals) if self._entries else ()

    def answers(self, text: str, principals: frozenset[str]) -> tuple[FaqMatch, ...]:
        """The configured answers to a question that a caller may see."""
        questions = self._questions
        if not questions.entries or not text.strip():
            return ()
        embedded = None if questions.model_key is None else self._embed([text])
        fits = embedded is not None and embedded.model_key == questions.model_key
        return questions.matches(text, principals, embedded.vectors[0] if embedded and fits else None)

    def _refresh_questions(self) -> None:
        entries: tuple[FaqEntry, ...] = self._faq.entries
        # One text tells which model there is: its vector is remembered, so that this costs nothing.
        embedded = self._embed([_PROBE]) if entries else None
        model_key = None if embedded is None else embedded.model_key
        if entries is self._questions.entries and model_key == self._questions.model_key:
            return
        texts = [entry.question for entry in entries]
        vectors = None
        if model_key is not None:
            vectors = kept_vectors(self._folder, model_key, texts, partial(self._vectors, model_key))
        self._questions = FaqEntries(entries, model_key if vectors is not None else None, vectors)

    def _vectors(self, model_key: str, texts: Sequence[str]) -> NDArray[np.float32] | None:
        """The vectors by this very model: another may have taken its place since it was asked for."""
        embedded = self._embed(texts)
        return embedded.vectors if embedded is not None and embedded.model_key == model_key else None


_PROBE: Final = "question"
