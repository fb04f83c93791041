"""`/v1/documents/{id}`: a document as it was indexed."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from search_api.problems import Problem
from search_api.query.present import present_document
from search_api.query.response import DocumentAnswer
from search_api.routes.context import ContextOf, PrincipalsOf

router = APIRouter(tags=["documents"])

_ID: Final = re.compile(r"[0-9a-f]{32}")


@router.get("/v1/documents/{id}", responses={404: {"model": Problem}, 503: {"model": Problem}})
async def document(id: str, context: ContextOf, principals: PrincipalsOf) -> DocumentAnswer:  # noqa: A002
    """A document's text in blocks and its fields.

    404 for what does not exist and for what may not be read: the difference would already tell something.
    """
    found = None
    if _ID.fullmatch(id):
        found = await context.service.ask(lambda backend: backend.library.document(id, principals))
    if found is None:
        raise HTTPException(404, "There is no such document, or it may not be read.")
    return present_document(found)
