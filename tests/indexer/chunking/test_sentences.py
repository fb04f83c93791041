"""Sentence boundaries in the languages and layouts of the web."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.chunking.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("See e.g. Smith et al. for it.", ["See e.g. Smith et al. for it."]),
        ("Dr. Eva Braun leads. Ask J. R. Miller.", ["Dr. Eva Braun leads.", "Ask J. R. Miller."]),
        ("Version 3.11 is needed. Install it.", ["Version 3.11 is needed.", "Install it."]),
        ("これは文です。次の文。", ["これは文です。", "次の文。"]),
        ("a line\nanother line", ["a line", "another line"]),
        ("   ", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


@given(st.text(alphabet="aB .!?\n\"'e.g。3", max_size=60))
def test_spans_are_in_order_and_leave_out_only_white_space(text: str) -> None:
    position = 0
    for start, end in sentence_spans(text):
        assert position <= start < end
        assert not text[position:start].strip()
        position = end
    assert not text[position:].strip()
