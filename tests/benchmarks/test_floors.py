"""Floors of quality: they rise, are never lowered, and belong to the data that they were measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.floors import Fingerprint, Floor, Measured, digest, raised, read_floors, write_floors
from benchmarks.judged_sets import JudgedSet, Text, write_site, write_sitemap

DATA = Fingerprint("data", "model", "code")
STANDING = Floor(0.9, Measured(1500, 0.7, 0.8, 0.91), DATA, "2026-11-01")


def test_a_floor_lies_half_a_point_below_what_was_measured_first() -> None:
    assert raised(None, Measured(1500, 0.7, 0.8, 0.8536), DATA, "2026-11-26").floor == 0.848


def test_where_few_questions_were_asked_a_floor_lies_one_question_below() -> None:
    assert raised(None, Measured(50, 0.7, 0.8, 0.8536), DATA, "2026-11-26").floor == 0.833


def test_a_floor_rises_with_what_was_measured_and_stays_where_that_is_a_little_worse() -> None:
    assert raised(STANDING, Measured(1500, 0.7, 0.8, 0.93), DATA, "2026-11-26").floor == 0.925
    assert raised(STANDING, Measured(1500, 0.7, 0.8, 0.903), DATA, "2026-11-26").floor == 0.9


def test_a_floor_is_not_lowered() -> None:
    with pytest.raises(ValueError, match=r"0\.8990 is below the floor of 0\.900: find out which change"):
        raised(STANDING, Measured(1500, 0.7, 0.8, 0.899), Fingerprint("data", "other", "other"), "2026-11-26")


def test_other_data_has_a_floor_of_its_own() -> None:
    other = raised(
        STANDING, Measured(1500, 0.3, 0.3, 0.4), Fingerprint("other", "model", "code"), "2026-11-26"
    )
    assert other.floor == 0.395


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_floors({"set": STANDING}, tmp_path / "floors.json")
    assert read_floors(tmp_path / "floors.json") == {"set": STANDING}


def test_a_digest_changes_with_a_name_and_with_content_only(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("2")
    before = digest([first, second])
    assert digest([second, first]) == before
    second.write_text("3")
    assert digest([first, second]) != before


def test_a_page_of_a_set_gives_its_title_away_only_as_the_set_does(tmp_path: Path) -> None:
    names = write_site(tmp_path, [Text("a/1", "Wind & waves", "1 < 2"), Text("b", "", "No title.")])
    pages = [(tmp_path / name).read_text(encoding="utf-8") for name in names]
    assert "<title>Wind &amp; waves</title></head><body><main><p>1 &lt; 2</p></main>" in pages[0]
    assert "<title>" not in pages[1]
    assert not any(heading in page for page in pages for heading in ("<h1", "<nav", "<a "))
    write_sitemap(tmp_path, "http://127.0.0.1:1", names)
    assert "<loc>http://127.0.0.1:1/2.html</loc>" in (tmp_path / "sitemap.xml").read_text(encoding="utf-8")


def test_the_same_questions_are_drawn_each_time() -> None:
    questions = {str(number): f"question {number}" for number in range(50)}
    judged = JudgedSet("set", (), questions, {name: {"text": 1} for name in questions})
    assert judged.drawn(5) == judged.drawn(5)
    assert len(judged.drawn(5).questions) == len(judged.drawn(5).grades) == 5
    assert judged.drawn(0) == judged
