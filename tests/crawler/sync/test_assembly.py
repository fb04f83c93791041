"""From settings to a crawl: when a 304 will do, what changes a reading, how fast."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from catalog.database import Catalog, open_catalog
from catalog.lease import RunHeld
from catalog.runs import finish_run
from catalog.vocabulary import RunMode, RunState
from crawler.rendering.pool import PagePool
from crawler.sync.assembly import prepare, settings_fingerprint
from crawler.sync.connector_crawl import ConnectorCrawl
from settings.configuration import Settings
from settings.load import load_settings
from tests.support.syncing import configure


def settings(folder: Path, **changes: Any) -> Settings:
    return load_settings(configure(folder, {"name": "wiki", "seeds": ["https://wiki.test/"], **changes}))


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = open_catalog(f"sqlite:///{tmp_path / 'catalog.db'}", tmp_path / "data")
    yield opened
    opened.close()


def begin(catalog: Catalog, configured: Settings, mode: RunMode = RunMode.FULL) -> ConnectorCrawl:
    (connector,) = configured.connectors
    return prepare(catalog, configured, connector, mode, PagePool())


@contextmanager
def run(
    catalog: Catalog, configured: Settings, ending: RunState, mode: RunMode = RunMode.FULL
) -> Iterator[ConnectorCrawl]:
    crawl = begin(catalog, configured, mode)
    yield crawl
    with catalog.write() as connection:
        finish_run(connection, crawl.run.id, ending, counts={}, seconds=1.0)


def test_a_304_will_do_but_for_a_forced_run(catalog: Catalog, tmp_path: Path) -> None:
    same = settings(tmp_path)
    with run(catalog, same, RunState.SUCCEEDED) as crawl:
        assert crawl.conditional
        assert not crawl.context.forced
    with run(catalog, same, RunState.SUCCEEDED, RunMode.FORCED) as crawl:
        assert not crawl.conditional
        assert crawl.context.forced


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"content": {"exclude": ["css:nav"]}}, False),
        ({"filters": {"index": {"exclude": ["/tags/"]}}}, False),
        ({"access": [{"match": "", "allow": ["group:staff"]}]}, True),
        ({"politeness": {"requests_per_minute": 6}}, True),
        ({"sync": {"deletion_guard": "80%"}}, True),
    ],
)
def test_the_fingerprint_covers_what_changes_a_reading_and_nothing_else(
    tmp_path: Path, changes: dict[str, Any], same: bool
) -> None:
    plain, changed = settings(tmp_path / "a"), settings(tmp_path / "b", **changes)
    fingerprints = {settings_fingerprint(each, each.connectors[0]) for each in (plain, changed)}
    assert (len(fingerprints) == 1) is same


@pytest.mark.parametrize(("per_minute", "pace"), [(30, (2.0, 2)), ("unlimited", (0.0, 2))])
def test_the_pace_is_seconds_between_requests(
    catalog: Catalog, tmp_path: Path, per_minute: int | str, pace: tuple[float, int]
) -> None:
    politeness = {"requests_per_minute": per_minute, "concurrency": 2}
    assert begin(catalog, settings(tmp_path, politeness=politeness)).pace == pace


def test_a_run_that_is_being_crawled_names_its_holder(catalog: Catalog, tmp_path: Path) -> None:
    configured = settings(tmp_path)
    begin(catalog, configured)
    with pytest.raises(RunHeld, match=f"connector 'wiki' is being crawled by process {os.getpid()} on"):
        begin(catalog, configured)
