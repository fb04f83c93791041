"""What is refused before any route sees it, because a page of another site sent it; and errors of ours."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from indexer.retrieval.question import Question, Results
from search_api.app import create_app
from search_api.protection import is_forged
from search_api.service import SearchService
from tests.search_api.company import Company

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


class Broken(Company):
    """Fails as nobody expected."""

    def search(self, question: Question) -> Results:
        raise RuntimeError("a password")


def test_an_error_of_ours_is_a_problem_document_that_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    service = SearchService(Broken(()).backend)
    service._backend = Broken(()).backend()
    answer = TestClient(create_app(service)).get("/v1/search?q=leave")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"]
    assert "password" not in answer.text
    assert "a password" in caplog.text
    assert "leave" not in caplog.records[-1].getMessage(), "what people ask is not for the log"
