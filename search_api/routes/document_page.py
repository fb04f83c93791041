"""`/documents/{id}`: a document as it was indexed, for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse

from search_api.backend import UnavailableError
from search_api.query.limits import MAX_QUERY_CHARACTERS
from search_api.query.words import WORD
from search_api.routes.context import ContextOf, SearcherOf
from search_api.routes.documents import DOCUMENT_ID
from search_api.service import OverloadedError
from search_api.web.addresses import PageAddress
from search_api.web.document_view import Asked, view_document
from search_api.web.frame import frame_of
from search_api.web.view import FaultView, not_ready

router = APIRouter(include_in_schema=False)

_GONE = FaultView(
    "There is no such document", "It was removed, or it may not be read by you.", action="Search"
)
_Offset = Annotated[int, Query(ge=0)]


@dataclass(frozen=True, slots=True)
class _Passage:
    """The question that led here, and the stretch of the text that answers it."""

    q: Annotated[str, Query(max_length=MAX_QUERY_CHARACTERS)] = ""
    start: _Offset = 0
    end: _Offset = 0


@router.get("/documents/{id}")
async def document_page(
    request: Request,
    context: ContextOf,
    caller: SearcherOf,
    id: str,  # noqa: A002
    passage: Annotated[_Passage, Depends()],
) -> HTMLResponse:
    """The text with the words of `q` marked and the stretch from `start` to `end` (code points) in view."""
    address, frame = PageAddress(passage.q), frame_of(request.cookies, caller)
    view, fault, status = None, None, 200
    try:
        if DOCUMENT_ID.fullmatch(id):
            asked = Asked(tuple(WORD.findall(passage.q)), passage.start, passage.end)
            view = await context.service.ask(
                lambda backend: (
                    (found := backend.library.document(id, caller.principals)) and view_document(found, asked)
                )
            )
        if view is None:
            fault, status = _GONE, 404
    except (UnavailableError, OverloadedError) as error:
        fault, status = not_ready(error, str(request.url)), 503
    html = context.renderer.page("document.html", frame, address=address, document=view, fault=fault)
    return HTMLResponse(html, status, {"cache-control": "no-store"})
