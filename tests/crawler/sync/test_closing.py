"""How much a run may delete before it has to ask."""

from __future__ import annotations

import pytest

from catalog.deletion import is_protected


@pytest.mark.parametrize(
    ("to_delete", "scanned", "protected"),
    [
        (9, 0, False),  # fewer than ten are never held back
        (10, 0, True),
        (10, 56, True),  # 15.2 % of what was scanned and is to go
        (15, 85, False),  # 15 % exactly
        (16, 84, True),
        (0, 0, False),
    ],
)
def test_more_than_the_guard_of_scanned_and_doomed_is_protected(
    to_delete: int, scanned: int, protected: bool
) -> None:
    assert is_protected(to_delete, scanned, 0.15) is protected
