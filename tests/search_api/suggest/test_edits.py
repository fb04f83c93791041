"""How many edits part two words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.suggest.edits import edits

LETTERS = "abcé"
words = st.text(LETTERS, max_size=6)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("leave", "leave", 0),
        ("leve", "leave", 1),
        ("leavee", "leave", 1),
        ("lezve", "leave", 1),
        ("laeve", "leave", 1),
        ("strase", "straße", 1),
        ("kitten", "sitting", None),
        ("", "ab", 2),
        ("abcdef", "abc", None),
    ],
)
def test_letters_put_in_left_out_exchanged_and_swapped_are_counted(
    one: str, other: str, distance: int | None
) -> None:
    assert edits(one, other, 2) == distance


@given(words, words, st.integers(0, 3))
def test_it_is_the_same_in_both_directions_and_nothing_only_between_equals(
    one: str, other: str, most: int
) -> None:
    assert edits(one, other, most) == edits(other, one, most)
    assert (edits(one, other, 0) == 0) == (one == other)


@given(words, st.data())
def test_one_edit_is_never_counted_as_more(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word)))
    letter = data.draw(st.sampled_from(LETTERS))
    for edited in (word[:place] + letter + word[place:], word[:place] + letter + word[place + 1 :]):
        distance = edits(word, edited, 1)
        assert distance is not None
        assert distance <= 1
