"""What the page of a document shows, without a browser."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from catalog.document import Block, BlockKind, Document, DocumentKind
from search_api.web.document_view import Asked, Part, Shape, view_document

TABLE = "Trip | Daily rate\nWithin the country | 28 €\nAbroad | 41 €"


def document(*blocks: Block, url: str = "https://a.example/p") -> Document:
    return Document(
        id="0" * 32, connector="handbook", url=url, kind=DocumentKind.PAGE, version=1, title="Travel",
        language="en", fields={}, blocks=blocks, access_id=2, fetched_at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip


def marked(part: Part) -> list[str]:
    cells = [cell.segments for row in part.rows for cell in row]
    return [segment.text for run in (part.segments, *cells) for segment in run if segment.marked]


def test_an_answer_is_marked_to_the_letter_where_it_stands() -> None:
    first, second = "Meals are paid.", "The rate is 28 € a day. It rises in May."
    start = len(first) + 2 + second.index("28")
    view = view_document(
        document(Block(BlockKind.PARAGRAPH, first), Block(BlockKind.PARAGRAPH, second)),
        Asked(("rate",), start, start + 4),
    )
    assert [(part.is_here, marked(part)) for part in view.parts] == [(False, []), (True, ["28 €"])]


def test_of_a_passage_of_several_blocks_the_words_asked_for_are_marked() -> None:
    blocks = (Block(BlockKind.HEADING, "Rates", 2), Block(BlockKind.PARAGRAPH, "The rate is 28 €."))
    view = view_document(document(*blocks), Asked(("rate",), 0, 24))
    assert [(part.is_first_here, part.is_here, marked(part)) for part in view.parts] == [
        (True, True, ["Rates"]),
        (False, True, ["rate"]),
    ]


def test_a_cell_of_a_table_is_marked_in_its_row() -> None:
    start = TABLE.index("41")
    (part,) = view_document(document(Block(BlockKind.TABLE, TABLE)), Asked((), start, start + 4)).parts
    assert part.shape is Shape.TABLE
    assert [["".join(s.text for s in cell.segments) for cell in row] for row in part.rows] == [
        ["Trip", "Daily rate"],
        ["Within the country", "28 €"],
        ["Abroad", "41 €"],
    ]
    assert marked(part) == ["41 €"]


def test_the_pages_of_a_file_are_told_where_they_begin() -> None:
    blocks = [Block(BlockKind.PARAGRAPH, "text", page=page) for page in (1, 1, 2)]
    assert [part.page for part in view_document(document(*blocks), Asked()).parts] == [1, None, 2]


def test_of_a_very_long_document_the_part_around_the_passage_is_shown_and_the_rest_counted() -> None:
    blocks = [Block(BlockKind.PARAGRAPH, "x" * 9_998) for _ in range(100)]
    view = view_document(document(*blocks), Asked((), 600_000, 600_010))
    assert view.has_passage
    shown = sum(len(segment.text) for part in view.parts for segment in part.segments)
    assert 0 < view.left_out == 100 * 9_998 - shown


def test_an_address_that_is_not_http_is_not_linked() -> None:
    assert view_document(document(url="javascript:alert(1)"), Asked()).href is None


@given(
    st.lists(st.tuples(st.sampled_from(list(BlockKind)), st.text(max_size=40)), max_size=6),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_marks_never_change_the_text(pieces: list[tuple[BlockKind, str]], start: int, end: int) -> None:
    blocks = [Block(kind, text) for kind, text in pieces]
    view = view_document(document(*blocks), Asked(("a", "b"), start, end))
    for part, (kind, text) in zip(view.parts, pieces, strict=True):
        lines = [" | ".join("".join(s.text for s in cell.segments) for cell in row) for row in part.rows]
        shown = "\n".join(lines) if kind is BlockKind.TABLE else "".join(s.text for s in part.segments)
        assert shown == text


def test_the_title_is_not_said_twice_and_offsets_hold() -> None:
    blocks = (Block(BlockKind.HEADING, "Travel", 1), Block(BlockKind.PARAGRAPH, "By train."))
    view = view_document(document(*blocks), Asked((), 11, 16))
    assert [(part.shape, marked(part), part.is_first_here) for part in view.parts] == [
        (Shape.TEXT, ["train"], True)
    ]
