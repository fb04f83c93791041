"""`/v1/ask`: an answer in words, with numbered citations; whole, or as server-sent events.

Events are `token` {model, text}, `citations` (a model's answer as it holds: `WrittenAnswer`), `error` {model,
detail} and `done` {query_id, took_ms}. When the client leaves, the language models are left, too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from search_api.ask.answering import AskEvent, Token, answers
from search_api.ask.chat_model import ChatModel
from search_api.ask.request import Ask, AskRequest, parse_ask
from search_api.ask.response import AskAnswer, WrittenAnswer
from search_api.asking import Searched, milliseconds_since, search_for_answer
from search_api.backend import UnavailableError
from search_api.routes.bodies import json_body, read_json
from search_api.routes.context import AskerOf, ContextOf, PrincipalsOf
from search_api.routes.examples import ASK_ANSWER, ASK_BODIES, ASK_EVENT, answer_example

router = APIRouter(tags=["search"])

EVENT_STREAM: Final = "text/event-stream"
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = answer_example(ASK_ANSWER)
_RESPONSES[200]["content"][EVENT_STREAM] = {
    "schema": {
        "type": "object",
        "properties": {
            "event": {"enum": ["token", "citations", "error", "done"]},
            "data": {"type": "string", "contentMediaType": "application/json"},
        },
        "required": ["event", "data"],
    },
    "example": ASK_EVENT,
}


@router.post(
    "/v1/ask", response_model=AskAnswer, responses=_RESPONSES, openapi_extra=json_body(AskRequest, ASK_BODIES)
)
async def ask(
    request: Request, context: ContextOf, principals: PrincipalsOf, asker: AskerOf
) -> AskAnswer | StreamingResponse:
    """Answer a question from what the caller may read."""
    started = time.perf_counter()
    fields, known = context.service.backend.fields, context.chat_models
    wanted = parse_ask(await read_json(request), fields, tuple(known), principals)
    searched = await context.service.ask(partial(search_for_answer, search=wanted.search, asker=asker))
    models = [known[name] for name in wanted.models]
    if wanted.stream:
        return StreamingResponse(_stream(wanted, searched, models, started), media_type=EVENT_STREAM)
    written = await _while_connected(request, written_answers(wanted, searched, models))
    return AskAnswer(query_id=searched.answer.query_id, took_ms=milliseconds_since(started), answers=written)


async def written_answers(
    wanted: Ask, searched: Searched, models: Sequence[ChatModel]
) -> list[WrittenAnswer]:
    """What the models answer, in the order in which they were chosen; raises `UnavailableError` when none
    answers."""
    async with aclosing(answers(_question(wanted), searched, models)) as events:
        written = [event async for event in events if isinstance(event, WrittenAnswer)]
    if written and all(each.error for each in written):
        raise UnavailableError("; ".join(each.error for each in written if each.error))
    places = {name: place for place, name in enumerate(wanted.models)}
    return sorted(written, key=lambda each: places.get(each.model or "", 0))


async def _stream(
    wanted: Ask, searched: Searched, models: Sequence[ChatModel], started: float
) -> AsyncGenerator[bytes, None]:
    async with aclosing(answers(_question(wanted), searched, models)) as events:
        async for event in events:
            yield _told(event)
    done = {"query_id": searched.answer.query_id, "took_ms": milliseconds_since(started)}
    yield _event("done", done)


def _question(wanted: Ask) -> str:
    return wanted.search.typed


def _told(event: AskEvent) -> bytes:
    if isinstance(event, Token):
        return _event("token", {"model": event.model, "text": event.text})
    if event.error is not None:
        return _event("error", {"model": event.model, "detail": event.error})
    return _event("citations", event.model_dump())


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(data))


async def _while_connected(
    request: Request, work: Coroutine[Any, Any, list[WrittenAnswer]]
) -> list[WrittenAnswer]:
    """What `work` gives; it is cancelled when the client leaves, for whom nothing need be finished."""
    task = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await task if task.done() else []
    finally:
        for each in (task, leaving):
            each.cancel()
        await asyncio.gather(task, leaving, return_exceptions=True)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
