"""What is asked over HTTP is carried out by a real `crawler schedule`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from catalog.api_keys import Scope, create_key
from search_api.identity.identify import Identifier
from settings.load import load_settings
from tests.search_api.admin.conftest import nothing_indexed
from tests.search_api.serving import serving
from tests.support.changing_site import Answer, ChangingSite, page, serve_site
from tests.support.scheduling import PATIENCE_SECONDS, catalog_of, scheduling
from tests.support.syncing import configure

PAGES = [f"/page{number}" for number in range(30)]


@dataclass(frozen=True)
class Scheduled:
    """A service beside a scheduler, over a site that takes its time."""

    client: httpx2.Client
    site: ChangingSite
    config: Path

    def accepted(self, path: str, body: dict[str, Any] | None = None) -> str:
        answer = self.client.post(path, json=body or {})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["href"])

    def finished(self, href: str) -> Any:
        return self.until(href, lambda told: told["finished_at"])

    def until(self, path: str, holds: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds(told := self.client.get(path).json()):
            assert time.monotonic() < deadline, told
            time.sleep(0.05)
        return told


@pytest.fixture
def scheduled(tmp_path: Path) -> Iterator[Scheduled]:
    pages: dict[str, Any] = {"/": page("Home", "/secret", *PAGES)}
    pages |= {path: Answer(page(path, text=f"All of {path}. " * 9).body, delay=0.3) for path in PAGES}
    with serve_site(pages) as site:
        rules = {"crawl": {"exclude": ["/secret"]}}
        slowly = {"requests_per_minute": "unlimited", "concurrency": 2}
        wiki = {"name": "wiki", "seeds": [site.url()], "access": "public", "politeness": slowly}
        config = configure(tmp_path, {**wiki, "filters": rules})
        with scheduling(config) as running:
            running.wait_for("started")
            with catalog_of(config) as catalog, catalog.write() as connection:
                key = create_key(connection, "operator", scopes=[Scope.ADMIN])
            identity, settings = Identifier(is_public_only=True), load_settings(config)
            served = serving(nothing_indexed, ready=False, identifier=identity, settings=settings)
            headers = {"authorization": f"Bearer {key}"}
            with (
                served as address,
                httpx2.Client(base_url=address, headers=headers, trust_env=False) as client,
            ):
                yield Scheduled(client, site, config)
            running.end()


def test_a_sync_is_begun_watched_and_stopped_and_the_next_goes_on(scheduled: Scheduled) -> None:
    asked = scheduled.accepted("/v1/connectors/wiki/sync", {"mode": "full"})
    refused = scheduled.client.post("/v1/connectors/wiki/sync", json={})
    assert (refused.status_code, "under way already" in refused.json()["detail"]) == (409, True)

    run = scheduled.until("/v1/runs/1", lambda told: told.get("progress") and told["progress"]["visited"] > 2)
    assert run["state"] == "running"
    assert run["refused"] == {"excluded_by_crawl_filter": 1}
    assert run["progress"]["found"] > run["progress"]["visited"]
    (wiki,) = scheduled.client.get("/v1/connectors").json()["connectors"]
    assert (wiki["health"], wiki["in_hand"]["state"]) == ("running", "running")

    stop = scheduled.finished(scheduled.accepted("/v1/connectors/wiki/stop"))
    assert stop["state"] == "done"
    assert scheduled.finished(asked)["result"]["run"]["state"] == "stopped"
    nothing = scheduled.client.post("/v1/connectors/wiki/stop")
    assert (nothing.status_code, "has no sync of wiki in hand" in nothing.json()["detail"]) == (409, True)

    ended = scheduled.finished(scheduled.accepted("/v1/connectors/wiki/sync"))
    assert ended["result"]["run"]["run"] == 1
    assert ended["result"]["run"]["state"] == "succeeded"
    assert max(len(scheduled.site.asked(path)) for path in PAGES) == 1


def test_a_plan_a_url_never_seen_and_a_live_page_are_answered(scheduled: Scheduled) -> None:
    asked = {
        "plan": scheduled.accepted("/v1/connectors/wiki/plan", {"sample": 2}),
        "explain": scheduled.accepted("/v1/explain", {"url": "https://elsewhere.example/"}),
        "try": scheduled.accepted("/v1/try", {"url": scheduled.site.url("/page1")}),
    }
    answers = {name: scheduled.finished(href)["result"]["answer"] for name, href in asked.items()}
    assert answers["plan"]["plans"][0]["based_on"] == "sample"
    assert answers["explain"]["would"][0]["crawl"]["reason"] == "out_of_scope"
    assert answers["try"]["title"] == "/page1"
