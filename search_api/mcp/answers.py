"""What the tools take and answer.

`search` and `fetch` have the shapes that ChatGPT's connectors ask for ("Building MCP servers for ChatGPT":
results of `id`, `title`, `url`; a document of `id`, `title`, `text`, `url`, `metadata`), with more beside.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from catalog.document import BlockKind, FieldValue
from search_api.query.confidence import Confidence
from search_api.query.request import PageSize
from search_api.query.response import BlockAnswer, DocumentAnswer, ResultAnswer, SearchAnswer, TextAnswer

MOST_CHARACTERS: Final = 60_000
"""Of a document in one answer, about 15,000 tokens."""
_STRICT: Final = ConfigDict(extra="forbid", frozen=True)


class SearchArguments(BaseModel):
    """A search."""

    model_config = _STRICT

    query: str = Field(
        description='A question in plain language or a few words. Also understood: "phrases", -exclusions, '
        "field:value, site:HOST, filetype:pdf, AND, OR, NOT.",
    )
    filter: dict[str, object] | None = Field(
        None,
        description='Only documents that satisfy it: {"field": NAME, OPERATOR: VALUE} (eq, in, gt, gte, lt, '
        'lte, prefix, contains_any, contains_all), joined by {"and": […]}, {"or": […]}, {"not": …}.',
    )
    page_size: PageSize = Field(10, description="How many documents.")
    cursor: str | None = Field(None, description="`next` of the answer before, for the documents after it.")


class AskArguments(BaseModel):
    """A question to be answered in words."""

    model_config = _STRICT

    question: str = Field(description="A whole question in plain language.")
    filter: dict[str, object] | None = Field(None, description="As of `search`.")
    model: str | None = Field(
        None, description="Which configured language model answers; by default the first."
    )


class FetchArguments(BaseModel):
    """Which document."""

    model_config = _STRICT

    id: str = Field(description="`id` of a result of `search`.")
    offset: Annotated[int, Field(ge=0)] = Field(
        0, description="Where to begin, in characters; `next_offset` of the answer before."
    )


class Result(BaseModel):
    """A document that was found."""

    id: str = Field(description="For `fetch`.")
    title: str
    url: str
    deep_link: str | None = Field(description="Opens the document at the passage: cite this.")
    text: str = Field(description="The document's best passage.")
    heading: str | None = Field(description="The headings above the passage.")
    connector: str
    updated_at: FieldValue | None
    confidence: Confidence


class SearchOutput(BaseModel):
    """What was found, best first."""

    results: list[Result]
    answers: list[TextAnswer] = Field(
        description="Answers that were cut out of documents, with their source."
    )
    total: int = Field(description="How many documents match that the caller may read.")
    next: str | None = Field(description="`cursor` of the next page.")
    notices: list[str]


class FetchOutput(BaseModel):
    """A document's text."""

    id: str
    title: str
    text: str = Field(description="Markdown.")
    url: str
    metadata: dict[str, FieldValue]
    next_offset: int | None = Field(description="There is more text: fetch again with this `offset`.")


def search_output(answer: SearchAnswer) -> SearchOutput:
    """The answer of `/v1/search` for a model to read: whole passages instead of excerpts."""
    return SearchOutput(
        results=[_result(result) for result in answer.results],
        answers=answer.answers,
        total=answer.total,
        next=answer.next,
        notices=answer.notices,
    )


def fetch_output(document: DocumentAnswer, offset: int) -> FetchOutput:
    """A piece of a document from `offset` on, cut between blocks where one ends in time."""
    text = "\n\n".join(map(_markdown, document.blocks))
    end = min(len(text), offset + MOST_CHARACTERS)
    if end < len(text) and (border := text.rfind("\n\n", offset, end)) > offset:
        end = border
    return FetchOutput(
        id=document.id,
        title=document.title,
        text=text[offset:end],
        url=document.url,
        metadata={"connector": document.connector, "fetched_at": document.fetched_at, **document.fields},
        next_offset=end if end < len(text) else None,
    )


def _result(result: ResultAnswer) -> Result:
    best = result.passages[0] if result.passages else None
    return Result(
        id=result.id,
        title=result.title,
        url=result.url,
        deep_link=result.deep_link,
        text=best.text if best else result.excerpt,
        heading=best.heading if best else None,
        connector=result.connector,
        updated_at=result.fields.get("updated_at"),
        confidence=result.confidence,
    )


def _markdown(block: BlockAnswer) -> str:
    match block.kind:
        case BlockKind.HEADING:
            return f"{'#' * max(1, block.level)} {block.text}"
        case BlockKind.LIST_ITEM:
            return f"- {block.text}"
        case BlockKind.CODE:
            return f"```\n{block.text}\n```"
        case BlockKind.QUOTE:
            return f"> {block.text}"
        case _:
            return block.text
