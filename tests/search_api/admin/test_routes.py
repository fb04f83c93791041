"""The routes for operators: what they tell, what they say of wrong input and of what cannot be done now."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.search_api.admin.conftest import Operated


def test_connectors_are_told_with_their_health_and_their_times(operated: Operated) -> None:
    told = operated.json("/v1/connectors")
    assert told["scheduler"] is None
    wiki, portal = told["connectors"]
    assert (wiki["name"], wiki["health"], wiki["documents"], wiki["next_run"]) == ("wiki", "healthy", 3, None)
    assert wiki["last_run"]["added"] == 3
    assert wiki["freshness"]["oldest_visit"] <= wiki["freshness"]["median_visit"]
    assert wiki["coverage"] is None
    assert (portal["health"], portal["last_run"], portal["schedule"]) == ("new", None, "0 2 * * *")
    assert portal["next_run"].endswith("T02:00:00Z")


def test_runs_come_in_pages(operated: Operated) -> None:
    assert [run["run"] for run in operated.json("/v1/runs")["runs"]] == [1]
    assert operated.json("/v1/runs", connector="portal") == {"runs": [], "next": None}
    assert operated.json("/v1/runs", before=1) == {"runs": [], "next": None}


def test_one_run_is_told_url_by_url(operated: Operated) -> None:
    run = operated.json("/v1/runs/1")
    assert (run["state"], run["refused"], run["progress"]) == (
        "succeeded",
        {"excluded_by_crawl_filter": 1},
        None,
    )
    rows: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = operated.json("/v1/runs/1/urls", page_size=2, after=after)
        rows, after = rows + page["urls"], page["next"]
    assert [row["state"] for row in rows].count("gone") == 2
    assert len({row["url"] for row in rows}) == len(rows) == 6
    refused = operated.json("/v1/runs/1/urls", reason="excluded_by_crawl_filter")["urls"]
    assert [(row["url"], row["rule"]) for row in refused] == [
        (operated.site.url("/secret"), "filters.crawl.exclude[0] '/secret'")
    ]


def test_a_run_is_told_as_csv(operated: Operated) -> None:
    answer = operated.ask("GET", "/v1/runs/1/urls.csv", params={"state": "indexed"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert {row["title"] for row in rows} == {"Home", "About", "Contact"}


def test_everything_known_of_a_url_is_told(operated: Operated) -> None:
    found = operated.json("/v1/explain", url=operated.site.url("/about"))
    assert (found["connector"], found["state"], found["document"]["title"]) == ("wiki", "indexed", "About")
    assert [step["url"] for step in found["chain"]] == [operated.site.url("/about"), operated.site.url()]
    refused = operated.json("/v1/explain", url=operated.site.url("/secret"))
    assert refused["rule_place"]["key"] == "connectors[0].filters.crawl.exclude[0]"


def test_a_url_that_was_never_met_is_told_as_such_with_what_it_may_have_meant(operated: Operated) -> None:
    found = operated.json("/v1/explain", url=operated.site.url("/about/"))
    assert (found["state"], found["would"]) == (None, None)
    assert found["similar"] == [operated.site.url("/about")]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/connectors/wiki/sync",
        "/v1/connectors/wiki/stop",
        "/v1/connectors/wiki/plan",
        "/v1/explain",
        "/v1/try",
    ],
)
def test_without_a_scheduler_nothing_is_asked_for(operated: Operated, path: str) -> None:
    body = {"url": operated.site.url()} if path in ("/v1/explain", "/v1/try") else {}
    answer = operated.ask("POST", path, json=body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sitelore:problem:conflict")
    assert "start `crawler schedule`" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/connectors/nothing/sync"),
        ("POST", "/v1/connectors/nothing/stop"),
        ("GET", "/v1/runs/99"),
        ("GET", "/v1/runs/99/urls"),
        ("GET", "/v1/runs/99/urls.csv"),
        ("GET", "/v1/commands/99"),
    ],
)
def test_what_there_is_not_is_not_found(operated: Operated, method: str, path: str) -> None:
    answer = operated.ask(method, path, **({"json": {}} if method == "POST" else {}))
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:sitelore:problem:not-found")


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/v1/connectors/wiki/sync", {"mode": "sideways"}, "mode"),
        ("POST", "/v1/connectors/wiki/sync", {"pages": 3}, "pages"),
        ("POST", "/v1/connectors/wiki/plan", {"sample": 10**30}, "sample"),
        ("POST", "/v1/try", {"url": ""}, "url"),
        ("POST", "/v1/try", {"url": "http://["}, "url"),
        ("POST", "/v1/access", {"user": " "}, "user"),
        ("POST", "/v1/access", {"user": "eva", "groups": "hr"}, "groups"),
        ("GET", "/v1/runs?before=0", None, "before"),
        ("GET", "/v1/runs?page_size=x", None, "page_size"),
        ("GET", "/v1/runs?colour=red", None, "colour"),
        ("GET", f"/v1/runs/{10**30}", None, "run"),
        ("GET", "/v1/runs/1/urls?state=lost", None, "state"),
        ("GET", f"/v1/runs/1/urls?after={10**30}", None, "after"),
        ("GET", "/v1/explain", None, "url"),
        ("GET", "/v1/explain?url=http://[", None, "url"),
    ],
)
def test_what_is_wrong_is_named(
    operated: Operated, method: str, path: str, body: dict[str, Any] | None, field: str
) -> None:
    answer = operated.ask(method, path, **({} if body is None else {"json": body}))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("name", ["sync", "plan"])
def test_what_only_has_defaults_needs_no_body(operated: Operated, name: str) -> None:
    answer = operated.ask("POST", f"/v1/connectors/wiki/{name}")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sitelore:problem:conflict")
