"""Sizes, durations and parts of the whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.quantities import (
    format_duration,
    format_fraction,
    format_size,
    parse_duration,
    parse_fraction,
    parse_size,
)

AFTER_ALL = timedelta(days=3650) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("50MB", 50_000_000),
        ("1.5 GB", 1_500_000_000),
        ("512KiB", 524_288),
        ("1kB", 1_000),
        ("1KB", 1_000),
        ("7B", 7),
        (7, 7),
    ],
)
def test_a_size_has_a_decimal_or_a_binary_unit(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "value", ["50", "50 mb", "MB", "-1MB", "0MB", 0, -1, True, 1.5, None, "٥MB", "1e3MB"]
)
def test_what_is_no_size(value: object) -> None:
    with pytest.raises(ValueError, match="must be a size above zero with its unit, such as 50MB or 512KiB"):
        parse_size(value)


@given(st.integers(min_value=1, max_value=10**15 - 1))
def test_a_size_reads_back_as_it_was_written(size: int) -> None:
    assert parse_size(format_size(size)) == size


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("24h", timedelta(hours=24)),
        ("1h30m", timedelta(minutes=90)),
        ("2s", timedelta(seconds=2)),
        ("500ms", timedelta(milliseconds=500)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_a_sum_of_parts_with_units(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("value", ["24", 24, "h", "1 h", "-1h", "1.5h", "", None, True, "1y"])
def test_what_is_no_duration(value: object) -> None:
    with pytest.raises(ValueError, match="must be a duration with its unit, such as 30s, 24h or 1h30m"):
        parse_duration(value)


@pytest.mark.parametrize("value", ["3651d", "999999999999999d"])
def test_a_duration_has_a_finite_bound(value: str) -> None:
    with pytest.raises(ValueError, match="must not be longer than ten years"):
        parse_duration(value)


@given(st.integers(min_value=0, max_value=AFTER_ALL))
def test_a_duration_reads_back_as_it_was_written(milliseconds: int) -> None:
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("value", "fraction"), [("15%", 0.15), ("0 %", 0.0), ("100%", 1.0), (0.15, 0.15), (1, 1)]
)
def test_a_part_is_a_percentage_or_a_fraction(value: object, fraction: float) -> None:
    assert parse_fraction(value) == pytest.approx(fraction)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("15", "must be a percentage such as 15%"),
        (True, "must be a percentage such as 15%"),
        (None, "must be a percentage such as 15%"),
        (15, "must lie between 0% and 100%"),
        ("101%", "must lie between 0% and 100%"),
        (float("nan"), "must lie between 0% and 100%"),
    ],
)
def test_what_is_no_part(value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_fraction(value)


@given(st.integers(min_value=0, max_value=10_000))
def test_a_part_reads_back_as_it_was_written(hundredths: int) -> None:
    fraction = hundredths / 10_000
    assert parse_fraction(format_fraction(fraction)) == pytest.approx(fraction)


@pytest.mark.parametrize("parse", [parse_size, parse_duration, parse_fraction])
@given(text=st.one_of(st.text(max_size=8), st.from_regex(r"[0-9.]{1,500}(MB|d|%)", fullmatch=True)))
def test_no_text_breaks_a_parser(parse: Callable[[object], object], text: str) -> None:
    with suppress(ValueError):
        assert parse(text) is not None
