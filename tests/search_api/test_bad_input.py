"""Whatever is sent: a problem document that names the field, never an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.indexer.retrieval.library import Library
from tests.search_api.conftest import Running
from tests.search_api.library_service import application

LONG = "x" * 1_001


def assert_problem(answer: httpx2.Response, status: int, field: str | None = None, message: str = "") -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["type"].startswith("urn:sitelore:problem:")
    assert document["title"]
    assert document["detail"]
    if field is not None:
        assert field in [error["field"] for error in document["errors"]], document
        assert any(message in error["message"] for error in document["errors"]), document


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"query": LONG}, "query", "is 1,001 characters long; at most 1,000 can be asked"),
        ({"query": "a " * 201}, "query", "has 201 words; at most 200 can be asked"),
        ({"query": "a\x00b"}, "query", "contains the control character U+0000"),
        ({"query": 7}, "query", "must be text, not 7"),
        ({"query": None}, "query", "must be text, not None"),
        ({"query": ["x"]}, "query", "must be text, not ['x']"),
        ({"query": "x", "page_size": 0}, "page_size", "must be at least 1, not 0"),
        ({"query": "x", "page_size": 10**9}, "page_size", "must be at most 100, not 1000"),
        ({"query": "x", "page_size": 10**40}, "page_size", "must be at most 100, not 1000"),
        ({"query": "x", "page_size": 1.5}, "page_size", "must be a whole number, not 1.5"),
        ({"query": "x", "page_size": True}, "page_size", "must be a whole number, not True"),
        ({"query": "x", "page_size": "ten"}, "page_size", "must be a whole number, not 'ten'"),
        ({"query": "x", "page_size": "10"}, "page_size", "must be a whole number, not '10'"),
        ({"query": "x", "explain": "true"}, "explain", "must be true or false, not"),
        ({"query": "x", "cursor": "broken"}, "cursor", "is not a cursor"),
        ({"query": "x", "cursor": "\u00e9" * 28}, "cursor", "is not a cursor"),
        ({"query": "x", "sort": "nope"}, "sort", "there is no such field"),
        ({"query": "x", "sort": "-updated"}, "sort", 'did you mean "updated_at"?'),
        ({"query": "x", "sort": "url"}, "sort", "results cannot be ordered by url"),
        ({"query": "x", "facets": ["nope"]}, "facets[0]", "there is no such field"),
        ({"query": "x", "facets": ["url"]}, "facets[0]", "url cannot be counted"),
        ({"query": "x", "facets": "department"}, "facets", "must be a list, not 'department'"),
        ({"query": "x", "facets": [1]}, "facets[0]", "must be a field or an object"),
        ({"query": "x", "facets": ["product"] * 21}, "facets", "are 21; at most 20 can be asked"),
        ({"query": "x", "filter": []}, "filter", "must be an object with keys and values, not "),
        ({"query": "x", "filter": {"field": "nope", "eq": 1}}, "filter.field", "there is no such field"),
        ({"query": "x", "explain": "maybe"}, "explain", "must be true or false, not"),
        ({"query": "x", "colapse": "y"}, "colapse", "there is no such field"),
        ({"query": "x", "pagesize": 3}, "pagesize", 'did you mean "page_size"?'),
        ({"query": "x", "collapse": "nope"}, "collapse", "there is no such field"),
        (
            {"query": "x", "collapse": "pages"},
            "collapse",
            "pages is a long field; results collapse by a string",
        ),
        ({"query": "x", "collapse": {"size": 3}}, "collapse", "must be a field or an object such as"),
        (
            {"query": "x", "collapse": {"field": "product", "size": -1}},
            "collapse.size",
            "a whole number from 0",
        ),
        ({"query": "x", "sort": 3}, "sort", "must be a field or a list of fields, not 3"),
        ({"query": "x", "sort": [{}]}, "sort", "must name fields, not {}"),
        ({"query": "x", "sort": "title,-title"}, "sort", "names a field twice"),
        ({"query": "x", "sort": "-_score"}, "sort", "_score puts the best first"),
        ({"query": "x", "sort": ["title"] * 6}, "sort", "has 6 keys; at most 5"),
        ({"query": "x", "facets": [3]}, "facets[0]", "must be a field or an object such as"),
        ({"query": "x", "facets": [{"feld": "product"}]}, "facets[0]", "did you mean"),
        ({"query": "x", "facets": [{"field": []}]}, "facets[0].field", "must be the name of a field"),
        ({"query": "x", "facets": [{"field": "product", "size": 1001}]}, "facets[0].size", "from 1 to 1,000"),
        ({"query": "x", "facets": [{"field": "product", "sort": "x"}]}, "facets[0].sort", "count or value"),
        (
            {"query": "x", "facets": [{"field": "product", "multi_select": 1}]},
            "facets[0].multi_select",
            "true or",
        ),
        ({"query": "x", "facets": ["product", "product/department"]}, "facets", "count product twice"),
        (
            {"query": "x", "facets": ["product/department/connector/product"]},
            "facets[0].facets[0].facets[0].facets",
            "at most 3 deep",
        ),
        (
            {
                "query": "x",
                "facets": [
                    {"field": "product", "size": 900, "facets": [{"field": "department", "size": 900}]}
                ],
            },
            "facets",
            "ask for up to 810,900 values; at most 50,000",
        ),
        ({"query": "x", "facets": ["product:auto"]}, "facets[0]", "it has values, but no ranges"),
        (
            {"query": "x", "facets": ["updated_at"]},
            "facets[0]",
            "and in ranges: created_at, updated_at, size",
        ),
        (
            {"query": "x", "facets": ["updated_at:week"]},
            "facets[0].interval",
            "must be auto or year or month",
        ),
        ({"query": "x", "facets": ["size:year"]}, "facets[0].interval", "must be auto, not"),
        (
            {"query": "x", "facets": ["size:7,3"]},
            "facets[0].ranges[1]",
            "is empty: `from` must lie before `to`",
        ),
        ({"query": "x", "facets": ["size:1,a"]}, "facets[0].ranges[1].to", "must be a whole number"),
        (
            {"query": "x", "facets": [{"field": "size", "ranges": []}]},
            "facets[0].ranges",
            "must be a list such as",
        ),
        (
            {"query": "x", "facets": [{"field": "size", "ranges": [{"from": 1}, {"from": 5}]}]},
            "facets[0].ranges",
            "overlap: a value would be counted twice",
        ),
        (
            {"query": "x", "facets": [{"field": "size", "ranges": [{"since": 1}]}]},
            "facets[0].ranges[0]",
            '"from"',
        ),
        ({"query": "x", "boosts": [{"field": "prodct"}]}, "boosts[0].field", "did you mean `product`"),
        (
            {"query": "x", "boosts": [{"field": "product", "weight": 11}]},
            "boosts[0].weight",
            "must be at most 10, not 11",
        ),
        (
            {"query": "x", "boosts": [{"field": "product", "freshness": "9d"}]},
            "boosts[0].freshness",
            "needs a date field",
        ),
        (
            {"query": "x", "boosts": [{"field": "updated_at", "freshness": "9 moons"}]},
            "boosts[0].freshness",
            "must be a duration",
        ),
        ({"query": "x", "boosts": [{"field": "product", "values": ["\0"]}]}, "boosts[0].values[0]", "U+0000"),
        ({"query": "x", "boosts": [{"field": "product", "pivot": 9}]}, "boosts[0].pivot", "a number field"),
        ({"query": "x", "boosts": [{"field": "product"}] * 21}, "boosts", "at most 20"),
        ({"query": "x", "boosts": {"field": "product"}}, "boosts", "list"),
        ([], "body", "must be an object with keys and values, not "),
        ("text", "body", "must be an object with keys and values, not "),
        (None, "body", "must be an object with keys and values, not "),
    ],
)
def test_a_wrong_body_is_answered_with_the_field(
    running: Running, body: object, field: str, message: str
) -> None:
    assert_problem(running.post("/v1/search", body), 422, field, message)


@pytest.mark.parametrize(
    ("parameters", "field", "message"),
    [
        (f"q={LONG}", "q", "is 1,001 characters long"),
        ("q=a%00b", "q", "contains the control character U+0000"),
        ("q=x&q=y", "q", "is given twice"),
        ("q=x&page_size=0", "page_size", "must be at least 1, not '0'"),
        ("q=x&page_size=1e9", "page_size", "must be a whole number, not '1e9'"),
        ("q=x&pagesize=3", "pagesize", 'there is no such parameter (did you mean "page_size"?)'),
        ("q=x&boosts=product", "boosts", "no such parameter"),
        ("q=x&facet=nope/department", "facet[0]", "there is no such field"),
        ("q=x&f.size=[a+TO+5}", "f.size", "must be a whole number"),
        ("q=x&facet=nope", "facet[0]", "there is no such field"),
        ("q=x&f.nope=1", "f.nope", "there is no such field"),
        ("q=x&f.pages=many", "f.pages", "must be a whole number"),
        ("q=x&f.=1", "f.", "there is no such field"),
        ("=x", "''", "there is no such parameter"),
        ("q=x&cursor=", "cursor", "is not a cursor"),
        ("q=x&" + "f.product=1&" * 201, "f", "at most 200 values may be selected"),
    ],
)
def test_a_wrong_parameter_is_answered_with_its_name(
    running: Running, parameters: str, field: str, message: str
) -> None:
    assert_problem(running.get(f"/v1/search?{parameters}"), 422, field, message)


@pytest.mark.parametrize("path", ["/v1/search", "/v1/retrieve"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"query": "x"} trailing', 400),
        (b"[" * 30_000, 400),
        (b"9" * 6_000, 400),
        (b'{"query": "\\ud800"}', 422),
        (b'{"\\ud800": 1, "query": "x"}', 422),
        (b'{"query": "x", "page_size": NaN}', 422),
        (b'{"query": "x", "page_size": -Infinity}', 422),
        (b'{"query": "x", "filter": {"\\udfff": "\\udfff"}}', 422),
        (b'{"query": "' + b"x" * 1_000_000 + b'"}', 413),
    ],
)
def test_a_body_that_is_no_usable_json_is_refused(
    running: Running, path: str, body: bytes, status: int
) -> None:
    headers = {"content-type": "application/json"}
    assert_problem(running.client.post(path, content=body, headers=headers), status)


def test_a_large_body_is_refused_while_it_arrives(running: Running) -> None:
    def endless() -> Any:
        for _ in range(100):
            yield b" " * 1_000

    headers = {"content-type": "application/json"}
    assert_problem(running.client.post("/v1/search", content=endless(), headers=headers), 413)


def test_another_media_type_is_refused(running: Running) -> None:
    answer = running.client.post("/v1/search", content=b"query=x", headers={"content-type": "text/plain"})
    assert_problem(answer, 415)


def test_an_address_too_long_is_refused(running: Running) -> None:
    assert_problem(running.get("/v1/search?q=" + "x" * 20_000), 414)


def test_unknown_addresses_and_methods_are_problems_too(running: Running) -> None:
    assert_problem(running.get("/v2/search"), 404)
    answer = running.client.delete("/v1/search")
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "GET, POST"


def test_a_blank_retrieval_is_refused(running: Running) -> None:
    assert_problem(running.post("/v1/retrieve", {"query": " "}), 422, "query", "must not be blank")


@pytest.mark.parametrize("parameters", ["q=x&sort=nope", f"q={LONG}", "q=%00", "q=x&cursor=zzz", "q=x&z=1"])
@pytest.mark.parametrize("path", ["/", "/results"])
def test_the_page_says_what_is_wrong_instead_of_failing(running: Running, path: str, parameters: str) -> None:
    answer = running.get(f"{path}?{parameters}")
    assert answer.status_code == 422
    assert "This cannot be searched" in answer.text


def test_the_page_does_not_name_the_box_that_is_wrong_by_its_parameter(running: Running) -> None:
    assert "<li>pages:x: must be a whole number" in running.get("/?q=pages:>x").text
    assert "<li>sort: " in running.get("/?q=x&sort=nope").text


INJECTIONS = (
    "' OR '1'='1' --",
    "1; DROP TABLE documents; --",
    "' UNION SELECT digest FROM api_keys --",
    "(a+)+$",
    "[" * 50 + "]" * 50,
    "{{ 7 * 191 }}",
    "${7 * 191} #{7 * 191} <%= 7 * 191 %>",
    "../../../../etc/passwd",
    "%s%s%s%n",
    "`id` $(id) | id",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_would_be_code_elsewhere_names_nothing_here(running: Running, text: str) -> None:
    for name in ("sort", "collapse", "cursor", "page_size", "explain", "facet"):
        field = "facet[0]" if name == "facet" else name
        assert_problem(running.get("/v1/search", q="leave", **{name: text}), 422, field)
    assert_problem(running.get("/v1/search", **{f"f.{text}": "x"}), 422)
    assert_problem(running.post("/v1/search", {"filter": {"field": text, "eq": "x"}}), 422, "filter.field")
    assert_problem(running.post("/v1/search", {"filter": {"field": "product", text: "x"}}), 422, "filter")
    assert_problem(running.get(f"/v1/documents/{quote(text, safe='')}"), 404)


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_would_be_code_elsewhere_is_a_question_of_words_here(running: Running, text: str) -> None:
    found = running.get("/v1/search", q=text)
    if found.status_code != 200:  # as a query of ours it may have an error
        assert_problem(found, 422, "q")
    page = running.get("/", q=text)
    assert page.status_code == found.status_code
    assert "1337" not in page.text
    assert "root:" not in page.text


@pytest.mark.parametrize("character", "xéẞ漢😀")
def test_a_beginning_too_long_to_be_looked_for_names_its_field(
    small_library: httpx2.Client, character: str
) -> None:
    longest, longer = character * 200, character * 201
    for field in ("title", "url"):
        fitting = small_library.post("/v1/search", json={"filter": {"field": field, "prefix": longest}})
        assert fitting.status_code == 200, fitting.text
        refused = small_library.post("/v1/search", json={"filter": {"field": field, "prefix": longer}})
        assert_problem(refused, 422, "filter.prefix", "longer than the 200 characters")
    refused = small_library.get("/v1/search", params={"q": f"department:{longer}*"})
    assert_problem(refused, 422, "q", "longer than the 200 characters")
    assert_problem(small_library.get("/v1/search", params={"q": f"site:e.com/{longer}"}), 422, "q")
    for prefix in (longer, f"leave {longer}"):
        assert small_library.get("/v1/suggest", params={"prefix": prefix}).json() == {"suggestions": []}


@pytest.fixture(scope="module")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    library = Library(tmp_path_factory.mktemp("library"))
    library.add("https://example.com/", "Parental leave.", fields={"department": "HR"})
    yield TestClient(application(library)[0])
    library.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(
    st.sampled_from(
        ["query", "filter", "facets", "sort", "page_size", "cursor", "explain", "collapse", "boosts"]
    )
    | st.text(max_size=6),
    json_values,
    max_size=5,
)
query_strings = st.lists(
    st.tuples(
        st.sampled_from(["q", "sort", "cursor", "page_size", "facet", "f.pages", "f.x"])
        | st.text(max_size=5),
        st.text(max_size=20),
    ),
    max_size=5,
)
against_one_service = settings(
    max_examples=settings().max_examples * 3 // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)


@against_one_service
@given(body=bodies | json_values)
def test_no_json_is_an_error_of_ours(running: Running, body: object) -> None:
    for path in ("/v1/search", "/v1/retrieve"):
        assert running.post(path, body).status_code in {200, 422}


@against_one_service
@given(pairs=query_strings)
def test_no_query_string_is_an_error_of_ours(running: Running, pairs: list[tuple[str, str]]) -> None:
    encoded = "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs)
    for path in ("/v1/search", "/", "/results"):
        assert running.get(f"{path}?{encoded}").status_code in {200, 422}
