"""A connector that signs in begins while others go on: it is not done before its seeds are queued."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import Connection

from catalog.task import FetchTask
from catalog.vocabulary import RunMode
from crawler.sync import crawl as engine
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.planting import plant
from crawler.sync.program import synchronise
from crawler.sync.started_parser import StartedParser
from settings.load import load_settings
from tests.support import walled_wiki
from tests.support.signing_in import behind_login, configured
from tests.support.syncing import kept
from tests.support.walled_wiki import serve_walled_wiki


def test_a_catalog_that_takes_its_time_over_the_seeds_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plant_slowly(
        crawl: ConnectorCrawl, connection: Connection
    ) -> tuple[tuple[FetchTask, ...], tuple[str, ...]]:
        time.sleep(1.5)  # longer than the engine's loop sleeps at most
        return plant(crawl, connection)

    monkeypatch.setattr(engine, "plant", plant_slowly)
    with serve_walled_wiki() as wiki:
        start = f"{wiki.address}/"
        site = behind_login(start, "form", walled_wiki.USER, walled_wiki.PASSWORD, start)
        config = configured(tmp_path, site)
        settings = load_settings(config)
        parsers = (StartedParser.start(),)
        synchronise(settings, settings.connectors, RunMode.FULL, parsers, index=False)
    assert len(kept(config).documents) == walled_wiki.PAGES + 1
