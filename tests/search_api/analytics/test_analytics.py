"""`/v1/analytics` and `search-api analytics` over a log that was filled by asking."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from catalog.access import intern
from catalog.activity import ActivityLog
from catalog.api_keys import Scope, create_key
from catalog.database import open_catalog
from catalog.query_log import Asked, Asker, AskerKind, Clicked
from search_api.identity.configured import configured_identifier
from search_api.opening import open_backend
from settings.load import load_settings
from tests.catalog.rows import add_document, add_url
from tests.search_api.serving import serving
from tests.support.warm_crawler import warm_indexer, warm_search

CONFIGURATION = """
version: 1
store: {database: sqlite:///data/catalog.db, directory: data}
search: {authentication: {type: api_keys}}
connectors:
  - {name: intranet, seeds: [https://intranet.example.com/], access: public}
"""


@dataclass(frozen=True)
class Analysed:
    """A service whose log holds a few questions of today, an operator's client, and the configuration."""

    client: httpx2.Client
    stranger: httpx2.Client
    config: Path

    def json(self, **parameters: str | int) -> dict[str, Any]:
        answer = self.client.get("/v1/analytics", params=parameters)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def fill(folder: Path, leave: str, secret: str) -> None:
    """Two callers ask for holidays, find nothing, and open the page about leave by another question."""
    log = ActivityLog.open(folder)
    now = datetime.now(UTC)
    asked = [
        ("Holiday rules", 0, 0, None),
        ("annual leave", 2, 3, leave),
        ("=cmd", 4, 1, secret),
        ("vpn", 9, 2, None),
    ]
    for caller in ("eva", "bob"):
        for text, minute, total, opens in asked:
            moment = now - timedelta(minutes=20 - minute)
            asker, name = Asker(AskerKind.USER, caller), f"{caller} {minute}"
            answers = int(text == "annual leave")
            log.record(
                Asked(name, text, total, 10.0, {}, asker, confidence="high", answers=answers, asked_at=moment)
            )
            if opens is not None:
                log.record(Clicked(name, opens, 1, "", moment))
    log.record(Asked("near", "rules of holidays", 0, 10.0, {}, Asker(), asked_at=now))
    log.close()


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysed]:
    config = tmp_path_factory.mktemp("analysed") / "connectors.yaml"
    config.write_text(CONFIGURATION)
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    with catalog.write() as connection:
        leave = add_document(connection, "https://intranet.example.com/leave", title="Annual leave")
        board = intern(connection, ["group:board"], [])
        secret = add_document(connection, "https://intranet.example.com/x", title="Merger", access_id=board)
        add_url(
            connection, "https://people.example.com/7", state="refused", reason="out_of_scope",
            link_text="Rules for holidays",
        )  # fmt: skip
        add_url(connection, "https://people.example.com/8", state="refused", reason="out_of_scope")
        operator = create_key(connection, "operator", [], [Scope.ADMIN])
        searcher = create_key(connection, "searcher", [], [Scope.SEARCH])
    catalog.close()
    assert warm_indexer().call("run", "--config", str(config)).returncode == 0
    fill(settings.store.directory, leave, secret)
    identifier = configured_identifier(settings.search)

    def client(address: str, key: str) -> httpx2.Client:
        return httpx2.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, trust_env=False)

    with (
        serving(partial(open_backend, settings), identifier=identifier, settings=settings) as address,
        client(address, operator) as mine,
        client(address, searcher) as theirs,
    ):
        yield Analysed(mine, theirs, config)


def test_the_report_tells_what_was_asked_opened_and_missed(analysed: Analysed) -> None:
    report = analysed.json()
    assert report["totals"] == {
        "queries": 9, "callers": 2, "zero_results": 3, "low_confidence": 0, "no_clicks": 2, "answered": 2,
        "clicks": 4, "click_position": 1.0,
    }  # fmt: skip
    assert report["latency_ms"] == {"p50": 10.0, "p95": 10.0, "p99": 10.0}
    assert [entry["query"] for entry in report["no_clicks"]] == ["vpn"]
    assert {entry["query"]: entry["count"] for entry in report["zero_results"]} == {
        "Holiday rules": 2,
        "rules of holidays": 1,
    }


def test_what_failed_is_told_with_addresses_and_synonyms_that_may_help(analysed: Analysed) -> None:
    (gap,) = analysed.json()["gaps"]
    assert (gap["question"], gap["count"]) == ("Holiday rules", 3)
    assert [entry["query"] for entry in gap["questions"]] == ["Holiday rules", "rules of holidays"]
    assert gap["seeds"] == [
        {
            "url": "https://people.example.com/7",
            "link_text": "Rules for holidays",
            "reason": "out_of_scope",
        }
    ]
    assert {"words": ["holiday", "leave"], "callers": 2} in gap["synonyms"]


def test_documents_are_named_to_those_alone_who_may_read_them(analysed: Analysed) -> None:
    titles = {entry["title"]: entry["clicks"] for entry in analysed.json()["documents"]}
    assert titles == {"Annual leave": 2, None: 2}
    assert "merger" not in json.dumps(analysed.json()).lower()


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"since": "2026-11-30", "until": "2026-11-01"}, "since"),
        ({"since": "2020-01-01", "until": "2026-11-01"}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"until": "0001-01-01"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"days": "3"}, "days"),
    ],
)
def test_a_period_or_limit_that_cannot_be_is_refused_with_its_field(
    analysed: Analysed, parameters: dict[str, str], field: str
) -> None:
    answer = analysed.client.get("/v1/analytics", params=parameters)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_lists_and_days_are_bounded(analysed: Analysed) -> None:
    assert len(analysed.json(limit=1)["queries"]) == 1
    long_ago = analysed.json(since="2020-01-01", until="2020-12-31")
    assert (long_ago["days"], long_ago["gaps"], long_ago["latency_ms"]["p50"]) == ([], [], None)


