"""Parameters that the OpenAPI document does not declare are refused: what was misspelled must not be taken
for what was not sent."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from fastapi.routing import APIRoute

from search_api.query.faults import InvalidQuestionError, unknown_parameter

ANY_FIELD: Final = "f.FIELD"
"""Stands for the parameters that are called like the fields of the index: a route with it checks its own."""


async def refuse_unknown_parameters(request: Request) -> None:  # not in a thread of its own: it is quick
    """Raises `InvalidQuestionError` that names each, on routes that the document has."""
    route = request.scope["route"]
    operations = (
        request.app.openapi()["paths"].get(route.path_format) if isinstance(route, APIRoute) else None
    )
    if operations is None:
        return
    declared = operations[request.method.lower()].get("parameters", ())
    known = [parameter["name"] for parameter in declared if parameter["in"] == "query"]
    if ANY_FIELD in known:
        return
    faults = [unknown_parameter(name, known) for name in request.query_params if name not in known]
    if faults:
        raise InvalidQuestionError(faults)
