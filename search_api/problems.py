"""Errors as RFC 9457 problem documents: one table from what went wrong to what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from indexer.retrieval.filters import InvalidFilterError
from search_api.admin.administration import ConflictError, UnknownThingError
from search_api.backend import UnavailableError
from search_api.identity.refusals import (
    ForbiddenError,
    MalformedIdentityError,
    ProviderError,
    UnknownCallerError,
)
from search_api.query.faults import Fault, InvalidQuestionError
from search_api.query.plain_faults import plain_message
from search_api.service import OverloadedError

PROBLEM_TYPE: Final = "application/problem+json"
_KINDS: Final[Mapping[int, str]] = {
    400: "malformed",
    401: "not-signed-in",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    414: "too-long",
    415: "unsupported-media-type",
    422: "invalid-question",
    503: "unavailable",
}


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["filter.and[1].eq"])
    message: str


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(examples=["urn:sitelore:problem:invalid-question"])
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


def problem(
    status: int, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The response that says what went wrong and, in `errors`, where."""
    return Response(orjson.dumps(problem_document(status, detail, faults)), status, headers, PROBLEM_TYPE)


def problem_document(status: int, detail: str, faults: Sequence[Fault] = ()) -> dict[str, Any]:
    """What such a response says."""
    return {
        "type": f"urn:sitelore:problem:{_KINDS[status]}" if status in _KINDS else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": [{"field": fault.field, "message": fault.message} for fault in faults],
    }


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every expected exception of `app` with a problem document."""
    app.add_exception_handler(InvalidQuestionError, _invalid_question)
    app.add_exception_handler(InvalidFilterError, _invalid_filter)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(OverloadedError, _overloaded)
    app.add_exception_handler(UnknownCallerError, unknown_caller)
    app.add_exception_handler(ForbiddenError, _forbidden)
    app.add_exception_handler(MalformedIdentityError, _malformed_identity)
    app.add_exception_handler(ProviderError, _provider_failed)
    app.add_exception_handler(ConflictError, _conflict)
    app.add_exception_handler(UnknownThingError, _unknown_thing)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_exception)


async def _invalid_question(_: Request, error: Exception) -> Response:
    assert isinstance(error, InvalidQuestionError)
    return problem(422, "The question cannot be asked as it stands.", error.faults)


async def _invalid_filter(_: Request, error: Exception) -> Response:
    """The index was made with other fields than the configuration now has."""
    return problem(422, "The index cannot carry this out.", [Fault("filter", str(error))])


async def _unavailable(_: Request, error: Exception) -> Response:
    return problem(503, str(error), headers={"Retry-After": "2"})


async def _overloaded(_: Request, error: Exception) -> Response:
    return problem(503, str(error), headers={"Retry-After": "1"})


async def unknown_caller(_: Request, error: Exception) -> Response:
    """Whoever asks must prove who they are."""
    assert isinstance(error, UnknownCallerError)
    challenge = {"WWW-Authenticate": 'Bearer realm="sitelore", error="invalid_token"'}
    faults = [Fault(error.field, str(error))]
    return problem(401, "Who asks could not be established.", faults, challenge)


async def _forbidden(_: Request, error: Exception) -> Response:
    assert isinstance(error, ForbiddenError)
    return problem(403, "This caller may not do that.", [Fault(error.field, str(error))])


async def _malformed_identity(_: Request, error: Exception) -> Response:
    assert isinstance(error, MalformedIdentityError)
    return problem(400, "Who asks cannot be read.", [Fault(error.field, str(error))])


async def _provider_failed(_: Request, error: Exception) -> Response:
    return problem(503, f"Nobody can be let in now: {error}.", headers={"Retry-After": "30"})


async def _conflict(_: Request, error: Exception) -> Response:
    return problem(409, str(error))


async def _unknown_thing(_: Request, error: Exception) -> Response:
    return problem(404, str(error))


async def _invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        Fault(".".join(str(step) for step in entry["loc"][1:]) or str(entry["loc"][0]), plain_message(entry))
        for entry in error.errors()
    ]
    return problem(422, "The request cannot be understood.", faults)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail, headers = error.detail, error.headers
    if error.status_code == 404 and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = "There is nothing at this address; /docs lists what there is."
    elif error.status_code == 405:
        detail, headers = f"{request.method} is not possible here.", {"Allow": _allowed(request)}
    return problem(error.status_code, detail, headers=headers)


def _allowed(request: Request) -> str:
    """The methods of all routes at this address (RFC 9110, 10.2.1); the router knows those of the first."""
    at = (
        context.methods or ()
        for context in iter_route_contexts(request.app.routes)
        if (pattern := getattr(context, "path_regex", None)) and pattern.match(request.url.path)
    )
    return ", ".join(sorted(set().union(*at)))
