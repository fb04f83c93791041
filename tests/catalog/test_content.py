"""Blocks, fields and links come back from the catalog as they went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.content import (
    pack_blocks,
    pack_fields,
    pack_links,
    storable,
    unpack_blocks,
    unpack_fields,
    unpack_links,
)
from catalog.document import Block, BlockKind, FieldValue

# Any text that a database keeps; what it does not keep is tested below.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
blocks = st.builds(
    Block,
    kind=st.sampled_from(BlockKind),
    text=texts,
    level=st.integers(0, 6),
    anchor=st.none() | texts,
    page=st.none() | st.integers(1, 10_000),
)
values = (
    texts
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC))
    | st.lists(texts).map(tuple)
)


@settings(deadline=None)
@given(st.lists(blocks))
def test_blocks_come_back(written: list[Block]) -> None:
    assert unpack_blocks(pack_blocks(written)) == tuple(written)


@settings(deadline=None)
@given(st.dictionaries(texts, values))
def test_fields_come_back_with_their_types(written: dict[str, FieldValue]) -> None:
    read = unpack_fields(pack_fields(written))
    assert read == written
    assert [type(value) for value in read.values()] == [type(value) for value in written.values()]


@settings(deadline=None)
@given(st.lists(st.tuples(texts, st.booleans())))
def test_links_come_back_in_order(written: list[tuple[str, bool]]) -> None:
    assert unpack_links(pack_links(written)) == tuple(written)


@settings(deadline=None)
@given(st.text())
def test_storable_text_is_utf_8_without_nul_and_as_long_as_before(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    assert len(kept) == len(text)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_what_no_database_keeps_becomes_a_replacement_character(text: str) -> None:
    (block,) = unpack_blocks(pack_blocks([Block(BlockKind.CODE, text, anchor=text)]))
    assert (block.text, block.anchor) == ("a\ufffdb", "a\ufffdb")
    assert pack_fields({"title": text, "authors": (text,)}) == {"title": "a\ufffdb", "authors": ["a\ufffdb"]}
    assert unpack_links(pack_links([(text, True)])) == (("a\ufffdb", True),)


def test_a_backslash_that_spells_nul_is_left_alone() -> None:
    block = Block(BlockKind.CODE, r"char nul = '\u0000';")
    assert unpack_blocks(pack_blocks([block])) == (block,)


def test_a_date_is_kept_in_utc() -> None:
    berlin = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=1)))
    packed = pack_fields({"updated_at": berlin})
    assert packed == {"updated_at": {"date": "2026-11-23T11:00:00+00:00"}}
    assert unpack_fields(packed) == {"updated_at": berlin}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "field 'size': nan is not a finite number"),
        (float("inf"), "field 'size': inf is not a finite number"),
        (2**63, "field 'size': 9223372036854775808 does not fit into 64 bits"),
        (datetime(2026, 1, 1), "field 'size': the date 2026-01-01 00:00:00 has no time zone"),  # noqa: DTZ001
    ],
)
def test_what_is_no_field_value_is_refused(value: FieldValue, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack_fields({"size": value})


def test_a_long_page_is_packed_small() -> None:
    page = [Block(BlockKind.PARAGRAPH, f"Paragraph {number} about holidays.") for number in range(500)]
    assert len(pack_blocks(page)) < sum(len(block.text) for block in page) / 5


def test_broken_content_is_an_error_not_a_page() -> None:
    with pytest.raises(zstandard.ZstdError):
        unpack_blocks(b"not compressed")
