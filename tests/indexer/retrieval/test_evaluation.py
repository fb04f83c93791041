"""`indexer eval`: over a real library, and from the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from typer.testing import CliRunner

from indexer.cli import app
from indexer.retrieval import opening
from indexer.retrieval.evaluation import Evaluation, Mode, QueryResult, evaluate, unknown_documents
from indexer.retrieval.judgements import JudgedQuery
from indexer.retrieval.metrics import Quality
from indexer.retrieval.reranking import Reranker
from indexer.retrieval.retriever import Retriever
from tests.indexer.retrieval.library import Library

LEAVE, TRIPS, PAY = (f"https://i.example/{name}" for name in ("leave", "trips", "pay"))


@pytest.fixture
def filled(library: Library) -> Library:
    library.add(LEAVE, "parental leave lasts fourteen weeks")
    library.add(TRIPS, "business trips are booked by the office")
    library.add(PAY, "salaries are paid monthly", allow=["group:hr"])
    return library


def test_each_mode_is_measured_by_itself(filled: Library) -> None:
    judged = [JudgedQuery("parental leave", {LEAVE: 1.0}), JudgedQuery("zebra", {TRIPS: 1.0})]
    found = evaluate(filled.retriever(), judged)
    assert found.queries[0].by_mode[Mode.HYBRID] == Quality(1.0, 1.0, 1.0)
    assert found.queries[1].by_mode[Mode.LEXICAL] == Quality(0.0, 0.0, 0.0)
    assert found.queries[1].by_mode[Mode.DENSE].recall_at_10 == 1.0
    assert found.means[Mode.LEXICAL] == Quality(0.5, 0.5, 0.5)


def test_documents_are_judged_by_their_ids_as_well(filled: Library) -> None:
    document_id = filled.add("https://i.example/new", "quantum chromodynamics")
    found = evaluate(filled.retriever(), [JudgedQuery("quantum chromodynamics", {document_id: 1.0})])
    assert found.means[Mode.HYBRID].mrr == 1.0


def test_only_what_the_given_principals_may_read_counts(filled: Library) -> None:
    judged = [JudgedQuery("salaries", {PAY: 1.0})]
    assert evaluate(filled.retriever(), judged).means[Mode.HYBRID].recall_at_10 == 0.0
    seen = evaluate(filled.retriever(), judged, frozenset({"group:hr"}))
    assert seen.means[Mode.HYBRID].recall_at_10 == 1.0


def test_judged_documents_that_nobody_knows_are_named(filled: Library) -> None:
    judged = [JudgedQuery("q", {LEAVE: 1.0, "https://i.example/tpyo": 1.0})]
    with filled.catalog.read() as connection:
        assert unknown_documents(connection, judged) == ("https://i.example/tpyo",)


def test_a_query_may_name_the_principals_that_it_needs(filled: Library) -> None:
    judged = [JudgedQuery("salaries", {PAY: 1.0}, frozenset({"group:hr"}))]
    assert evaluate(filled.retriever(), judged).means[Mode.HYBRID].recall_at_10 == 1.0


def test_the_reranker_is_measured_where_there_is_one(filled: Library) -> None:
    class Backwards:
        def scores(self, question: str, passages: Sequence[str]) -> npt.NDArray[np.float64]:
            return np.array(["leave" not in passage for passage in passages], np.float64)

    judged = [JudgedQuery("parental leave", {LEAVE: 1.0})]
    assert Mode.RERANKED not in evaluate(filled.retriever(), judged).means
    found = evaluate(filled.retriever(reranker=Reranker(Backwards)), judged)
    assert found.means[Mode.HYBRID].mrr == 1.0
    assert found.means[Mode.RERANKED].mrr == 0.5


def _result(query: str, dense: float, lexical: float, hybrid: float) -> QueryResult:
    values = {Mode.DENSE: dense, Mode.LEXICAL: lexical, Mode.HYBRID: hybrid}
    return QueryResult(
        query, {mode: Quality(value, value, value) for mode, value in values.items()}, (), None
    )


def test_the_queries_are_named_that_are_answered_worst_whichever_half_is_at_fault() -> None:
    results = (_result("a", 0.9, 0.1, 0.8), _result("b", 0, 0, 0), _result("c", 0, 0, 1))
    found = Evaluation(results)
    assert [each.query for each in found.worst(5)] == ["b", "a"]
    assert [each.query for each in found.worst(1)] == ["b"]


@pytest.fixture
def config(filled: Library, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration over the library, which is asked with its toy model."""

    def open_library(*_: object) -> Retriever:
        return filled.retriever()

    monkeypatch.setattr(opening, "open_retriever", open_library)
    file = filled.folder / "connectors.yaml"
    file.write_text(
        "version: 1\n"
        f"store: {{database: 'sqlite:///{filled.folder / 'catalog.db'}', directory: '{filled.folder}'}}\n"
        "connectors: [{name: wiki, seeds: ['https://i.example/']}]\n"
    )
    return file


def test_the_command_prints_json_for_scripts_and_warns_on_standard_error(config: Path) -> None:
    queries = config.with_name("golden.jsonl")
    queries.write_text(json.dumps({"query": "parental leave", "relevant": {LEAVE: 2, "https://gone/": 1}}))
    result = CliRunner().invoke(app, ["eval", str(queries), "--config", str(config), "--json"])
    assert result.exit_code == 0, result.stderr
    measured = json.loads(result.stdout)
    assert measured["queries"] == 1
    assert measured["hybrid"].keys() == {"ndcg_at_10", "recall_at_10", "mrr"}
    assert measured["hybrid"]["mrr"] == 1.0
    assert measured["by_query"][0]["query"] == "parental leave"
    assert measured["unknown"] == ["https://gone/"]
    assert result.stderr == "no document is known as https://gone/\n"


def test_the_command_shows_the_three_modes_side_by_side_to_people(config: Path) -> None:
    queries = config.with_name("golden.jsonl")
    queries.write_text(json.dumps({"query": "salaries", "relevant": [PAY]}))
    arguments = ["eval", str(queries), "--config", str(config), "--principal", "group:hr"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    for word in ("nDCG@10", "recall@10", "MRR", "dense", "lexical", "hybrid", "1.000"):
        assert word in result.stdout


def test_the_command_shows_what_stands_first_where_no_half_finds_what_was_judged(config: Path) -> None:
    queries = config.with_name("golden.jsonl")
    queries.write_text(json.dumps({"query": "parental leave", "relevant": [PAY]}))
    result = CliRunner().invoke(app, ["eval", str(queries), "--config", str(config)])
    assert result.exit_code == 0, result.stderr
    worst = result.stdout.partition("nDCG@10 of the queries that are answered worst")[2]
    for word in ("parental leave", "0.000", LEAVE):
        assert word in worst


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"{", "golden.jsonl:1: this is not JSON"),
    ],
)
def test_an_unusable_file_of_queries_is_a_wrong_call(
    config: Path, content: bytes | None, message: str
) -> None:
    queries = config.with_name("golden.jsonl")
    if content is not None:
        queries.write_bytes(content)
    result = CliRunner().invoke(app, ["eval", str(queries), "--config", str(config)])
    assert result.exit_code == 2
    assert message in result.stderr
