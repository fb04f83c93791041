"""What is refused before any route sees it, because a page of another site sent it."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from search_api.protection import is_forged

PUBLIC = "https://search.example.com"


@pytest.mark.parametrize(
    ("headers", "forged"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://proxied.example"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "cross-site", "origin": PUBLIC}, True),
        ({"sec-fetch-site": "what else"}, True),
        ({"origin": "http://127.0.0.1:8000"}, False),
        ({"origin": PUBLIC}, False),
        ({"origin": "http://127.0.0.1:8001"}, True),
        ({"origin": "https://search.example.com.evil.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_browsers_say_who_sent_what_changes_something(
    method: str, headers: dict[str, str], forged: bool
) -> None:
    told = Headers({"host": "127.0.0.1:8000"} | headers)
    assert is_forged(method, told, PUBLIC) == forged
    assert not is_forged("GET", told, PUBLIC)
