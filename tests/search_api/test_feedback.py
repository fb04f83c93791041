"""`/v1/feedback`: clicks and judgements, only on what a query really showed."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.query_log import Clicked, Judged
from search_api.routes import feedback
from tests.search_api.conftest import Running


def ask(running: Running, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = running.get("/v1/search", q="leave", **parameters).json()
    return answer


def tell(running: Running, query_id: str, result_id: str, **said: Any) -> Any:
    return running.post("/v1/feedback", {"query_id": query_id, "result_id": result_id, **said})


def test_a_click_is_kept_with_its_position_over_all_pages(running: Running) -> None:
    first = ask(running, page_size=2)
    second = ask(running, page_size=2, cursor=first["next"])
    opened = second["results"][1]["id"]
    assert tell(running, second["query_id"], opened, clicked=True).status_code == 204
    told = running.company.told[-1]
    assert isinstance(told, Clicked)
    assert (told.query_id, told.document_id, told.position) == (second["query_id"], opened, 4)


def test_a_judgement_is_kept(running: Running) -> None:
    answer = ask(running)
    result = answer["results"][0]["id"]
    assert tell(running, answer["query_id"], result, relevant=False).status_code == 204
    told = running.company.told[-1]
    assert isinstance(told, Judged)
    assert (told.document_id, told.relevant, told.position) == (result, False, 1)


@pytest.mark.parametrize(
    ("said", "field", "message"),
    [
        ({}, "body", "either `clicked` or `relevant`"),
        ({"clicked": True, "relevant": True}, "body", "either `clicked` or `relevant`"),
        ({"clicked": False}, "body", "can only be true"),
        ({"relevant": "perhaps"}, "relevant", "must be true or false, not 'perhaps'"),
        ({"clicked": True, "result_id": "x"}, "result_id", "must be an id as answers have it, not 'x'"),
        ({"clicked": True, "result_id": "0" * 32}, "result_id", "none of the results that this query showed"),
        ({"clicked": True, "rating": 5}, "rating", "there is no such field"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field(
    running: Running, said: dict[str, Any], field: str, message: str
) -> None:
    answer = ask(running)
    kept = len(running.company.told)
    body = {"result_id": answer["results"][0]["id"], **said}
    refused = running.post("/v1/feedback", {"query_id": answer["query_id"], **body})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]
    assert len(running.company.told) == kept


def test_a_query_that_was_never_asked_is_refused(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "WRITTEN_SECONDS", 0.0)
    refused = tell(running, "f" * 32, "0" * 32, clicked=True)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "query_id")
