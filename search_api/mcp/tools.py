"""The tools: what each is for, what it takes, what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from mcp.types import Tool, ToolAnnotations
from pydantic import BaseModel

from catalog.query_log import Asker
from search_api.ask.request import parse_ask
from search_api.ask.response import WrittenAnswer
from search_api.asking import search_for_answer
from search_api.identity.caller import Caller
from search_api.mcp.answers import (
    AskArguments,
    FetchArguments,
    FetchOutput,
    SearchArguments,
    SearchOutput,
    fetch_output,
    search_output,
)
from search_api.query.faults import invalid
from search_api.query.request import parse_search, validated
from search_api.routes.ask import written_answers
from search_api.routes.context import Context
from search_api.routes.documents import read_document
from search_api.routes.search import ask


@dataclass(frozen=True, slots=True)
class Asking:
    """Who calls a tool, and of which application."""

    context: Context
    caller: Caller
    asker: Asker


@dataclass(frozen=True, slots=True)
class OwnTool:
    """A tool and what carries it out; `call` takes the arguments as they were sent."""

    name: str
    title: str
    description: str
    arguments: type[BaseModel]
    answer: type[BaseModel]
    call: Callable[[Asking, Mapping[str, Any]], Awaitable[BaseModel]]

    @property
    def declaration(self) -> Tool:
        """As clients are told of it."""
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.arguments.model_json_schema(),
            output_schema=self.answer.model_json_schema(mode="serialization"),
            annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
        )


async def _search(asking: Asking, arguments: Mapping[str, Any]) -> SearchOutput:
    given = validated(SearchArguments, arguments)
    if not given.query.strip() and given.filter is None:
        raise invalid("query", "must not be blank without a filter")
    fields = asking.context.service.backend.fields
    search = parse_search(given.model_dump(), fields, asking.caller.principals)
    return search_output(await ask(asking.context, search, asking.asker))


async def _ask(asking: Asking, arguments: Mapping[str, Any]) -> WrittenAnswer:
    given, context = validated(AskArguments, arguments), asking.context
    wanted = parse_ask(
        given.model_dump(),
        context.service.backend.fields,
        tuple(context.chat_models),
        asking.caller.principals,
    )
    searched = await context.service.ask(partial(search_for_answer, search=wanted.search, asker=asking.asker))
    models = [context.chat_models[name] for name in wanted.models]
    return (await written_answers(wanted, searched, models))[0]


async def _fetch(asking: Asking, arguments: Mapping[str, Any]) -> FetchOutput:
    given = validated(FetchArguments, arguments)
    document = await read_document(asking.context, given.id, asking.caller.principals)
    if document is None:
        raise invalid("id", "is of no document, or of one that may not be read: take an `id` from `search`")
    return fetch_output(document, given.offset)


TOOLS: Final[Mapping[str, OwnTool]] = {
    tool.name: tool
    for tool in (
        OwnTool(
            name="search",
            title="Search the company's documents",
            description="Find documents of the company's web sites and intranet by a question or by words. "
            "Each result has its best passage and a link that opens it there; `fetch` reads it whole. "
            "Only what the caller may read is found.",
            arguments=SearchArguments,
            answer=SearchOutput,
            call=_search,
        ),
        OwnTool(
            name="ask",
            title="Answer from the company's documents",
            description="Answer a question in words, with numbered citations of passages that carry the "
            "answer; says that it does not know where none does. `search` shows more of what there is.",
            arguments=AskArguments,
            answer=WrittenAnswer,
            call=_ask,
        ),
        OwnTool(
            name="fetch",
            title="Read a document",
            description="Read a document that `search` found, as it was last crawled.",
            arguments=FetchArguments,
            answer=FetchOutput,
            call=_fetch,
        ),
    )
}
