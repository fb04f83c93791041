"""The floor of quality: what the index must reach, and what is told when it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from catalog.tables import chunks, documents
from indexer.cli import app
from indexer.gate import check_gate, served_notice
from indexer.retrieval import opening
from indexer.retrieval.judgements import JudgementsError
from settings.index import GateSettings
from tests.indexer.retrieval.library import Library

LEAVE, TRIPS = "https://i.example/leave", "https://i.example/trips"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path)
    opened.add(LEAVE, "parental leave lasts fourteen weeks")
    opened.add(TRIPS, "business trips are booked by the office")
    yield opened
    opened.close()


def _gate(folder: Path, floor: float, judged: Mapping[str, Sequence[str]]) -> GateSettings:
    file = folder / "golden.jsonl"
    lines = (json.dumps({"query": query, "relevant": urls}) for query, urls in judged.items())
    file.write_text("\n".join(lines), encoding="utf-8")
    return GateSettings(queries=file, ndcg_at_10=floor)


def test_without_a_gate_nothing_is_asked(library: Library) -> None:
    assert check_gate(library.retriever(), None, library.catalog) is None
    assert served_notice(library.retriever(), None, library.catalog) is None


def test_at_the_floor_nothing_is_told(library: Library) -> None:
    gate = _gate(library.folder, 1.0, {"parental leave": [LEAVE]})
    assert served_notice(library.retriever(), gate, library.catalog) is None


def test_below_it_the_queries_that_fell_are_told_and_what_the_catalog_lacks(library: Library) -> None:
    gone = "https://i.example/gone"
    gate = _gate(library.folder, 0.75, {"parental leave": [gone], "business trips": [TRIPS]})
    assert served_notice(library.retriever(), gate, library.catalog) == (
        f"the served index answers the 2 queries of {gate.queries} with nDCG@10 0.500, below the floor of "
        "0.750 (`index.gate`); fell most: 'parental leave' (0.00); 1 judged documents are not in the "
        f"catalog: {gone}; `indexer eval {gate.queries}` shows every query"
    )


def test_a_gate_whose_queries_cannot_be_read_is_told(library: Library) -> None:
    gate = GateSettings(queries=library.folder / "gone.jsonl", ndcg_at_10=0.0)
    with pytest.raises(JudgementsError, match=r"gone\.jsonl cannot be read: No such file or directory"):
        check_gate(library.retriever(), gate, library.catalog)


def test_indexer_run_says_that_the_served_index_has_fallen_and_ends_well(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = _gate(library.folder, 0.9, {"parental leave": [TRIPS]})
    monkeypatch.setattr(opening, "open_retriever", lambda *_: library.retriever())
    config = library.folder / "connectors.yaml"
    config.write_text(
        "version: 1\n"
        f"store: {{database: 'sqlite:///{library.folder / 'catalog.db'}', directory: '{library.folder}'}}\n"
        f"index: {{gate: {{queries: '{gate.queries}', ndcg_at_10: 0.9}}}}\n"
        "connectors: [{name: wiki, seeds: ['https://i.example/']}]\n"
    )
    with library.catalog.write() as connection:
        connection.execute(delete(chunks))
        connection.execute(delete(documents))
    result = CliRunner().invoke(app, ["run", "--config", str(config), "--json"])
    assert result.exit_code == 0, result.stderr
    assert "below the floor of 0.900 (`index.gate`)" in result.stderr
    assert json.loads(result.stdout)["pending"] == 0
