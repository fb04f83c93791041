"""Files of featured results."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from settings.tuning.featured import featured_places, parse_featured

FILE = Path("/etc/featured.yaml")
TEXT = """\
featured:
  - queries: [holiday, time off]
    phrases: parental leave
    results: [https://a.example/x, {url: "https://a.example/y", title: Why, excerpt: Because.}]
    from: 2026-11-01
    until: 2026-11-30
    for: group:hr
  - queries: vpn
    results: https://a.example/vpn
    until: 2026-11-30T18:00:00+01:00
"""


def test_an_entry_names_questions_and_documents_a_time_and_an_audience() -> None:
    parsed = parse_featured(TEXT, FILE)
    assert parsed.faults == ()
    first, second = parsed.entries
    assert (first.queries, first.phrases) == (("holiday", "time off"), ("parental leave",))
    assert [(each.url, each.title) for each in first.results] == [
        ("https://a.example/x", None),
        ("https://a.example/y", "Why"),
    ]
    assert (second.audience, second.until) == (("everyone",), datetime(2026, 11, 30, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 1, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 1, tzinfo=UTC), False),
    ],
)
def test_an_entry_holds_from_its_first_day_to_its_last(moment: datetime, holds: bool) -> None:
    entry = parse_featured(TEXT, FILE).entries[0]
    assert entry.holds(moment, frozenset({"everyone", "group:hr"})) == holds
    assert not entry.holds(moment, frozenset({"everyone", "group:it"}))


def test_every_address_has_its_place() -> None:
    places = featured_places(TEXT, FILE)
    assert {url: (place.line, place.column) for url, place in places.items()} == {
        "https://a.example/x": (4, 15),
        "https://a.example/y": (4, 42),
        "https://a.example/vpn": (9, 14),
    }


SOMEWHERE = "queries: a, results: 'http://a.example'"


@pytest.mark.parametrize(
    ("entry", "line", "column", "message"),
    [
        ("{queries: a}", 2, 5, "the key `results` of `featured[0]` is missing"),
        ("{queries: a, results: []}", 2, 27, "must not be empty"),
        ("{queries: a, results: nowhere}", 2, 27, "must be an absolute address"),
        ("{results: 'https://a.example/'}", 2, 5, "must name `queries` or `phrases`"),
        ("{queres: a, results: 'https://a.example'}", 2, 6, "did you mean `queries`?"),
        (f"{{{SOMEWHERE}, until: soon}}", 2, 54, "must be a day such as"),
        (f"{{{SOMEWHERE}, until: 2026-01-01T10:00}}", 2, 54, "must be a day such as"),
        (f"{{{SOMEWHERE}, for: hr}}", 2, 52, "must be `everyone`, `user:NAME`"),
        (f"{{{SOMEWHERE}, language: German}}", 2, 57, "must be the code of a language, such as `en`"),
        (f"{{{SOMEWHERE}, from: 2026-02-01, until: 2026-01-01}}", 2, 5, "must end"),
    ],
)
def test_a_fault_says_where_it_stands_and_what_to_do(
    entry: str, line: int, column: int, message: str
) -> None:
    parsed = parse_featured(f"featured:\n  - {entry}\n", FILE)
    fault = parsed.faults[0]
    assert (fault.line, fault.column) == (line, column)
    assert message in fault.message
    assert parsed.entries == ()
