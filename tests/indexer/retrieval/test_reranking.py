"""The best passages read anew: the reader's order, its budget, its faults, and a real tiny cross-encoder."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from indexer.embedding.devices import CPU_THREADS, torch_threads
from indexer.retrieval.cross_encoder import CrossEncoderScorer
from indexer.retrieval.question import RELEVANCE, Question, SortKey
from indexer.retrieval.reranking import (
    BUDGET_SECONDS,
    MOST_READ,
    PairScorer,
    Reading,
    Reranker,
    RerankerError,
    reordered,
)
from tests.indexer.retrieval.library import Library, Part
from tests.indexer.retrieval.tiny_models import save_cross_encoder

units = st.floats(0, 1)


class Lengths:
    """Longer passages answer better; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        self.asked.append(tuple(passages))
        return np.array([min(len(passage), 100) / 100 for passage in passages])


class Broken:
    def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
        raise RerankerError("`search.reranker` 'x' failed: out of memory")


@pytest.fixture
def filled(library: Library) -> Library:
    library.add("https://i/a", "leave")
    library.add("https://i/b", "leave leave of absence for parents")
    library.add("https://i/c", "about trips only, which is not at all what anybody asked for here")
    return library


def _urls(library: Library, scorer: PairScorer) -> tuple[list[str], tuple[str, ...]]:
    reranker = Reranker(lambda: scorer)
    found = library.retriever(reranker=reranker).search(Question("leave"))
    return [hit.url for hit in found.hits], found.notices


def test_the_reranker_has_the_last_word(filled: Library) -> None:
    urls, notices = _urls(filled, Lengths())
    assert urls == ["https://i/c", "https://i/b", "https://i/a"]
    assert notices == ()


def test_it_reads_a_passage_under_its_headings(library: Library) -> None:
    library.add("https://i/a", Part("fourteen weeks", headings=("Leave", "Parents")))
    scorer = Lengths()
    _urls(library, scorer)
    assert scorer.asked == [("Leave\nParents\nfourteen weeks",)]


def test_one_that_fails_is_told_and_the_answer_is_as_without_it(filled: Library) -> None:
    plain = [hit.url for hit in filled.retriever().search(Question("leave")).hits]
    urls, notices = _urls(filled, Broken())
    assert urls == plain
    assert notices == ("not reranked: `search.reranker` 'x' failed: out of memory",)


def test_one_that_cannot_be_opened_is_tried_again_after_a_refresh(filled: Library) -> None:
    attempts = iter([RerankerError("no such folder"), None])

    def opened() -> PairScorer:
        fault = next(attempts)
        if fault is not None:
            raise fault
        return Lengths()

    retriever = filled.retriever(reranker=Reranker(opened))
    assert retriever.search(Question("leave")).notices == ("not reranked: no such folder",)
    assert retriever.search(Question("leave")).notices == ("not reranked: no such folder",)
    retriever.refresh()
    assert retriever.search(Question("leave")).notices == ()


def test_passages_for_a_language_model_are_reranked_too(filled: Library) -> None:
    passages = filled.retriever(reranker=Reranker(Lengths)).retrieve(Question("leave"))
    assert [passage.text.split()[0] for passage in passages] == ["about", "leave", "leave"]


def test_a_sorted_answer_is_not_reranked(filled: Library) -> None:
    scorer = Lengths()
    filled.retriever(reranker=Reranker(lambda: scorer)).search(Question("leave", sort=(SortKey("title"),)))
    assert scorer.asked == []


def test_an_answer_sorted_by_relevance_first_is_reranked(filled: Library) -> None:
    retriever = filled.retriever(reranker=Reranker(Lengths))
    by_relevance = (SortKey(RELEVANCE), SortKey("title"))
    found = retriever.search(Question("leave", sort=by_relevance)).hits
    assert [hit.document_id for hit in found] == [
        hit.document_id for hit in retriever.search(Question("leave")).hits
    ]


