"""Facets, sorting, collapsing and pages over HTTP, on a real index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from search_api.query.limits import MAX_SHOWN
from tests.indexer.retrieval.library import Library
from tests.search_api.library_service import application

DOCUMENTS = 40


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    library = Library(tmp_path_factory.mktemp("library"))
    for number in range(DOCUMENTS):
        library.add(
            f"https://i.example/{number}",
            f"the handbook, part {number}",
            title=f"Part {number:02}",
            fields={
                "department": ("HR", "IT", "Law")[number % 3],
                "tags": tuple({f"t{number % 2}", f"t{number % 5}"}),
                "size": number**3,
                "price": number / 4,
                "updated_at": datetime(2021, 7, 1, tzinfo=UTC) + timedelta(days=40 * number),
            },
        )
    app, service = application(library)
    yield TestClient(app)
    service.stop()
    library.close()


def asked(client: TestClient, **parameters: object) -> dict[str, Any]:
    """What the query string finds."""
    answer = client.get("/v1/search", params={"q": "handbook", **parameters})  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    "facet",
    ["department", "tags", "updated_at:year", "updated_at:month", "updated_at:auto", "size:auto",
     "price:auto", "size:100,5000", "price:2.5,5", "updated_at:2022-03-01,2023-01-01T12:00:00"],
)  # fmt: skip
def test_each_value_of_a_facet_sent_back_finds_as_many_documents_as_it_counted(
    client: TestClient, facet: str
) -> None:
    name = facet.partition(":")[0]
    answer = asked(client, facet=facet)
    assert answer["facet_others"] == {}
    values = answer["facets"][name]
    assert values
    for entry in values:
        assert asked(client, **{f"f.{name}": entry["value"]})["total"] == entry["count"], entry
        if "from" in entry or "to" in entry:
            ends = [("gte", entry.get("from")), ("lt", entry.get("to"))]
            held = [{"field": name, operator: end} for operator, end in ends if end is not None]
            body = {"query": "handbook", "filter": {"and": held}}
            assert client.post("/v1/search", json=body).json()["total"] == entry["count"], entry


def test_several_ranges_may_be_chosen_and_the_facet_goes_on_offering_the_others(client: TestClient) -> None:
    everything = asked(client, facet="updated_at:year")["facets"]["updated_at"]
    chosen = asked(client, facet=["updated_at:year", "department"], **{"f.updated_at": ["2022", "2023"]})
    assert chosen["facets"]["updated_at"] == everything
    counts = {entry["value"]: entry["count"] for entry in everything}
    assert chosen["total"] == counts["2022"] + counts["2023"]
    assert sum(entry["count"] for entry in chosen["facets"]["department"]) == chosen["total"]


def test_the_filter_of_a_body_narrows_every_facet_unless_it_is_one_of_several_choices(
    client: TestClient,
) -> None:
    body: dict[str, Any] = {"query": "handbook", "filter": {"field": "department", "eq": "HR"}}
    narrowed = client.post("/v1/search", json={**body, "facets": ["department"]}).json()
    assert [entry["value"] for entry in narrowed["facets"]["department"]] == ["HR"]
    facets = [{"field": "department", "multi_select": True, "sort": "value"}]
    offered = client.post("/v1/search", json={**body, "facets": facets}).json()
    assert [entry["value"] for entry in offered["facets"]["department"]] == ["HR", "IT", "Law"]


def test_what_a_facet_does_not_list_is_told_wherever_it_stands(client: TestClient) -> None:
    facets = [{"field": "department", "size": 2, "sort": "value", "facets": [{"field": "tags", "size": 1}]}]
    answer = client.post("/v1/search", json={"query": "handbook", "facets": facets}).json()
    assert answer["facet_others"] == {"department": DOCUMENTS // 3}
    for entry in answer["facets"]["department"]:
        assert set(entry) == {"value", "count", "facets", "facet_others"}
        assert entry["facet_others"]["tags"] >= 1


def test_short_forms_mean_what_is_written_out(client: TestClient) -> None:
    short = client.post(
        "/v1/search", json={"query": "handbook", "facets": ["department/size:100,5000"]}
    ).json()
    ranges = [{"to": 100}, {"from": 100, "to": 5000}, {"from": 5000}]
    written = [{"field": "department", "facets": [{"field": "size", "ranges": ranges}]}]
    assert (
        client.post("/v1/search", json={"query": "handbook", "facets": written}).json()["facets"]
        == short["facets"]
    )


def test_keys_of_an_address_and_of_a_body_sort_alike(client: TestClient) -> None:
    by_address = asked(client, sort="-updated_at,title")["results"]
    body = {"query": "handbook", "sort": ["-updated_at", "title"]}
    assert client.post("/v1/search", json=body).json()["results"] == by_address
    assert [result["title"] for result in by_address][:3] == ["Part 39", "Part 38", "Part 37"]


def test_one_result_per_value_with_further_ones_beneath(client: TestClient) -> None:
    answer = asked(client, collapse="department", sort="-size")
    assert (answer["total"], answer["groups"], answer["next"]) == (DOCUMENTS, 3, None)
    first = answer["results"][0]
    assert (first["title"], [more["title"] for more in first["more"]]) == (
        "Part 39",
        ["Part 36", "Part 33", "Part 30"],
    )
    assert first["more"][0]["excerpt"]
    body = {"query": "handbook", "collapse": {"field": "department", "size": 0}}
    assert [result["more"] for result in client.post("/v1/search", json=body).json()["results"]] == [
        [],
        [],
        [],
    ]


def test_after_the_last_page_a_notice_says_that_there_is_more(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_SHOWN == 1_000
    monkeypatch.setattr("search_api.query.present.MAX_SHOWN", 20)
    first = asked(client, page_size=10)
    second = asked(client, page_size=10, cursor=first["next"])
    assert (second["next"], len(second["results"])) == (None, 10)
    assert [notice for notice in second["notices"] if "there are further results" in notice]
    assert not [notice for notice in first["notices"] if "further" in notice]
