"""`/v1/documents/{id}`: a document as it was indexed."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException

from search_api.query.present import present_document
from search_api.query.response import DocumentAnswer
from search_api.routes.context import Context, ContextOf, PrincipalsOf
from search_api.routes.examples import DOCUMENT_ANSWER, answer_example

router = APIRouter(tags=["documents"])

DOCUMENT_ID: Final = re.compile(r"[0-9a-f]{32}")


@router.get("/v1/documents/{id}", responses=answer_example(DOCUMENT_ANSWER))
async def document(
    id: Annotated[str, Path(description="`id` of a result", examples=[DOCUMENT_ANSWER["id"]])],  # noqa: A002
    context: ContextOf,
    principals: PrincipalsOf,
) -> DocumentAnswer:
    """A document's text in blocks and its fields.

    404 for what does not exist and for what may not be read: the difference would already tell something.
    """
    found = await read_document(context, id, principals)
    if found is None:
        raise HTTPException(404, "There is no such document, or it may not be read.")
    return found


async def read_document(
    context: Context, document_id: str, principals: frozenset[str]
) -> DocumentAnswer | None:
    """The document of that id; None where there is none, or it may not be read."""
    if not DOCUMENT_ID.fullmatch(document_id):
        return None
    found = await context.service.ask(lambda backend: backend.library.document(document_id, principals))
    return None if found is None else present_document(found)
