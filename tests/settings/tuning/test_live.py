"""Files that are read anew when they change, and what holds while they are faulty."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from settings.tuning.live import LiveEntries, LiveFile
from settings.tuning.synonyms import SynonymRule, parse_synonyms


def live(path: Path) -> LiveFile[SynonymRule]:
    return LiveFile(path, lambda text: parse_synonyms(text, path))


def words(entries: LiveEntries[SynonymRule]) -> list[str]:
    return [rule.words[0] for rule in entries.entries]


def test_a_changed_file_is_taken_up(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("vpn, tunnel")
    entries = LiveEntries([live(file)])
    assert words(entries) == ["vpn"]
    assert not entries.refresh()
    file.write_text("holiday, vacation")
    assert entries.refresh()
    assert words(entries) == ["holiday"]


def test_while_an_edit_is_faulty_the_former_version_holds_and_the_log_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("vpn, tunnel")
    entries = LiveEntries([live(file)])
    file.write_text("vpn, tunnel\nlonely")
    with caplog.at_level(logging.WARNING):
        assert not entries.refresh()
        assert not entries.refresh()
    assert words(entries) == ["vpn"]
    assert [str(fault) for fault in entries.faults] == [
        f"{file}:2:1: a rule needs two words at least: `a, b` or `a => b`"
    ]
    assert [record.message for record in caplog.records] == [
        f"{file} is not used as it is now, the former version holds:\n{entries.faults[0]}"
    ]
    file.write_text("vpn, tunnel\nlonely, alone")
    assert entries.refresh()
    assert (words(entries), entries.faults) == (["vpn", "lonely"], ())


def test_a_file_that_vanishes_leaves_what_it_said_in_force(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("vpn, tunnel")
    entries = LiveEntries([live(file)])
    file.unlink()
    assert not entries.refresh()
    assert words(entries) == ["vpn"]
    assert "cannot be read" in entries.faults[0].message


def test_a_file_that_was_never_good_counts_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"vpn, tunnel\n\xff")
    other = tmp_path / "b.txt"
    other.write_text("a, b")
    entries = LiveEntries([live(file), live(other)])
    assert words(entries) == ["a"]
    assert (entries.faults[0].line, "UTF-8" in entries.faults[0].message) == (2, True)


def test_a_touched_file_with_the_same_content_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("vpn, tunnel")
    entries = LiveEntries([live(file)])
    before = entries.entries
    file.unlink()
    file.write_text("vpn, tunnel")
    assert not entries.refresh()
    assert entries.entries is before
