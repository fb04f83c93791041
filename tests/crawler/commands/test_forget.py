"""`crawler forget` end to end: what it says and asks; searches and the disk are rid of the connector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from catalog.connectors import connector_id
from catalog.database import open_catalog
from catalog.holder import Holder
from catalog.runs import begin_run
from catalog.vocabulary import RunMode
from search_api.asking import answer_search
from search_api.backend import Backend
from search_api.opening import open_backend
from search_api.query.request import parse_search
from settings.load import load_settings
from tests.support.changing_site import ChangingSite, page, serve_site
from tests.support.syncing import configure, sync
from tests.support.warm_crawler import warm_crawler

crawler = warm_crawler().call


@pytest.fixture
def site() -> Iterator[ChangingSite]:
    wombat = "A wombat digs its burrow below the hill. " * 4
    pages = {"/old/": page("Wombats", text=wombat), "/new/": page("Harbours")}
    with serve_site(pages) as served:
        yield served


def configured(folder: Path, site: ChangingSite, *names: str) -> Path:
    return configure(
        folder,
        *(
            {"name": name, "seeds": [site.url(f"/{name}/")], "scope": {"follow": "path"}, "access": "public"}
            for name in names
        ),
    )


def found(backend: Backend, question: str) -> list[str]:
    search = parse_search({"query": question, "page_size": 10}, backend.fields)
    return [each.connector or "" for each in answer_search(backend, search).results]


def test_a_dropped_connector_leaves_searches_index_and_disk(tmp_path: Path, site: ChangingSite) -> None:
    config = configured(tmp_path, site, "old", "new")
    indexed = crawler("sync", "--config", str(config))
    assert indexed.returncode == 0, indexed.stderr
    settings = load_settings(config)
    backend = open_backend(settings)
    try:
        assert "old" in found(backend, "wombat burrow")
        configured(tmp_path, site, "new")

        forgotten = crawler("forget", "old", "--yes", "--json", "--config", str(config))
        assert forgotten.returncode == 0, forgotten.stderr
        assert forgotten.stderr.startswith("old left 1 document (1 passage), ")
        assert "still configured" not in forgotten.stderr
        answer = orjson.loads(forgotten.stdout)
        assert {key: answer[key] for key in ("connector", "documents", "chunks", "urls", "runs")} == {
            "connector": "old",
            "documents": 1,
            "chunks": 1,
            "urls": 1,
            "runs": 1,
        }
        assert answer["body_bytes"] > 0
        assert answer["freed_bytes"] > 0

        assert found(backend, "wombat burrow") in ([], ["new"])
        assert found(backend, "grey gulls harbour wall") == ["new"]
    finally:
        backend.close()
    status = orjson.loads(crawler("status", "--json", "--config", str(config)).stdout)
    assert [each["name"] for each in status["connectors"]] == ["new"]
    for file in (tmp_path / "data").rglob("*"):
        if file.is_file():
            assert b"wombat digs" not in file.read_bytes(), file


def test_nothing_goes_without_a_terminal_or_yes(tmp_path: Path, site: ChangingSite) -> None:
    config = configured(tmp_path, site, "old")
    sync(config)
    asked = crawler("forget", "old", "--config", str(config))
    assert asked.returncode == 2
    assert "old is still configured in" in asked.stderr
    assert asked.stderr.endswith(
        "nothing was removed: there is no terminal to ask at, and `--yes` was not given\n"
    )
    assert sync(config).run["unchanged"] == 1


def test_a_connector_that_comes_back_is_crawled_anew(tmp_path: Path, site: ChangingSite) -> None:
    config = configured(tmp_path, site, "old")
    sync(config)
    assert crawler("forget", "old", "--yes", "--config", str(config)).returncode == 0
    again = sync(config).run
    assert (again["added"], again["unchanged"]) == (1, 0)


def test_an_unknown_name_is_told_the_known_ones(tmp_path: Path, site: ChangingSite) -> None:
    config = configured(tmp_path, site, "old")
    sync(config)
    asked = crawler("forget", "odl", "--yes", "--config", str(config))
    assert asked.returncode == 2
    assert asked.stderr == "no connector odl ever ran; those that did: old\n"


def test_it_is_refused_while_a_sync_holds_the_connector(tmp_path: Path, site: ChangingSite) -> None:
    config = configured(tmp_path, site, "old")
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    with catalog.write() as connection:
        number = connector_id(connection, "old")
        begin_run(connection, number, RunMode.FULL, "s", holder=Holder("crawler-9.example", 77, "aaaa"))
    catalog.close()
    asked = crawler("forget", "old", "--yes", "--config", str(config))
    assert asked.returncode == 1
    assert "connector 'old' is being crawled by process 77 on crawler-9.example (run 1)" in asked.stderr
