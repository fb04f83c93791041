"""The questions of others that mean nearly what is asked: by their vectors, of the most frequent ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catalog.popular_queries import PopularQuery
from indexer.retrieval.dense import Embedded
from search_api.tuning.faq_vectors import kept_vectors

MOST_COMPARED: Final = 2_000
"""Questions: they are embedded once, and comparing so many takes less than a millisecond."""
AKIN: Final = 0.45
"""The cosine from which on two questions are about the same matter."""
SAME: Final = 0.93
"""The cosine from which on they are one question in other words, which leads nowhere else."""

Embed = Callable[[Sequence[str]], Embedded | None]
"""The vectors of questions; None while there is no model."""


class NearQuestions:
    """Compares questions by one model's vectors, which are kept in a folder."""

    def __init__(self, embed: Embed, folder: Path) -> None:
        self._embed: Final = embed
        self._folder: Final = folder
        self._known: tuple[Sequence[PopularQuery], str, NDArray[np.float32]] | None = None

    def compare_with(self, asked: Sequence[PopularQuery]) -> None:
        """Take these, the most frequent first; without a model nothing is near."""
        asked = asked[:MOST_COMPARED]
        self._known = None
        if not asked or (probe := self._embed([asked[0].text])) is None:
            return
        texts = [each.text for each in asked]
        vectors = kept_vectors(
            self._folder, probe.model_key, texts, self._vectors_by(probe.model_key), "asked"
        )
        if vectors is not None:
            self._known = asked, probe.model_key, vectors

    def near(self, text: str) -> Iterator[PopularQuery]:
        """Those that mean nearly what `text` asks, the nearest first."""
        if (known := self._known) is None or (embedded := self._embed([text])) is None:
            return
        asked, model_key, vectors = known
        if embedded.model_key != model_key:
            return
        cosines = vectors @ embedded.vectors[0]
        for place in np.argsort(-cosines, kind="stable").tolist():
            if cosines[place] < AKIN:
                return
            if cosines[place] < SAME:
                yield asked[place]

    def _vectors_by(self, model_key: str) -> Callable[[Sequence[str]], NDArray[np.float32] | None]:
        def vectors(texts: Sequence[str]) -> NDArray[np.float32] | None:
            embedded = self._embed(texts)
            return embedded.vectors if embedded is not None and embedded.model_key == model_key else None

        return vectors
