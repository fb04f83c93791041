"""`/v1/retrieve`: passages for a language model, several per document, with what is needed to cite them."""

from __future__ import annotations

import time
from functools import partial

from fastapi import APIRouter, Request

from indexer.retrieval.question import Question
from search_api.asking import milliseconds_since, new_query_id
from search_api.backend import Backend
from search_api.query.present import present_retrieved
from search_api.query.request import RetrieveRequest, parse_retrieval
from search_api.query.response import RetrieveAnswer
from search_api.routes.bodies import json_body, read_json
from search_api.routes.context import ContextOf, PrincipalsOf
from search_api.routes.examples import RETRIEVE_ANSWER, RETRIEVE_BODIES, answer_example

router = APIRouter(tags=["search"])


@router.post(
    "/v1/retrieve",
    responses=answer_example(RETRIEVE_ANSWER),
    openapi_extra=json_body(RetrieveRequest, RETRIEVE_BODIES),
)
async def retrieve(request: Request, context: ContextOf, principals: PrincipalsOf) -> RetrieveAnswer:
    """The best passages for a question, up to 100."""
    fields = context.service.backend.fields
    question, limit = parse_retrieval(await read_json(request), fields, principals)
    return await context.service.ask(partial(_retrieve, question=question, limit=limit))


def _retrieve(backend: Backend, question: Question, limit: int) -> RetrieveAnswer:
    started = time.perf_counter()
    passages = backend.retriever.retrieve(question, limit)
    # Read last: a document that was deleted or closed to the asker meanwhile has no source any more.
    sources = backend.library.sources({passage.document_id for passage in passages}, question.principals)
    return RetrieveAnswer(
        query_id=new_query_id(),
        took_ms=milliseconds_since(started),
        passages=[
            present_retrieved(passage, sources[passage.document_id])
            for passage in passages
            if passage.document_id in sources
        ],
    )
