"""What a document's score is made of: parts that add up to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

import numpy as np

from indexer.retrieval.boosting import factor_of
from indexer.retrieval.candidates import Candidates
from indexer.retrieval.folding import Folded
from indexer.retrieval.fusion import FusionWeights, Scores, dense_share, from_zero, has_any, min_max
from indexer.retrieval.question import (
    AppliedBoost,
    Boost,
    PartName,
    ScoreExplanation,
    ScorePart,
    WordScore,
)
from indexer.retrieval.scope import Scope

BEST_SCORE: Final = 1.0
"""What a score shows at most, however much boosts raise it; the order goes by the whole."""
TOGETHER: Final = "words next to each other, names"
"""What words add by how they stand, beside what each adds by itself."""
_ROUNDED: Final = 0.005


class Explainer:
    """Takes the scores of one answer apart; `weights` are those that its halves were fused with."""

    def __init__(self, scope: Scope, candidates: Candidates, weights: FusionWeights) -> None:
        self._scope: Final = scope
        self._candidates: Final = candidates
        self._share: Final = dense_share(has_any(candidates.dense), has_any(candidates.lexical), weights)
        self._dense: Final = min_max(candidates.dense)
        self._lexical: Final = from_zero(candidates.lexical)

    def explained(self, documents: Sequence[Folded]) -> dict[str, ScoreExplanation]:
        """By their ids what the scores of these documents come from."""
        words = self._words([each.chunk_ids[0] for each in documents if each.chunk_ids])
        return {
            each.document_id: ScoreExplanation(
                self.parts(each), words.get(each.chunk_ids[0], ()) if each.chunk_ids else ()
            )
            for each in documents
        }

    def parts(self, folded: Folded) -> tuple[ScorePart, ...]:
        """What adds up to the score of a document, which is `min(BEST_SCORE, folded.score)`.

        Of one that stands behind all candidate passages there is nothing to tell.
        """
        if not folded.chunk_ids:
            return ()
        best = self._row(folded.chunk_ids[0])
        halves = list(self._halves(best))
        relevance = [
            *halves,
            *self._rerank(best, sum(part.value for part in halves)),
            *self._further(folded, float(self._candidates.scores[best])),
        ]
        return (*relevance, *_boosts(folded))

    def _words(self, chunks: Sequence[int]) -> dict[int, tuple[WordScore, ...]]:
        """What each word adds to the BM25 scores of these chunks; what is left comes from how they stand."""
        held = [chunk for chunk in chunks if not np.isnan(self._candidates.lexical[self._row(chunk)])]
        told: dict[int, list[WordScore]] = {chunk: [] for chunk in held}
        for words, query in self._scope.words_in(held) if held else ():
            found = self._scope.snapshot.passages(query, len(held))
            for chunk, score in zip(found.chunk_ids.tolist(), found.scores.tolist(), strict=True):
                if score > 0:
                    told[chunk].append(WordScore(words, score))
        for chunk, scores in told.items():
            left = float(self._candidates.lexical[self._row(chunk)]) - sum(each.score for each in scores)
            if abs(left) > _ROUNDED:
                scores.append(WordScore(TOGETHER, left))
        return {chunk: tuple(scores) for chunk, scores in told.items()}

    def _row(self, chunk: int) -> int:
        row = self._candidates.row(chunk)
        assert row is not None, f"chunk {chunk} did not compete"
        return row

    def _halves(self, row: int) -> Iterator[ScorePart]:
        cosines, bm25, share = self._candidates.dense, self._candidates.lexical, self._share
        if not np.isnan(cosines[row]):
            measured = f"cosine {cosines[row]:.3f}, of all found {_extent(cosines)}"
            yield _half("dense", float(self._dense[row]), share, measured)
        if not np.isnan(bm25[row]):
            measured = f"BM25 {bm25[row]:.2f}, of all found at most {np.nanmax(bm25):.2f}"
            yield _half("lexical", float(self._lexical[row]), 1.0 - share, measured)

    def _rerank(self, row: int, fused: float) -> Iterator[ScorePart]:
        score, chunk = float(self._candidates.scores[row]), int(self._candidates.chunk_ids[row])
        if chunk in self._candidates.reread:
            detail = f"the reranker gives {self._candidates.reread[chunk]:.3f}, which makes {score:.3f}"
            yield ScorePart("rerank", score - fused, detail)

    def _further(self, folded: Folded, best: float) -> Iterator[ScorePart]:
        if folded.relevance != best:
            count = len(folded.chunk_ids) - 1
            yield ScorePart(
                "further_passages", folded.relevance - best, f"{count} more of its passages match"
            )


def _boosts(folded: Folded) -> Iterator[ScorePart]:
    score = folded.relevance
    for applied in folded.boosts:
        name: PartName = "boost" if applied.boost.half_life is None else "freshness"
        yield ScorePart(name, score * applied.factor - score, _told(applied))
        score *= applied.factor
    if folded.boosts and (bounded := folded.relevance * factor_of(folded.boosts)) != score:
        yield ScorePart("limit", bounded - score, f"all boosts together count ×{factor_of(folded.boosts):g}")
        score = bounded
    if score > BEST_SCORE:
        yield ScorePart("limit", BEST_SCORE - score, f"a score shows at most {BEST_SCORE:g}")


def _told(applied: AppliedBoost) -> str:
    return f"{_rule(applied.boost)}: ×{applied.factor:.3g}"


def _rule(boost: Boost) -> str:
    if boost.half_life is not None:
        days = boost.half_life / timedelta(days=1)
        return f"{boost.field} (×{boost.weight:g}, half of it after {days:g} days)"
    if boost.pivot is not None:
        return f"{boost.field} (×{boost.weight:g}, half of it at {boost.pivot:g})"
    return f"{boost.field}: {', '.join(boost.values)}" if boost.values else boost.field


def _half(name: PartName, scaled: float, weight: float, measured: str) -> ScorePart:
    return ScorePart(name, weight * scaled, f"{measured}: {scaled:.3f} of 1, weighs {weight:.2f}")


def _extent(measured: Scores) -> str:
    return f"{np.nanmin(measured):.3f} to {np.nanmax(measured):.3f}"
