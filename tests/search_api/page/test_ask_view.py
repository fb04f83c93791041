"""What the panel for written answers sends, without a browser."""

from __future__ import annotations

import json

import pytest

from search_api.query.request import PUBLIC, parse_parameters, parse_search
from search_api.web.ask_view import view_ask
from tests.search_api.company import FIELDS


@pytest.mark.parametrize(
    "parameters",
    [
        [],
        [("f.department", "HR")],
        [("f.department", "HR"), ("f.department", "IT"), ("f.updated_at", "2026")],
        [("f.updated_at", "[2026-03-01 TO 2026-03-31]"), ("f.archived", "false"), ("f.pages", "[* TO 7}")],
    ],
)
def test_the_filters_of_the_address_are_sent_as_they_are_meant(parameters: list[tuple[str, str]]) -> None:
    search = parse_parameters([("q", "leave"), *parameters], FIELDS)
    view = view_ask("leave", search.question, ["one", "two"])
    assert view is not None
    body = json.loads(view.body)
    sent = {"query": body["question"], "filter": body.get("filter")}
    assert parse_search(sent, FIELDS, PUBLIC).question.filter == search.question.filter
    assert body["models"] == json.loads(view.models_json) == ["one", "two"]


@pytest.mark.parametrize(("text", "models"), [("", ["one"]), (" ", ["one"]), ("leave", [])])
def test_without_a_question_or_a_model_there_is_no_panel(text: str, models: list[str]) -> None:
    assert view_ask(text, parse_parameters([("q", text)], FIELDS).question, models) is None
