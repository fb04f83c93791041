"""The JSON routes as a client sees them, over real HTTP."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from catalog.query_log import Asker, AskerKind
from search_api.app import create_app
from search_api.query.request import RetrieveRequest, SearchRequest, parse_search
from search_api.query.response import PassageAnswer, ResultAnswer, SearchAnswer
from search_api.routes.examples import SEARCH_ANSWER, SEARCH_BODIES
from search_api.service import SearchService
from tests.search_api.company import BOARD, EXPENSES, FIELDS, LEAVE, NOTES, company
from tests.search_api.conftest import Running


def titles(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [result["title"] for result in answer.json()["results"]]


def test_a_search_answers_in_the_promised_shape(running: Running) -> None:
    answer = running.get("/v1/search", q="parental leave", facet="department", page_size=2).json()
    assert list(answer) == [
        "query_id", "total", "took_ms", "next", "featured", "answers", "results", "groups", "facets",
        "facet_others", "synonyms", "spelling", "suggestions", "related", "notices",
    ]  # fmt: skip
    assert (answer["total"], answer["answers"], answer["suggestions"]) == (17, [], [])
    assert answer["spelling"] == {"suggestion": None}
    assert answer["facets"]["department"][0] == {"value": "IT", "count": 13}
    first = answer["results"][0]
    assert list(first) == [
        "id", "title", "url", "deep_link", "connector", "excerpt", "highlights", "fields", "score",
        "confidence", "passages", "more", "explanation",
    ]  # fmt: skip
    assert first["id"] == LEAVE.id
    assert first["fields"]["updated_at"] == "2026-03-12T00:00:00Z"
    assert (first["score"], first["confidence"], first["more"]) == (1.0, "very_high", [])
    assert first["deep_link"].startswith(f"{LEAVE.url}#how-long:~:text=Every%20parent")
    passage = first["passages"][0]
    assert passage["heading"] == "Parental leave › How long it lasts"
    assert (passage["anchor"], passage["page"], passage["explanation"]) == ("how-long", None, None)
    marked = [first["excerpt"][span["start"] : span["end"]] for span in first["highlights"]]
    assert {"parental", "leave"} <= set(marked)


def test_get_and_post_answer_alike(running: Running) -> None:
    wanted = {"field": "department", "in": ["Finance", "Human Resources"]}
    by_post = running.post("/v1/search", {"query": "leave", "filter": wanted, "sort": "-updated_at"})
    by_get = running.client.get(
        "/v1/search?q=leave&f.department=Finance&f.department=Human+Resources&sort=-updated_at"
    )
    assert titles(by_get) == titles(by_post)
    assert titles(by_post)[0] == "Urlaub beantragen"


def test_cursors_lead_through_all_results_once(running: Running) -> None:
    body: dict[str, Any] = {"query": "leave", "page_size": 4}
    seen: list[str] = []
    while True:
        answer = running.post("/v1/search", body).json()
        seen += [result["id"] for result in answer["results"]]
        if answer["next"] is None:
            break
        body["cursor"] = answer["next"]
    assert len(seen) == len(set(seen)) == answer["total"]


def test_explain_adds_what_each_half_said(running: Running) -> None:
    answer = running.get("/v1/search", q="leave", explain="true").json()
    assert answer["results"][0]["passages"][0]["explanation"] == {"dense": 1.0, "lexical": None}


def test_an_empty_query_with_a_filter_lists_what_the_filter_lets_through(running: Running) -> None:
    answer = running.post("/v1/search", {"filter": {"field": "product", "eq": "Eos"}})
    assert titles(answer) == ["On-call guide of team Eos"]


def test_nobody_without_identity_sees_what_is_not_public(running: Running) -> None:
    answer = running.get("/v1/search", q="secret island board", facet="department", page_size=100)
    assert BOARD.title not in titles(answer)
    assert "Board" not in answer.text
    assert running.get(f"/v1/documents/{BOARD.id}").status_code == 404
    assert "island" not in running.post("/v1/retrieve", {"query": "secret island"}).text


def test_searches_are_remembered_with_what_was_shown(running: Running) -> None:
    answer = running.get("/v1/search", q="daily allowance", **{"f.department": "Finance"}).json()
    asked = next(each for each in running.company.asked if each.id == answer["query_id"])
    assert (asked.text, asked.total, asked.results) == ("daily allowance", 1, {EXPENSES.id: 1})
    assert asked.filter == {"field": "department", "operator": "eq", "value": "Finance"}
    assert asked.asker == Asker(AskerKind.PUBLIC, "127.0.0.1")
    assert asked.confidence == answer["results"][0]["confidence"]


def test_a_filter_without_words_is_kept_without_a_confidence(running: Running) -> None:
    answer = running.get("/v1/search", q="department:Finance").json()
    assert answer["results"]
    asked = next(each for each in running.company.asked if each.id == answer["query_id"])
    assert asked.confidence is None


def test_retrieve_gives_passages_with_what_is_needed_to_cite_them(running: Running) -> None:
    answer = running.post("/v1/retrieve", {"query": "daily allowance for meals", "page_size": 3}).json()
    assert len(answer["passages"]) == 3
    best = answer["passages"][0]
    assert (best["document_id"], best["title"], best["page"]) == (EXPENSES.id, EXPENSES.title, 7)
    assert best["deep_link"] == f"{EXPENSES.url}#page=7"
    assert best["heading"] == "Travel expenses › Daily allowance"


def test_retrieve_filters(running: Running) -> None:
    body = {"query": "leave", "filter": {"field": "product", "eq": "Atlas"}, "page_size": 100}
    answer = running.post("/v1/retrieve", body).json()
    assert {passage["title"] for passage in answer["passages"]} == {NOTES[0].title}


def test_a_document_is_given_as_indexed(running: Running) -> None:
    answer = running.get(f"/v1/documents/{LEAVE.id}").json()
    assert (answer["title"], answer["url"], answer["kind"]) == (LEAVE.title, LEAVE.url, "page")
    assert answer["fetched_at"] == "2026-11-01T00:00:00+00:00"
    anchors = [block["anchor"] for block in answer["blocks"] if block["kind"] == "paragraph"]
    assert anchors == ["how-long", "how-to-ask", "coming-back"]


@pytest.mark.parametrize("identifier", ["0" * 32, "nope", "..%2F..%2Fetc", "%00", "x" * 3_000])
def test_an_unknown_document_is_not_found(running: Running, identifier: str) -> None:
    answer = running.get(f"/v1/documents/{identifier}")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("There is no")


def test_health_readiness_and_metrics(running: Running) -> None:
    assert running.get("/healthz").text == "ok\n"
    assert running.get("/readyz").text == "ready\n"
    running.get("/v1/search", q="zebra")
    metrics = running.get("/metrics").text
    assert 'sitelore_http_requests_total{method="GET",route="/v1/search",status="200"}' in metrics
    assert 'sitelore_searches_total{found="no"}' in metrics
    assert "sitelore_search_seconds_bucket" in metrics


def test_unknown_addresses_do_not_multiply_the_metrics(running: Running) -> None:
    for number in range(3):
        running.get(f"/nowhere/{number}")
    assert "nowhere" not in running.get("/metrics").text


def test_openapi_describes_the_routes_without_a_cdn(running: Running) -> None:
    document = running.get("/openapi.json").json()
    assert {"/v1/search", "/v1/retrieve", "/v1/documents/{id}"} <= set(document["paths"])
    body = document["paths"]["/v1/search"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "page_size" in body["properties"]


@pytest.mark.parametrize("path", ["/", "/v1/search?q=x", "/nowhere", "/assets/0/style.css", "/openapi.json"])
def test_every_answer_carries_the_security_headers(running: Running, path: str) -> None:
    headers = running.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_travel_compressed_to_whoever_takes_them_so(running: Running) -> None:
    with running.client.stream("GET", "/?q=leave", headers={"accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert len(b"".join(answer.iter_raw())) < 8 * 1024
    plain = running.client.get("/?q=leave", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_the_documentation_names_every_field_of_requests_and_answers() -> None:
    documented = (Path(__file__).resolve().parents[2] / "docs" / "search-api.md").read_text(encoding="utf-8")
    models = (SearchRequest, RetrieveRequest, SearchAnswer, ResultAnswer, PassageAnswer)
    names = {name for model in models for name in model.model_fields}
    assert {name for name in names if not re.search(rf"\b{name}\b", documented)} == set()


def test_the_examples_of_the_documentation_can_be_asked_and_answered() -> None:
    for name, body in SEARCH_BODIES.items():
        assert parse_search(body, FIELDS).question.page_size, name
    assert SearchAnswer.model_validate(SEARCH_ANSWER).model_dump(mode="json") == SEARCH_ANSWER
    described = create_app(SearchService(lambda: company().backend())).openapi()
    posted = described["paths"]["/v1/search"]["post"]
    assert set(posted["requestBody"]["content"]["application/json"]["examples"]) == set(SEARCH_BODIES)
    answered = posted["responses"]["200"]["content"]["application/json"]["example"]
    assert answered["facets"] == SEARCH_ANSWER["facets"]


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/readyz", "/v1/search?q=leave", "/openapi.json", "/v1/nothing"]
)
def test_head_is_answered_as_get_without_the_body(running: Running, path: str) -> None:
    head, got = running.client.head(path), running.client.get(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


def test_head_of_what_only_takes_more_is_refused(running: Running) -> None:
    assert running.client.head("/v1/ask").status_code == 405
