"""Sketches: what two texts have in common, whatever stands between their words."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.content import pack_blocks
from catalog.document import Block, BlockKind
from catalog.resemblance import NEARLY_ALL, POINTS, agreement, differ_little, marks_of
from extract.sketch import LONGEST, pairs_of, sketch

NAMES = ["harbour", "gull", "boat", "net", "rope", "crane", "wind", "tide", "salt", "rust"]
WORDS = st.lists(st.sampled_from(NAMES), max_size=60)


def sketched(text: str) -> bytes:
    told = sketch(pairs_of(text))
    assert told is not None
    return told


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_case_punctuation_and_white_space_do_not_matter(words: list[str]) -> None:
    plain, shaped = " ".join(words), "  —  ".join(word.title() for word in words) + "!\n"
    assert pairs_of(plain).tolist() == pairs_of(shaped).tolist()


@settings(max_examples=60, deadline=None)
@given(WORDS)
def test_the_pairs_of_a_text_are_its_neighbouring_words_each_once(words: list[str]) -> None:
    expected = len(set(pairwise(words))) if len(words) > 1 else len(words)
    assert len(pairs_of(" ".join(words))) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(min_size=16, max_size=16), min_size=2, max_size=12), st.data())
def test_marks_find_every_pair_that_comparing_all_finds(sketches: list[bytes], data: st.DataObject) -> None:
    """The index is exact: two sketches that agree at 13 of 16 points share a mark."""
    for number, told in enumerate(list(sketches)):
        changed = bytearray(told)
        for place in data.draw(st.sets(st.integers(0, POINTS - 1), max_size=5), label=str(number)):
            changed[place] ^= 1
        sketches.append(bytes(changed))
    outline = bytes(16)
    for one, other in combinations(sketches, 2):
        found = not set(marks_of(outline, one)).isdisjoint(marks_of(outline, other))
        assert found or agreement(one, other) < NEARLY_ALL


def test_marks_of_another_outline_are_others() -> None:
    assert set(marks_of(bytes(16), bytes(16))).isdisjoint(marks_of(b"another outline.", bytes(16)))


def test_agreement_is_the_share_of_pairs_that_both_have() -> None:
    words = [f"word{number}" for number in range(2_000)]
    shifts = {
        shift: agreement(sketched(" ".join(words)), sketched(" ".join(words[shift:])))
        for shift in (0, 40, 1_990)
    }
    assert shifts[0] == POINTS
    assert shifts[40] >= NEARLY_ALL
    assert shifts[1_990] <= 2


def test_texts_without_words_have_no_sketch_and_long_ones_are_looked_at_in_part() -> None:
    assert sketch(pairs_of("")) is sketch(pairs_of(" — !")) is None
    assert sketched("one" + " word" * LONGEST) == sketched("one" + " word" * (2 * LONGEST))


def test_text_without_spaces_is_taken_character_by_character() -> None:
    one, other = (
        "港の記録は毎日書かれています。" * 3 + "終わり",
        "港の記録は毎日書かれています。" * 3 + "最後",
    )
    assert 0 < len(set(pairs_of(one).tolist()) & set(pairs_of(other).tolist())) < len(pairs_of(one))


@pytest.mark.parametrize(("differing", "little"), [(0, True), (9, True), (20, True), (21, False)])
def test_near_copies_hide_at_most_twenty_words(differing: int, little: bool) -> None:
    words = [f"word{number}" for number in range(600)]
    changed = [f"other{number}" for number in range(differing)] + words[differing:]
    assert differ_little(packed(words), packed(changed)) is little


def test_of_a_short_text_at_most_a_tenth_may_differ() -> None:
    words = [f"word{number}" for number in range(50)]
    assert differ_little(packed(words), packed(["new"] * 5 + words[5:]))
    assert not differ_little(packed(words), packed(["new"] * 6 + words[6:]))


def packed(words: list[str]) -> bytes:
    return pack_blocks([Block(BlockKind.PARAGRAPH, " ".join(words))])
