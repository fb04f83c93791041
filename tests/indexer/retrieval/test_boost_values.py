"""What is remembered of documents for boosts, and when it is forgotten."""

from __future__ import annotations

import pytest

from indexer.lexical.reader import LexicalReader, LexicalSnapshot
from indexer.retrieval import boost_values
from indexer.retrieval.boost_values import BoostValues
from indexer.retrieval.question import Boost
from tests.indexer.retrieval.library import Library

VIEWS = Boost("view_count", 2.0, pivot=10)
HR = Boost("department", 2.0, ("HR",))


def snapshot_of(library: Library) -> LexicalSnapshot:
    library.publish()
    snapshot = LexicalReader.open(library.folder / "lexical").snapshot
    assert snapshot is not None
    return snapshot


def test_values_are_those_of_the_documents(library: Library) -> None:
    first = library.add("https://i.example/1", "a", fields={"view_count": 7, "department": "HR"})
    second = library.add("https://i.example/2", "a", fields={"department": "IT"})
    values, snapshot = BoostValues(), snapshot_of(library)
    for _ in range(2):
        assert values.of(VIEWS, [first, second], snapshot) == {first: 7, second: None}
        assert values.of(HR, [second, first], snapshot) == {second: None, first: True}
    assert values.of(VIEWS, [], snapshot) == {}


def test_a_changed_index_is_looked_at_again(library: Library) -> None:
    name = library.add("https://i.example/1", "a", fields={"view_count": 7})
    values = BoostValues()
    assert values.of(VIEWS, [name], snapshot_of(library)) == {name: 7}
    library.remove_from_indexes(name)
    assert values.of(VIEWS, [name], snapshot_of(library)) == {name: None}


def test_no_more_is_remembered_than_has_room(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boost_values, "MOST_KNOWN", 2)
    monkeypatch.setattr(boost_values, "MOST_RULES", 2)
    names = [library.add(f"https://i.example/{n}", "a", fields={"view_count": n}) for n in range(5)]
    values, snapshot = BoostValues(), snapshot_of(library)
    for _ in range(2):
        for number, name in enumerate(names):
            assert values.of(VIEWS, [name], snapshot) == {name: number}
            rule = Boost("department", 2.0, (str(number),))
            assert values.of(rule, [name], snapshot) == {name: None}
    assert len(values._known) <= 3
    assert all(len(known) <= 3 for known in values._known.values())
