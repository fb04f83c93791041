"""Addresses in JSON, in attributes and in handlers: what is a link, and what is none."""

from __future__ import annotations

import orjson
import pytest

from crawler.rendering.script_links import links_in_attributes, links_in_handlers, links_in_json

PAGE = "https://intranet.test/guide/start?x=1#/here"
HOST = "https://intranet.test"


def found(value: object, **options: list[str]) -> list[str]:
    return [link.removeprefix(HOST) for link in links_in_json(orjson.dumps(value), PAGE, **options)]


def test_addresses_under_names_of_addresses_are_links_once_and_in_order() -> None:
    value = {
        "items": [
            {"title": "Alpha", "url": "/items/1"},
            {"title": "Beta", "web_url": f"{HOST}/items/2", "children": [{"permalink": "/items/2/more?a=b"}]},
            {"title": "Again", "href": "/items/1"},
        ],
        "links": ["/about", "/contact#form"],
        "pageRoute": "/routes/9",
    }
    assert found(value) == [
        "/items/1", "/items/2", "/items/2/more?a=b", "/about", "/contact#form", "/routes/9",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [
        {"url": "https://elsewhere.test/page"},
        {"url": "//elsewhere.test/page"},
        {"url": "relative/page"},
        {"url": "/two words"},
        {"url": "/bundle.js"},
        {"url": "/logo.PNG?v=2"},
        {"url": "/api/items/1"},
        {"url": "/wp-json/wp/v2/posts"},
        {"url": "/users/{id}"},
        {"url": "/users/:id"},
        {"url": "javascript:alert(1)"},
        {"url": "/" + "x" * 3_000},
        {"url": 7, "href": None, "link": {"a": "/b"}},
        {"title": "/not/an/address"},
        {"apiUrl": "/items"},
        {"image_url": "/picture"},
        {"avatarUrl": "/people/1"},
        {"loginUrl": "/enter"},
        {"basePath": "/app"},
        {"deleteUrl": "/items/1/drop-it"},
        "/top/level",
    ],
)
def test_what_is_no_page_of_this_host_is_no_link(value: object) -> None:
    assert found(value) == []


def test_an_address_that_answered_with_data_is_no_link() -> None:
    value = {"next": {"url": "/items?page=2"}, "url": "/items/1"}
    assert found(value, data_urls=[f"{HOST}/items?page=2"]) == ["/items/1"]


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"\xff\xfe", b"null", b"[" * 5_000])
def test_what_is_no_json_has_no_links(body: bytes) -> None:
    assert links_in_json(body, PAGE) == []


def test_json_with_a_million_addresses_gives_five_thousand() -> None:
    body = orjson.dumps([{"url": f"/items/{number}"} for number in range(20_000)])
    assert len(links_in_json(body, PAGE)) == 5_000


def test_attributes_name_addresses_in_many_forms() -> None:
    attributes = [
        ("data-href", "/plain"), ("data-url", "../up"), ("data-href", "?page=2"), ("data-link", "#/route"),
        ("routerlink", "/routed"), ("data-href", "https://elsewhere.test/x"), ("data-href", "/plain"),
    ]  # fmt: skip
    assert links_in_attributes(attributes, PAGE) == [
        f"{HOST}/plain", f"{HOST}/up", f"{HOST}/guide/start?page=2", f"{HOST}/guide/start?x=1#/route",
        f"{HOST}/routed", "https://elsewhere.test/x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [("data-url", "/api/rows"), ("data-url", "/rows.json"), ("routerlink", "./child"), ("data-link", "true"),
     ("data-href", "javascript:void(0)"), ("data-path", "C:\\file"), ("data-url", "a b"),
     ("data-href", "//x.test/")],
)  # fmt: skip
def test_attributes_that_name_no_page_are_no_links(name: str, value: str) -> None:
    assert links_in_attributes([(name, value)], PAGE) == []


@pytest.mark.parametrize(
    ("code", "link"),
    [
        ("location.href='/reports/7'", "/reports/7"),
        ('window.location = "next.html"', "/guide/next.html"),
        ("document.location.assign(`/a?b=1`)", "/a?b=1"),
        ("return openIt('/popup/3', 'w', 'width=3')", "/popup/3"),
        ("window.open('list.php')", "/guide/list.php"),
        ("javascript:go('./next')", "/guide/next"),
        ("router.push('#/guide')", "/guide/start?x=1#/guide"),
    ],
)
def test_a_handler_names_where_it_leads(code: str, link: str) -> None:
    assert links_in_handlers([code], PAGE) == [HOST + link]


@pytest.mark.parametrize(
    "code",
    ["toggle('panel')", "location.href == '/x y'", "load('/api/rows')", "track('click', 'nav')", "void(0)",
     "show('//')", "setImage('/a.png')"],
)  # fmt: skip
def test_a_handler_that_leads_nowhere_has_no_links(code: str) -> None:
    assert links_in_handlers([code], PAGE) == []
