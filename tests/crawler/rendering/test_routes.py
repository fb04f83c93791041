"""What makes a fragment part of an address: what pages show, their framework, where a script went."""

from __future__ import annotations

import pytest

from crawler.rendering.routes import (
    RouteView,
    hash_routes,
    is_route,
    probes,
    routing_learned,
    routing_of_framework,
    routing_seen,
)
from crawler.rules.hash_routing import HashRouting

HOST = "http://intranet.test"
MENU = "Home Guide FAQ Contact and all the rest of the menu of this manual"
NONE = HashRouting()


def view(fragment: str, *blocks: str) -> RouteView:
    return RouteView(f"{HOST}/{fragment}", frozenset({MENU, *blocks}))


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [("/guide", True), ("!/guide", True), ("!guide", True), ("section", False), ("", False), ("/", False),
     ("!", False), ("!/", False), ("/?id=install", True)],
)  # fmt: skip
def test_a_route_begins_with_a_slash_or_an_exclamation_mark(fragment: str, expected: bool) -> None:
    assert is_route(fragment) is expected


def test_only_links_with_routes_are_routes() -> None:
    links = [f"{HOST}/#/a", f"{HOST}/#section", f"{HOST}/page", f"{HOST}/#!b", f"{HOST}/#/a"]
    assert hash_routes(links) == [f"{HOST}/#/a", f"{HOST}/#!b"]


def test_a_browser_is_shown_two_routes_of_each_kind_that_is_not_known() -> None:
    links = (
        [f"{HOST}/#/{name}" for name in "abcd"]
        + [f"{HOST}/#!{name}" for name in "xyz"]
        + [f"{HOST}/other#/e"]
    )
    assert probes(f"{HOST}/#/a", links, NONE) == [f"{HOST}/#/b", f"{HOST}/#/c", f"{HOST}/#!x", f"{HOST}/#!y"]
    assert probes(f"{HOST}/", links, HashRouting(slash=True)) == [f"{HOST}/#!x", f"{HOST}/#!y"]
    assert probes(f"{HOST}/", [f"{HOST}/#section", f"{HOST}/page"], NONE) == []


def test_two_routes_with_two_texts_make_the_fragment_part_of_the_address() -> None:
    one = view("#/a", "The first page tells about receipts, and where they are sent.")
    other = view("#/b", "The second page tells about travel, and who approves of it.")
    assert routing_learned([one, other], NONE) == HashRouting(slash=True)
    bang = view("#!b", "A third page tells about nothing at all, in so many more words.")
    assert routing_learned([view(""), bang], NONE) == HashRouting(bang=True)


def test_two_routes_with_one_text_teach_nothing() -> None:
    same = "A page that shows the same whatever stands after the number sign."
    assert routing_learned([view("#/a", same, "10:15"), view("#/b", same, "10:16")], NONE) == NONE


def test_places_in_a_page_teach_nothing() -> None:
    one, other = view("#one", "Text of one section, which is long enough to differ."), view("#two", "x" * 200)
    assert routing_learned([one, other], NONE) == NONE


def test_addresses_of_two_documents_teach_nothing() -> None:
    one = RouteView(
        f"{HOST}/one#/a", frozenset({"The first document tells about receipts, and where they go."})
    )
    other = RouteView(
        f"{HOST}/two#/b", frozenset({"The second document tells about travel, and who approves."})
    )
    assert routing_learned([one, other], NONE) == NONE


def test_an_id_that_changes_nothing_is_a_place_in_a_page() -> None:
    text = "The guide, whose parts are named by an id after its route."
    learned = routing_learned(
        [view("#/guide", text), view("#/guide?id=install", text)], HashRouting(slash=True)
    )
    assert learned == HashRouting(slash=True, drops_id=True)


def test_an_id_that_changes_the_text_names_a_page() -> None:
    one = view("#/item?id=1", "Item one: a chair with four legs and a back, made of beech.")
    other = view("#/item?id=2", "Item two: a table with three legs, which stands on any floor.")
    assert not routing_learned([one, other], HashRouting(slash=True)).drops_id


@pytest.mark.parametrize(
    "html",
    ["<script>window.$docsify = {}</script>",
     '<script src="//cdn.test/npm/docsify@4/lib/docsify.min.js"></script>',
     '<script src="/lib/docsify.js"></script>'],
)  # fmt: skip
def test_docsify_is_known_by_its_name(html: str) -> None:
    assert routing_of_framework(html, NONE) == HashRouting(slash=True, drops_id=True)


def test_other_pages_are_no_docsify() -> None:
    assert routing_of_framework("<p>We wrote this with docsify once.</p>", NONE) == NONE


@pytest.mark.parametrize(
    ("asked", "ended", "expected"),
    [
        ("/", "/#/", HashRouting(slash=True)),
        ("/", "/#/home", HashRouting(slash=True)),
        ("/app", "/app#!/home", HashRouting(bang=True)),
        ("/", "/#section", NONE),
        ("/", "/", NONE),
        ("/", "/other#/home", NONE),
        ("/#/a", "/#/b", NONE),
    ],
)
def test_a_script_that_gives_the_address_a_route_says_that_it_routes(
    asked: str, ended: str, expected: HashRouting
) -> None:
    assert routing_seen(HOST + asked, HOST + ended, NONE) == expected
