"""On hosts that route by fragments a fragment is part of the address, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.canonical_url import WebAddress, parse_url
from crawler.rules.hash_routing import HashRouting, with_route

SLASH = HashRouting(slash=True)
DOCSIFY = HashRouting(slash=True, drops_id=True)
BANG = HashRouting(bang=True)


def address(text: str) -> WebAddress:
    parsed = parse_url(text)
    assert isinstance(parsed, WebAddress)
    return parsed


@pytest.mark.parametrize(
    ("routing", "link", "identity"),
    [
        (SLASH, "https://docs.example/#/guide", "https://docs.example/#/guide"),
        (SLASH, "https://docs.example/app?v=2#/guide/a", "https://docs.example/app?v=2#/guide/a"),
        (SLASH, "https://docs.example/#install", "https://docs.example/"),
        (SLASH, "https://docs.example/#/", "https://docs.example/"),
        (SLASH, "https://docs.example/#!/guide", "https://docs.example/"),
        (SLASH, "https://docs.example/#/search?id=7", "https://docs.example/#/search?id=7"),
        (DOCSIFY, "https://docs.example/#/guide?id=install", "https://docs.example/#/guide"),
        (DOCSIFY, "https://docs.example/#/guide?id=a&page=2", "https://docs.example/#/guide?page=2"),
        (DOCSIFY, "https://docs.example/#/guide?page=2&id=a", "https://docs.example/#/guide?page=2"),
        (DOCSIFY, "https://docs.example/#/?id=install", "https://docs.example/"),
        (BANG, "https://docs.example/#!guide", "https://docs.example/#!guide"),
        (BANG, "https://docs.example/#!/", "https://docs.example/"),
        (BANG, "https://docs.example/#/guide", "https://docs.example/"),
    ],
)
def test_a_route_is_part_of_the_address(routing: HashRouting, link: str, identity: str) -> None:
    assert with_route(address(link), {"docs.example": routing}).url == identity


def test_the_fragment_counts_on_that_host_alone() -> None:
    elsewhere = with_route(address("https://other.example/#/guide"), {"docs.example": SLASH})
    assert elsewhere.url == "https://other.example/"


def test_what_a_route_says_is_not_the_path_of_the_address() -> None:
    assert with_route(address("https://docs.example/app/#/guide?x"), {"docs.example": SLASH}).path == "/app/"


@given(
    st.builds(HashRouting, st.booleans(), st.booleans(), st.booleans()), st.text("!/?&=id#aé%", max_size=20)
)
def test_an_identity_is_its_own_identity(routing: HashRouting, fragment: str) -> None:
    once = with_route(address(f"https://docs.example/#{fragment}"), {"docs.example": routing})
    assert with_route(address(once.url), {"docs.example": routing}).url == once.url
