"""`/v1/documents/{id}`: a document as it was indexed."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException

from search_api.query.present import present_document
from search_api.query.response import DocumentAnswer
from search_api.routes.context import ContextOf, PrincipalsOf
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
    found = None
    if DOCUMENT_ID.fullmatch(id):
        found = await context.service.ask(lambda backend: backend.library.document(id, principals))
    if found is None:
        raise HTTPException(404, "There is no such document, or it may not be read.")
    return present_document(found)
