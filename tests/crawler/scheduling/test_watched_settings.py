"""An edited configuration is taken up when it is good; else the last good one stays, and why is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawler.scheduling.watched_settings import WatchedSettings
from settings.faults import ConfigurationError
from settings.load import SNAPSHOT, load_settings
from tests.support.syncing import configure

WIKI = {"name": "wiki", "seeds": ["https://wiki.test/"], "access": "public"}
PORTAL = {"name": "portal", "seeds": ["https://portal.test/"], "access": "public"}


def names(watched: WatchedSettings) -> list[str]:
    return [each.name for each in watched.settings.connectors]


def test_an_edit_is_taken_up_once(tmp_path: Path) -> None:
    config = configure(tmp_path, WIKI)
    with WatchedSettings(config) as watched:
        assert watched.refresh() is None
        configure(tmp_path, WIKI, PORTAL)
        assert watched.refresh() == "the edited configuration is taken up"
        assert names(watched) == ["wiki", "portal"]
        assert watched.refresh() is None


def test_a_faulty_edit_is_said_in_one_line_and_the_last_good_one_stays(tmp_path: Path) -> None:
    config = configure(tmp_path, WIKI)
    with WatchedSettings(config) as watched:
        good = watched.snapshot
        config.write_text("version: 1\nconnectors:\n  - nme: wiki\n    colour: red\n", encoding="utf-8")
        said = watched.refresh()
        assert said is not None
        assert said.startswith(f"the edited configuration is not taken up: {config}:3:")
        assert said.endswith("the last good one stays")
        assert "\n" not in said
        assert watched.refresh() is None
        assert (names(watched), watched.snapshot) == (["wiki"], good)


def test_a_removed_file_leaves_the_last_good_one(tmp_path: Path) -> None:
    config = configure(tmp_path, WIKI)
    with WatchedSettings(config) as watched:
        config.unlink()
        said = watched.refresh()
        assert said is not None
        assert "the file cannot be read" in said
        assert names(watched) == ["wiki"]


def test_another_store_wants_a_restart(tmp_path: Path) -> None:
    config = configure(tmp_path, WIKI)
    with WatchedSettings(config) as watched:
        configure(tmp_path, WIKI, store={"directory": "elsewhere"})
        assert watched.refresh() == (
            "the edited configuration is not taken up: `store` changed, so restart `crawler schedule`"
        )


def test_syncs_read_the_copy_whose_paths_start_from_the_file(tmp_path: Path) -> None:
    config = configure(tmp_path, WIKI)
    with WatchedSettings(config) as watched:
        config.write_text("being edited", encoding="utf-8")
        settings = load_settings(config, {SNAPSHOT: str(watched.snapshot)})
        assert settings.path == config
        assert settings.store.directory == tmp_path / "data"
        assert watched.snapshot.parent.stat().st_mode & 0o077 == 0
        kept = watched.snapshot
    assert not kept.exists()


def test_a_faulty_file_is_no_start(tmp_path: Path) -> None:
    config = tmp_path / "connectors.yaml"
    config.write_text("version: 2\n", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        WatchedSettings(config)
    assert SNAPSHOT not in os.environ
