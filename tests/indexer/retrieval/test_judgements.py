"""Judged queries are read, and what cannot be read is named by its line."""

from __future__ import annotations

import pytest

from indexer.retrieval.judgements import JudgedQuery, JudgementsError, parse_judgements


def test_relevant_documents_come_as_a_list_or_with_grades() -> None:
    lines = [
        '{"query": "leave", "relevant": ["https://i/a"]}',
        "",
        '{"query": "pay", "relevant": {"x": 2, "y": 0}}',
    ]
    assert parse_judgements(lines, "golden.jsonl") == (
        JudgedQuery("leave", {"https://i/a": 1.0}),
        JudgedQuery("pay", {"x": 2.0, "y": 0.0}),
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "golden.jsonl:2: this is not JSON"),
        ("[]", "golden.jsonl:2: `query` must be a text"),
        ('{"query": " ", "relevant": ["a"]}', "golden.jsonl:2: `query` must be a text"),
        ('{"query": "q"}', "golden.jsonl:2: `relevant` must name a document by its URL or id"),
        ('{"query": "q", "relevant": []}', "golden.jsonl:2: `relevant` must name a document"),
        ('{"query": "q", "relevant": [1]}', "golden.jsonl:2: `relevant` must name a document"),
        ('{"query": "q", "relevant": {"a": "high"}}', "golden.jsonl:2: `relevant` must name a document"),
        ('{"query": "q", "relevant": {"a": NaN}}', "golden.jsonl:2: `relevant` must name a document"),
        (
            '{"query": "q", "relevant": ["a"], "principals": "x"}',
            "golden.jsonl:2: `principals` must be",
        ),
        ('{"query": "q", "relevant": {"a": true}}', "golden.jsonl:2: `relevant` must name a document"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_what_would_be_right(line: str, message: str) -> None:
    with pytest.raises(JudgementsError) as caught:
        parse_judgements(['{"query": "q", "relevant": ["a"]}', line], "golden.jsonl")
    assert message in str(caught.value)
    assert 'a line looks like {"query": ' in str(caught.value)


def test_a_file_without_queries_says_so() -> None:
    with pytest.raises(JudgementsError, match="there is no query in it"):
        parse_judgements(["", " "], "golden.jsonl")


def test_every_faulty_line_is_named_at_once() -> None:
    with pytest.raises(JudgementsError) as caught:
        parse_judgements(["{", '{"query": "q", "relevant": ["a"]}', "[]"], "golden.jsonl")
    first, second = str(caught.value).splitlines()
    assert first.startswith("golden.jsonl:1: this is not JSON")
    assert second.startswith("golden.jsonl:3: `query` must be a text; a line looks like")


def test_a_query_names_whose_eyes_it_needs() -> None:
    line = '{"query": "pay", "relevant": ["a"], "principals": ["group:hr"]}'
    assert parse_judgements([line], "golden.jsonl")[0].principals == frozenset({"group:hr"})
