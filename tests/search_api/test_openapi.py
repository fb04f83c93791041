"""The OpenAPI document: complete, valid, with an example of everything that is sent and answered."""

from __future__ import annotations

import httpx2
import pytest
from jsonschema import Draft202012Validator

from tests.search_api.conftest import Running
from tests.search_api.openapi_document import Operation, example_of, openapi_document, operations

DOCUMENT = openapi_document()
OPERATIONS = operations(DOCUMENT)
OF_ONE_CALLER = {"cursor"}
"""What only an answer that was given before can hold: no example of it could work."""

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def validator(schema: object) -> Draft202012Validator:
    """Checks against a schema that refers to the document's components."""
    assert isinstance(schema, dict)
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


@each_operation
def test_what_is_sent_has_an_example_that_is_valid(operation: Operation) -> None:
    for parameter in operation.parameters:
        if parameter["name"] not in OF_ONE_CALLER:
            assert example_of(parameter) is not None, f"{parameter['name']} has no example"
            validator(parameter["schema"]).validate(example_of(parameter))
    if operation.takes_body:
        assert operation.bodies, "the body has no example"
        schema = operation.told["requestBody"]["content"]["application/json"]["schema"]
        for body in operation.bodies.values():
            validator(schema).validate(body)


@each_operation
def test_what_is_answered_in_json_has_an_example_that_is_valid(operation: Operation) -> None:
    if operation.answer:
        assert "example" in operation.answer, "the answer has no example"
        validator(operation.answer["schema"]).validate(operation.answer["example"])


@each_operation
def test_every_refusal_is_a_problem_document(operation: Operation) -> None:
    refusals = {status: told for status, told in operation.told["responses"].items() if int(status) >= 400}
    if operation.path.startswith("/v1/"):
        assert {"400", "401", "403", "414", "503"} <= refusals.keys()
    for status, told in refusals.items():
        assert set(told["content"]) == {"application/problem+json"}
        problem = told["content"]["application/problem+json"]
        validator(problem["schema"]).validate(problem["example"])
        assert problem["example"]["status"] == int(status)


@each_operation
def test_a_parameter_that_is_not_declared_is_refused(running: Running, operation: Operation) -> None:
    if not operation.path.startswith("/v1/"):
        return
    path = operation.path
    for parameter in operation.parameters:
        path = path.replace(f"{{{parameter['name']}}}", str(example_of(parameter)))
    answer = running.client.request(operation.method, path, params={"nope": "1", "": "2"}, json={})
    if answer.status_code in {401, 503}:
        return  # who may not ask at all is told nothing of parameters; nor is there a catalog here
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} >= {"nope", "''"}


def test_the_served_document_is_the_one_that_is_tested(running: Running) -> None:
    assert running.get("/openapi.json").json() == DOCUMENT


def test_people_read_of_every_route_and_refusal(running: Running) -> None:
    page: httpx2.Response = running.get("/docs")
    for operation in OPERATIONS:
        assert operation.path in page.text
    assert "who asks, cannot be read" in page.text
    assert "<dd><code>next</code> of the answer before</dd>" in page.text
    assert "`" not in page.text
