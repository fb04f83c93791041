"""Addresses as people type them."""

from __future__ import annotations

import pytest

from catalog.canonical_url import UrlFault, WebAddress
from catalog.typed_address import address_as_typed, other_spellings


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://a.example/x", "https://a.example/x"),
        (" HTTPS://A.example:443/b/../x ", "https://a.example/x"),
        ("a.example/x", "https://a.example/x"),
        ("localhost:8000/x", "https://localhost:8000/x"),
    ],
)
def test_an_address_is_taken_as_a_browser_takes_it(typed: str, meant: str) -> None:
    address = address_as_typed(typed)
    assert isinstance(address, WebAddress)
    assert address.url == meant


def test_what_is_no_address_keeps_its_own_fault() -> None:
    fault = address_as_typed("not a url")
    assert isinstance(fault, UrlFault)
    assert fault.detail == "'not a url' cannot be parsed as a URL"


def test_other_spellings_are_those_that_people_confuse() -> None:
    address = address_as_typed("https://www.a.example/x/?q=1")
    assert isinstance(address, WebAddress)
    spelt = other_spellings(address)
    assert {
        "http://www.a.example/x/?q=1",
        "https://a.example/x/?q=1",
        "https://www.a.example/x?q=1",
    } <= set(spelt)
    assert address.url not in spelt