def test_only_operators_see_it(analysed: Analysed) -> None:
    for path in ("/v1/analytics", "/v1/analytics/queries.csv"):
        assert analysed.stranger.get(path).status_code == 403


@pytest.mark.parametrize(
    "table", ["days", "queries", "zero_results", "low_confidence", "no_clicks", "documents", "gaps"]
)
def test_each_list_is_there_as_csv_and_no_cell_is_a_formula(analysed: Analysed, table: str) -> None:
    answer = analysed.client.get(f"/v1/analytics/{table}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    headings, *entries = csv.reader(io.StringIO(answer.text))
    assert len(entries) == (len(analysed.json()[table]))
    assert all(len(entry) == len(headings) for entry in entries)
    assert "\n=cmd" not in answer.text
    assert ("'=cmd" in answer.text) == (table == "queries")


def test_the_terminal_prints_it(analysed: Analysed) -> None:
    config = ("--config", str(analysed.config))
    printed = warm_search().call("analytics", *config)
    assert printed.returncode == 0, printed.stderr
    for expected in (
        "9 questions of 2 callers: 3 found nothing",
        "Holiday rules",
        "holiday, leave",
        "Merger",
    ):
        assert expected in printed.stdout
    told = json.loads(warm_search().call("analytics", "--json", *config).stdout)
    assert told["totals"]["queries"] == 9
    listed = warm_search().call("analytics", "--csv", "no_clicks", *config).stdout
    assert listed.splitlines() == ["query,count,callers,clicks,click_position", "vpn,2,2,0,"]
    refused = warm_search().call("analytics", "--csv", "nothing", *config)
    assert (refused.returncode, "choose of days" in refused.stderr) == (2, True)


def test_the_page_shows_the_same_with_what_may_help_within_reach(analysed: Analysed) -> None:
    html = analysed.client.get("/admin/analytics").text
    assert "Holiday rules</b>" in html
    assert "rules of holidays</q>" in html
    assert "/admin/urls?url=https%3A%2F%2Fpeople.example.com%2F7" in html
    assert "<b>holiday, leave</b>" in html
    assert "Annual leave" in html
    assert "a document that you may not read" in html
    assert "merger" not in html.lower()
    assert html.count("</title></rect>") == 30
    assert analysed.stranger.get("/admin/analytics").status_code == 403
