"""`/v1/suggest`: the rest of what someone types."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from search_api.backend import Backend
from search_api.query.faults import invalid
from search_api.query.limits import MAX_QUERY_CHARACTERS
from search_api.query.response import Highlight
from search_api.query.values import unprintable
from search_api.routes.context import ContextOf, PrincipalsOf
from search_api.suggest.completing import Completion, Source

router = APIRouter(tags=["search"])

MOST: Final = 20


class Suggestion(BaseModel):
    """A question for what was typed."""

    model_config = ConfigDict(frozen=True)

    text: str
    source: Source = Field(description="What others asked, a document's title, or a heading in one.")
    highlights: list[Highlight] = Field(description="The parts of it that were typed.")


class SuggestAnswer(BaseModel):
    """The best suggestions, best first."""

    model_config = ConfigDict(frozen=True)

    suggestions: list[Suggestion]


_EXAMPLE: Final[dict[str, Any]] = {
    "suggestions": [
        {"text": "travel expenses", "source": "query", "highlights": [{"start": 0, "end": 6}]},
        {"text": "Ternwick travel policy", "source": "title", "highlights": [{"start": 9, "end": 15}]},
    ]
}
_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {"example": _EXAMPLE}}}
}
_PREFIX = Query(description="What was typed so far", max_length=MAX_QUERY_CHARACTERS, examples=["trav"])
_LIMIT = Query(description="How many at most", ge=1, le=MOST, examples=[10])


@router.get("/v1/suggest", responses=_RESPONSES)
async def suggest(
    context: ContextOf,
    principals: PrincipalsOf,
    prefix: Annotated[str, _PREFIX],
    limit: Annotated[int, _LIMIT] = 10,
) -> SuggestAnswer:
    """Questions that begin so: of others, and titles and headings; each finds something for the caller."""
    if fault := unprintable(prefix):
        raise invalid("prefix", fault)

    def complete(backend: Backend) -> tuple[Completion, ...]:
        found = backend.retriever.with_words(
            principals, lambda words: backend.suggester.complete(words, prefix, limit)
        )
        return found or ()

    return SuggestAnswer(suggestions=[_presented(each) for each in await context.service.ask(complete)])


def _presented(found: Completion) -> Suggestion:
    highlights = [Highlight(start=span.start, end=span.end) for span in found.spans]
    return Suggestion(text=found.text, source=found.source, highlights=highlights)
