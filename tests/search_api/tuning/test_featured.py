"""Which entries of featured results a question calls up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from search_api.routes.desk.tuning import FORMATS
from search_api.tuning.featured import FeaturedEntries
from settings.tuning.featured import Featured, parse_featured
from settings.tuning.kinds import TuningKind

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def entry(name: str, **told: object) -> Featured:
    return Featured.model_validate({"results": f"https://i.example/{name}", **told})


def called(entries: FeaturedEntries, text: str) -> list[str]:
    return [each.url.rpartition("/")[2] for each in entries.of(text, NOW, frozenset({"everyone"}))]


ENTRIES = FeaturedEntries(
    [
        entry("exact", queries="Reisekosten", phrases="business trip"),
        entry("german", queries="Reisekosten", phrases="neue Dienstreise", language="de"),
        entry("english", queries="holiday", phrases="business trip", language="en"),
    ]
)


def test_words_of_a_named_language_are_met_in_any_of_their_forms() -> None:
    assert called(ENTRIES, "neuen Dienstreisen") == ["german"]
    assert called(ENTRIES, "our business trips") == ["english"]
    assert called(ENTRIES, "Holidays!") == ["english"]
    assert called(ENTRIES, "holiday rules") == [], "a query is a whole question"


def test_entries_keep_their_order_over_all_languages() -> None:
    assert called(ENTRIES, "reisekosten") == ["exact", "german"]
    assert called(ENTRIES, "a business trip") == ["exact", "english"]


def test_without_a_language_the_very_words_are_meant() -> None:
    assert called(FeaturedEntries([entry("exact", queries="holiday")]), "holidays") == []


def test_the_form_that_operators_are_told_is_one() -> None:
    told = FORMATS[TuningKind.FEATURED].removeprefix("YAML: ").removesuffix(".")
    parsed = parse_featured(told.replace("…", "a.example"), Path("featured.yaml"))
    assert (len(parsed.entries), parsed.faults) == (1, ())
