"""`/v1/search`: documents that answer a question, grouped, with excerpts and deep links."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request

from catalog.query_log import Asker
from search_api.asking import answer_search
from search_api.query.limits import MAX_FACETS, MAX_PAGE_SIZE, MAX_QUERY_CHARACTERS
from search_api.query.request import Search, SearchRequest, parse_parameters, parse_search
from search_api.query.response import SearchAnswer
from search_api.routes.bodies import json_body, read_json
from search_api.routes.context import AskerOf, Context, ContextOf, PrincipalsOf
from search_api.routes.examples import SEARCH_ANSWER, SEARCH_BODIES, answer_example
from search_api.routes.parameters import ANY_FIELD

router = APIRouter(tags=["search"])


def _parameter(name: str, description: str, schema: dict[str, Any], example: object = None) -> dict[str, Any]:
    told = {"name": name, "in": "query", "description": description, "schema": schema}
    return told if example is None else {**told, "example": example}


_PARAMETERS: Final = {
    "parameters": [
        _parameter(
            "q", "The question", {"type": "string", "maxLength": MAX_QUERY_CHARACTERS}, "travel policy"
        ),
        _parameter(
            "page_size", "Documents per page", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}, 5
        ),
        _parameter("cursor", "`next` of the answer before", {"type": "string"}),
        _parameter(
            "sort",
            "Fields, parted by commas, `-` before one for descending; `_score`",
            {"type": "string"},
            "-updated_at,title",
        ),
        _parameter("collapse", "A field: one result per value of it", {"type": "string"}, "product"),
        _parameter(
            "facet",
            "A field whose values are counted; `updated_at:year`, `size:1000,50000`, `connector/department`",
            {"type": "array", "items": {"type": "string"}, "maxItems": MAX_FACETS},
            ["department", "updated_at:year"],
        ),
        _parameter("explain", "Add each half's scores", {"type": "boolean"}, True),
        # Of an object in `form`, each property is a parameter: its name here is never sent.
        _parameter(
            ANY_FIELD,
            "Only documents with this value, or in this range; repeat it for any of several",
            {
                "type": "object",
                "propertyNames": {"pattern": r"^f\.\w+$"},
                "additionalProperties": {"type": "string"},
            },
            {"f.department": "Travel"},
        ),
    ]
}

_RESPONSES: Final = answer_example(SEARCH_ANSWER)


@router.get("/v1/search", responses=_RESPONSES, openapi_extra=_PARAMETERS)
async def search(
    request: Request, context: ContextOf, principals: PrincipalsOf, asker: AskerOf
) -> SearchAnswer:
    """Search by a query string."""
    fields = context.service.backend.fields
    return await ask(context, parse_parameters(request.query_params.multi_items(), fields, principals), asker)


@router.post("/v1/search", responses=_RESPONSES, openapi_extra=json_body(SearchRequest, SEARCH_BODIES))
async def search_with_body(
    request: Request, context: ContextOf, principals: PrincipalsOf, asker: AskerOf
) -> SearchAnswer:
    """Search by a JSON body, which alone can hold every filter."""
    fields = context.service.backend.fields
    return await ask(context, parse_search(await read_json(request), fields, principals), asker)


async def ask(context: Context, search: Search, asker: Asker) -> SearchAnswer:
    """Ask in a thread and count what came of it."""
    started = time.perf_counter()
    answer = await context.service.ask(partial(answer_search, search=search, asker=asker))
    context.metrics.search_seconds.observe(time.perf_counter() - started)
    context.metrics.searches.labels("yes" if answer.total else "no").inc()
    return answer
