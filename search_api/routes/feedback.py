"""`/v1/feedback`: which result someone opened, and which was relevant."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalog.query_log import Clicked, Event, Judged, Shown
from search_api.backend import Backend
from search_api.query.faults import invalid
from search_api.query.plain_faults import ID_PATTERN
from search_api.query.request import validated
from search_api.routes.bodies import json_body, read_json
from search_api.routes.context import Context, ContextOf, SearcherOf

router = APIRouter(tags=["search"])

WRITTEN_SECONDS: Final = 0.5
"""An answered query is in the log after this time at the latest, whichever process answered it."""

Name = Annotated[str, Field(pattern=ID_PATTERN)]


class Feedback(BaseModel):
    """What someone did with a result: either `clicked` or `relevant`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query_id: Name = Field(description="Of the answer that showed the result.")
    result_id: Name = Field(description="`id` of the result.")
    clicked: bool | None = Field(None, description="`true`: it was opened.")
    relevant: bool | None = Field(None, description="Whether it answered the question.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.relevant is None) == (self.clicked is None):
            raise ValueError("must say either `clicked` or `relevant`")
        if self.clicked is False:
            raise ValueError("`clicked` can only be true: what was not opened needs no telling")
        return self


EXAMPLE_CLICK: Final[dict[str, Any]] = {
    "query_id": "e5d35a3c72fe4b218084a7b1d8e4c69c",
    "result_id": "80250cace05e63fa85c579d01813e7b8",
    "clicked": True,
}
_BODIES: Final[dict[str, dict[str, Any]]] = {
    "A click": EXAMPLE_CLICK,
    "A judgement": {
        "query_id": EXAMPLE_CLICK["query_id"],
        "result_id": EXAMPLE_CLICK["result_id"],
        "relevant": False,
    },
}


@router.post("/v1/feedback", status_code=204, openapi_extra=json_body(Feedback, _BODIES))
async def feedback(request: Request, context: ContextOf, _: SearcherOf) -> Response:
    """Tell what became of a result; kept only for a query that really showed it."""
    told = validated(Feedback, await read_json(request))
    shown = await _shown(context, told.query_id)
    if shown is None:
        raise invalid("query_id", "names no query of the log: it is unknown, too old, or the log is off")
    if told.result_id not in shown.positions:
        raise invalid("result_id", "is none of the results that this query showed")
    event = _event(told, shown)
    context.service.backend.query_log.record(event)
    return Response(status_code=204)


async def _shown(context: Context, query_id: str) -> Shown | None:
    """What the query showed; one that was answered a moment ago may still have to be written."""

    def look(backend: Backend) -> Shown | None:
        return backend.query_log.shown(query_id)

    shown = await context.service.ask(look)
    if shown is None:
        await asyncio.sleep(WRITTEN_SECONDS)
        shown = await context.service.ask(look)
    return shown


def _event(told: Feedback, shown: Shown) -> Event:
    position = shown.positions[told.result_id]
    if told.relevant is None:
        return Clicked(told.query_id, told.result_id, position, shown.ranking)
    return Judged(told.query_id, told.result_id, told.relevant, position, shown.ranking)
