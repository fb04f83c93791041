"""What a score is made of really adds up to it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.document import FieldValue
from indexer.lexical.thesaurus import Thesaurus
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.question import Boost, Collapse, Hit, Question, ScoreExplanation
from indexer.retrieval.reranking import Reranker
from indexer.retrieval.tuning import Tuning
from settings.tuning.synonyms import SynonymRule
from tests.catalog.rows import NOON
from tests.indexer.retrieval.library import Library

WORDS = ("vpn", "tunnel", "travel", "plan", "connect")
TUNING = Tuning(
    Thesaurus([SynonymRule(("vpn",), ("tunnel", "travel plan"))]),
    (
        Boost("department", 3.0, ("HR",)),
        Boost("department", 6.0, ("HR",)),
        Boost("updated_at", 2.0, half_life=timedelta(days=30)),
    ),
)


class LengthScorer:
    """Thinks the better of a passage the longer it is."""

    def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        return np.array([len(passage) / 1000 for passage in passages], np.float64)


def explanation_of(hit: Hit) -> ScoreExplanation:
    assert hit.explanation is not None
    return hit.explanation


texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
sheets = st.lists(
    st.tuples(st.lists(texts, min_size=1, max_size=4), st.sampled_from(["HR", "IT"]), st.integers(0, 90)),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    sheets,
    texts,
    st.sampled_from([FusionWeights(), FusionWeights(0.9, 0.2), FusionWeights(1, 0), FusionWeights(0, 1)]),
    st.booleans(),
    st.booleans(),
)
def test_the_parts_add_up_to_the_score_and_the_words_to_bm25(
    told: list[tuple[list[str], str, int]], text: str, weights: FusionWeights, reranks: bool, collapses: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder))
        for number, (parts, department, age) in enumerate(told):
            fields: dict[str, FieldValue] = {
                "department": department, "updated_at": NOON - timedelta(days=age),
            }  # fmt: skip
            library.add(f"https://i.example/{number}", *parts, title="Page", fields=fields)
        reranker = Reranker(LengthScorer) if reranks else None
        retriever = library.retriever(weights, reranker, TUNING)
        collapse = Collapse("department", 5) if collapses else None
        found = retriever.search(Question(text, explain=True, collapse=collapse))
        assume(found.hits)  # words alone find nothing where nobody says them
        for hit in (each for top in found.hits for each in (top, *top.more)):
            explained = explanation_of(hit)
            assert sum(part.value for part in explained.parts) == pytest.approx(hit.score, abs=1e-9)
            best = hit.passages[0]
            assert sum(each.score for each in explained.words) == pytest.approx(best.lexical or 0.0, abs=0.01)
        library.close()


def test_each_part_says_how_it_comes_about(library: Library) -> None:
    library.add(
        "https://i.example/a", "Connect by the tunnel.", "The vpn.", title="Way",
        fields={"department": "HR", "updated_at": NOON - timedelta(days=30)},
    )  # fmt: skip
    library.add("https://i.example/b", "Lunch is at noon.", title="Other")
    found = library.retriever(tuning=TUNING).search(Question("the vpn", explain=True))
    explained = explanation_of(found.hits[0])
    assert [part.name for part in explained.parts] == [
        "dense", "lexical", "boost", "boost", "freshness", "limit", "limit",
    ]  # fmt: skip
    details = [part.detail for part in explained.parts]
    assert details[0].startswith("cosine ")
    assert details[1].endswith("1.000 of 1, weighs 0.50")
    assert details[2:] == [
        "department: HR: ×3",
        "department: HR: ×6",
        "updated_at (×2, half of it after 30 days): ×1.5",
        "all boosts together count ×10",
        "a score shows at most 1",
    ]
    assert [each.words for each in explained.words] == ["vpn"]
    assert explanation_of(found.hits[1]).words == ()


def test_synonyms_are_told_with_what_they_add(library: Library) -> None:
    library.add("https://i.example/a", "Connect by the tunnel.", title="Way")
    found = library.retriever(FusionWeights(0, 1), tuning=TUNING).search(Question("the vpn", explain=True))
    (told,) = explanation_of(found.hits[0]).words
    assert told.words == "vpn → tunnel, travel plan"
    assert told.score == pytest.approx(found.hits[0].passages[0].lexical)


def test_nothing_is_explained_unless_asked(library: Library) -> None:
    library.add("https://i.example/a", "Connect by the tunnel.", title="Way")
    assert library.retriever(tuning=TUNING).search(Question("vpn")).hits[0].explanation is None
