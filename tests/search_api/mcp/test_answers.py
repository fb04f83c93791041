"""What a tool answers of a document: all of its text, in pieces that a model can read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from catalog.document import BlockKind
from search_api.mcp.answers import MOST_CHARACTERS, fetch_output
from search_api.query.response import BlockAnswer, DocumentAnswer


def document(*blocks: tuple[BlockKind, str, int]) -> DocumentAnswer:
    return DocumentAnswer(
        id="0" * 32,
        connector="handbook",
        url="https://handbook.example.com/",
        kind="page",
        version=1,
        title="A title",
        language="en",
        fetched_at="2026-11-27T02:17:04+00:00",
        fields={"department": "HR"},
        blocks=[
            BlockAnswer(kind=kind, text=text, level=level, anchor=None, page=None)
            for kind, text, level in blocks
        ],
    )


def test_blocks_are_told_as_markdown() -> None:
    told = fetch_output(
        document(
            (BlockKind.HEADING, "Leave", 2),
            (BlockKind.PARAGRAPH, "Take it.", 0),
            (BlockKind.LIST_ITEM, "26 weeks", 0),
            (BlockKind.CODE, "print(26)", 0),
            (BlockKind.TABLE, "Weeks | 26", 0),
        ),
        0,
    )
    assert told.text == "## Leave\n\nTake it.\n\n- 26 weeks\n\n```\nprint(26)\n```\n\nWeeks | 26"
    assert told.metadata["department"] == "HR"


@given(st.lists(st.integers(0, 2 * MOST_CHARACTERS), max_size=6), st.integers(1, 9))
def test_the_pieces_of_a_long_document_are_its_text(lengths: list[int], letter: int) -> None:
    long = document(*[(BlockKind.PARAGRAPH, str(letter) * length, 0) for length in lengths])
    pieces, offset = list[str](), 0
    while True:
        told = fetch_output(long, offset)
        assert len(told.text) <= MOST_CHARACTERS
        pieces.append(told.text)
        if told.next_offset is None:
            break
        assert told.next_offset > offset
        offset = told.next_offset
    assert "".join(pieces) == "\n\n".join(str(letter) * length for length in lengths)
