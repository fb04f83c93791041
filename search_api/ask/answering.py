"""From a question's results to answers: by language models side by side, or cut out of a document."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from search_api.ask.chat_model import ChatModel, ChatModelError
from search_api.ask.checking import checked
from search_api.ask.passages import I_DO_NOT_KNOW, NumberedPassage, messages, numbered_passages
from search_api.ask.response import Citation, WrittenAnswer
from search_api.asking import Searched
from search_api.query.response import AnswerSource, SearchAnswer


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a model's answer as it is written, not yet checked."""

    model: str | None
    text: str


AskEvent = Token | WrittenAnswer
"""Pieces, and for each model at last the answer that holds (or its `error`)."""


async def answers(
    question: str, searched: Searched, models: Sequence[ChatModel]
) -> AsyncGenerator[AskEvent, None]:
    """What the models write of what was found, as it comes; without a model what stands in a document.

    A question whose passages carry no answer is put to no model; a configured answer carries one.
    """
    if not models:
        for event in _cut_out(searched.answer):
            yield event
        return
    configured = [each for each in searched.answer.answers if each.source is AnswerSource.FAQ]
    passages = numbered_passages(searched.answer.results, configured)
    if not passages or not (searched.carries or configured):
        for model in models:
            yield _unknown(model.name)
        return
    async with aclosing(_side_by_side(question, passages, models)) as events:
        async for event in events:
            yield event


def _cut_out(answer: SearchAnswer) -> Sequence[AskEvent]:
    if not answer.answers:
        return [_unknown(None)]
    best = answer.answers[0]
    citation = Citation(
        number=1,
        document_id=best.document_id,
        title=best.title,
        url=best.url or "",
        deep_link=best.deep_link,
        heading=None,
        text=best.text,
    )
    written = WrittenAnswer(model=None, text=f"{best.text} [1]", known=True, citations=[citation])
    return [Token(None, written.text), written]


def _unknown(model: str | None, *, dropped: int = 0) -> WrittenAnswer:
    return WrittenAnswer(model=model, text=I_DO_NOT_KNOW, known=False, dropped=dropped)


async def _side_by_side(
    question: str, passages: Sequence[NumberedPassage], models: Sequence[ChatModel]
) -> AsyncGenerator[AskEvent, None]:
    """The models' events as they come; when nobody listens any more, all models are left."""
    events: asyncio.Queue[AskEvent] = asyncio.Queue()
    tasks = [asyncio.create_task(_write(question, passages, model, events)) for model in models]
    try:
        unfinished = len(tasks)
        while unfinished:
            event = await events.get()
            unfinished -= isinstance(event, WrittenAnswer)
            yield event
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _write(
    question: str, passages: Sequence[NumberedPassage], model: ChatModel, events: asyncio.Queue[AskEvent]
) -> None:
    """Exactly one `WrittenAnswer`, after any number of tokens."""
    told = messages(question, passages, f"#{secrets.token_hex(8)}#")
    pieces: list[str] = []
    try:
        async with aclosing(model.answer(told)) as answer:
            async for piece in answer:
                pieces.append(piece)
                events.put_nowait(Token(model.name, piece))
    except ChatModelError as error:
        events.put_nowait(WrittenAnswer(model=model.name, text="", known=False, error=str(error)))
        return
    events.put_nowait(_judged(model.name, "".join(pieces), passages))


def _judged(model: str, written: str, passages: Sequence[NumberedPassage]) -> WrittenAnswer:
    found = checked(written, passages)
    if not found.text:
        return _unknown(model, dropped=found.dropped)
    return WrittenAnswer(
        model=model,
        text=found.text,
        known=True,
        citations=[_citation(each) for each in passages if each.number in found.cited],
        dropped=found.dropped,
    )


def _citation(passage: NumberedPassage) -> Citation:
    return Citation(
        number=passage.number,
        document_id=passage.document_id,
        title=passage.title,
        url=passage.url,
        deep_link=passage.deep_link,
        heading=passage.heading,
        text=passage.text,
    )
