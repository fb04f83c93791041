"""The OpenAPI document: what the routes declare, completed by what holds for all of them alike.

Routes tell what is theirs: parameters, models, examples. Who may ask, which refusals there can be and that
each is a problem document is told here, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from search_api.problems import PROBLEM_TYPE, Problem, problem_document
from search_api.query.faults import Fault

REFUSALS: Final[Mapping[int, str]] = {
    400: "The body, or who asks, cannot be read",
    401: "A key or token is needed, or the one that was sent is not valid",
    403: "This caller may not do that",
    404: "There is no such thing, or it may not be read",
    413: "The body is too large",
    414: "The address is too long",
    415: "The body is of another media type than application/json",
    422: "What was asked cannot be carried out as it stands; `errors` names each field",
    503: "Nothing can be answered yet, or too many questions wait: ask again after `Retry-After` seconds",
}
_OF_ALL: Final = (400, 401, 403, 414, 422, 503)
_OF_BODIES: Final = (413, 415)
_EXAMPLE_FAULTS: Final[Mapping[int, tuple[Fault, ...]]] = {
    401: (Fault("Authorization", "there is no such key, or it was revoked"),),
    403: (Fault("Authorization", "needs the scope admin, which this caller does not have"),),
    422: (Fault("filter.and[1].eq", "must be a whole number, not 'x'"),),
}
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key or a signed token. Without one only what is public is found. A key with the "
    'scope act-as may send `X-On-Behalf-Of: USER` and `X-Groups: ["…"]` (JSON).',
}


def install_openapi(app: FastAPI) -> None:
    """Make `app.openapi()`, and with it `/openapi.json`, answer the completed document."""
    declared = app.openapi

    def completed() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = _completed(declared())
            for context in iter_route_contexts(app.routes):
                if isinstance(context.original_route, APIRoute) and context.original_route.include_in_schema:
                    _restore_nulls(document["paths"][context.path_format], context.original_route)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = completed  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for of_fastapi in ("HTTPValidationError", "ValidationError"):
        schemas.pop(of_fastapi, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"), Problem=problem)
    components["securitySchemes"] = {"bearer": _BEARER}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _complete(path, operation)
    return document


def _complete(path: str, operation: dict[str, Any]) -> None:
    responses: dict[str, Any] = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]  # FastAPI declares it for a text in the path, too
    own = {status: answer["description"] for status, answer in responses.items() if int(status) >= 400}
    common = {str(status): REFUSALS[status] for status in _refusals(path, operation)}
    for status, description in sorted((common | own).items()):
        responses[status] = _refusal(int(status), description)
    if path.startswith("/v1/"):
        operation["security"] = [{}, {"bearer": []}]


def _restore_nulls(operations: Mapping[str, Any], route: APIRoute) -> None:
    """The examples of answers as they were declared: FastAPI leaves out what is null in them."""
    for status, answer in route.responses.items():
        for media_type, content in answer.get("content", {}).items():
            if "example" in content:
                for method in route.methods or ():
                    told = operations[method.lower()]["responses"][str(status)]["content"][media_type]
                    told["example"] = content["example"]


def _refusals(path: str, operation: Mapping[str, Any]) -> frozenset[int]:
    """With what a route may refuse whatever it does, by what can be sent to it."""

    def found() -> Iterator[int]:
        if path.startswith("/v1/"):
            yield from _OF_ALL
        if "requestBody" in operation:
            yield from _OF_BODIES
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
            yield 404

    return frozenset(found())


def _refusal(status: int, description: str) -> dict[str, Any]:
    example = problem_document(status, f"{description}.", _EXAMPLE_FAULTS.get(status, ()))
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": description, "content": {PROBLEM_TYPE: content}}
