"""Tuning that was put: its versions, and what holds of it beside the files, on both engines."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import pytest

import catalog.tuning as catalog_tuning
from catalog.database import Catalog
from catalog.live_tuning import LiveTuning
from catalog.tuning import newest_version, put_tuning, read_content, read_versions
from settings.tuning.kinds import TuningKind
from settings.tuning.live import LiveFile
from settings.tuning.synonyms import SynonymRule, parse_synonyms


def put(catalog: Catalog, content: str, kind: TuningKind = TuningKind.SYNONYMS) -> int:
    with catalog.write() as connection:
        return put_tuning(connection, kind, content, len(content.splitlines()), author="eva").version


def live(catalog: Catalog, *files: Path) -> LiveTuning[SynonymRule]:
    named = [LiveFile(file, partial(parse_synonyms, file=file)) for file in files]
    return LiveTuning(TuningKind.SYNONYMS, catalog, named, parse_synonyms)


def words(tuning: LiveTuning[SynonymRule]) -> list[str]:
    return [rule.words[0] for rule in tuning.entries]


def test_every_version_of_each_kind_is_kept(catalog: Catalog) -> None:
    assert [put(catalog, "a, b"), put(catalog, ""), put(catalog, "x", TuningKind.FAQ)] == [1, 2, 1]
    with catalog.write() as connection:
        made = put_tuning(connection, TuningKind.SYNONYMS, "a, b", 1, author=None, restored=1)
    with catalog.read() as connection:
        assert newest_version(connection, TuningKind.SYNONYMS) == 3
        assert newest_version(connection, TuningKind.BOOSTS) == 0
        told = read_versions(connection, TuningKind.SYNONYMS)
        assert [(each.version, each.author, each.restored) for each in told] == [
            (3, None, 1), (2, "eva", None), (1, "eva", None),
        ]  # fmt: skip
        assert told[0] == made
        contents = [read_content(connection, TuningKind.SYNONYMS, number) for number in (1, 2, 3, 4)]
        assert contents == ["a, b", "", "a, b", None]


def test_of_very_many_versions_the_oldest_go(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_tuning, "KEPT_VERSIONS", 2)
    for number in range(4):
        put(catalog, f"a, b{number}")
    with catalog.read() as connection:
        assert [each.version for each in read_versions(connection, TuningKind.SYNONYMS)] == [4, 3]


def test_what_was_put_holds_beside_the_files_in_every_process(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("file, a")
    one, other = live(catalog, file), live(catalog, file)
    put(catalog, "put, b")
    assert one.refresh()
    assert other.refresh()
    assert words(one) == words(other) == ["file", "put"]
    assert one.version == other.version == 1
    assert not one.refresh()
    file.write_text("changed, a")
    assert one.refresh()
    assert words(one) == ["changed", "put"]
    put(catalog, " \n")
    assert one.refresh()
    assert words(one) == ["changed"]


def test_a_version_that_fits_no_longer_leaves_the_one_before_in_force(
    catalog: Catalog, caplog: pytest.LogCaptureFixture
) -> None:
    tuning = live(catalog)
    put(catalog, "good, a")
    tuning.refresh()
    put(catalog, "bad")
    with caplog.at_level(logging.WARNING):
        assert not tuning.refresh()
        assert not tuning.refresh()
    assert words(tuning) == ["good"]
    assert [str(fault) for fault in tuning.faults] == [
        "synonyms version 2:1:1: a rule needs two words at least: `a, b` or `a => b`"
    ]
    assert len(caplog.records) == 1
    put(catalog, "better, a")
    assert tuning.refresh()
    assert (words(tuning), tuning.faults) == (["better"], ())