def test_only_the_best_are_read_and_none_after_the_budget_is_spent() -> None:
    passages = [(n, "x" * n) for n in range(80)]
    endless = Reranker(Lengths, clock=lambda: 0.0)
    assert len(endless.read("q", passages).scores) == MOST_READ
    hurried = Reranker(Lengths, clock=itertools.count(0, BUDGET_SECONDS).__next__)
    assert list(hurried.read("q", passages).scores) == list(range(8))


@given(st.dictionaries(st.integers(0, 20), units, min_size=1), st.dictionaries(st.integers(0, 20), units))
def test_what_was_read_stands_above_the_rest_in_the_readers_order(
    fused: dict[int, float], reading: dict[int, float]
) -> None:
    read = {chunk: score for chunk, score in reading.items() if chunk in fused}
    chunks = np.array(sorted(fused), dtype=np.int64)
    scores = reordered(chunks, np.array([fused[chunk] for chunk in sorted(fused)]), read)
    ordered = dict(zip(chunks.tolist(), scores.tolist(), strict=True))
    assert all(0 <= score <= 1 for score in ordered.values())
    rest = [score for chunk, score in ordered.items() if chunk not in read]
    assert all(ordered[chunk] >= max(rest, default=0) for chunk in read)
    assert all(ordered[a] <= ordered[b] for a, b in itertools.permutations(read, 2) if read[a] < read[b])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder of two layers, made here."""
    return save_cross_encoder(tmp_path_factory.mktemp("tiny") / "reranker", labels=1)


def test_a_saved_cross_encoder_scores_pairs_between_0_and_1(tiny: Path) -> None:
    scores = CrossEncoderScorer(str(tiny), "cpu").scores("leave", ["leave of absence", "trips"])
    assert scores.shape == (2,)
    assert scores[0] != scores[1]
    assert ((scores > 0) & (scores < 1)).all()


def test_a_cross_encoder_reads_on_all_threads_though_embedding_leaves_one_to_each_product(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = CrossEncoderScorer(str(tiny), "cpu")
    read, threads = scorer._model.predict, []

    def counted(*pairs: object, **options: object) -> object:
        threads.append(torch.get_num_threads())
        return read(*pairs, **options)

    monkeypatch.setattr(scorer._model, "predict", counted)
    with torch_threads(1):
        scorer.scores("leave", ["leave of absence"])
        assert (threads, torch.get_num_threads()) == ([CPU_THREADS], 1)


def test_a_saved_cross_encoder_orders_the_hits_of_a_library(filled: Library, tiny: Path) -> None:
    scorer = CrossEncoderScorer(str(tiny), "cpu")
    texts = {"https://i/a": "leave", "https://i/b": "leave leave of absence for parents"}
    wanted = dict(zip(texts, scorer.scores("leave", list(texts.values())), strict=True))
    urls, _ = _urls(filled, scorer)
    assert [url for url in urls if url in texts] == sorted(texts, key=lambda url: -wanted[url])


def test_a_folder_that_is_missing_or_no_reranker_is_told_in_a_sentence(tmp_path: Path, tiny: Path) -> None:
    with pytest.raises(RerankerError, match=r"names the folder /nowhere/x, which does not exist"):
        CrossEncoderScorer("/nowhere/x")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(RerankerError, match="could not be loaded"):
        CrossEncoderScorer(str(tmp_path))
    three = save_cross_encoder(tmp_path / "three", labels=3)
    with pytest.raises(RerankerError, match="gives 3 scores for a pair: choose a cross-encoder with one"):
        CrossEncoderScorer(str(three), "cpu")


def test_nothing_read_changes_nothing() -> None:
    fused = np.array([0.5])
    assert reordered(np.array([1]), fused, Reading({}).scores).tolist() == [0.5]


def test_a_caller_may_do_without_the_reranker(filled: Library) -> None:
    found = filled.retriever(reranker=Reranker(Lengths)).search(Question("leave"), rerank=False)
    assert found.hits[0].url in {"https://i/a", "https://i/b"}
