"""`/admin/sign-in`: whoever has an API key with the scope admin signs in by it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from catalog.api_keys import Scope
from search_api.identity.caller import Caller
from search_api.routes.context import ContextOf
from search_api.routes.desk.desk import FormOf
from search_api.routes.desk.page_route import NO_STORE, SIGN_IN, PageRoute
from search_api.routes.sign_in import DoorOf, sign_in_by_key
from search_api.web.frame import frame_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_WRONG: Final = "There is no such key with the scope admin, or it was revoked."


@router.get(SIGN_IN)
def ask_for_a_key(
    request: Request, context: ContextOf, wanted: Annotated[str, Query(alias="next")] = "/admin"
) -> HTMLResponse:
    """The form that takes a key; `next` is where to go on afterwards."""
    return _form(request, context, wanted)


@router.post(SIGN_IN)
async def take_a_key(request: Request, context: ContextOf, door: DoorOf, form: FormOf) -> Response:
    """Sign in by a key, once: what the browser keeps is not the key."""
    wanted, text = form.get("next", "/admin"), form.get("key", "").strip()
    key = await run_in_threadpool(context.callers.key, text)
    if key is None or Scope.ADMIN not in key.scopes:
        return _form(request, context, wanted, _WRONG)
    answer = await sign_in_by_key(door, text, wanted)
    return _form(request, context, wanted, _WRONG) if answer is None else answer


def _form(request: Request, context: ContextOf, wanted: str, fault: str | None = None) -> HTMLResponse:
    frame = frame_of(request.cookies, Caller())
    html = context.renderer.page("admin/sign_in.html", frame, next=wanted, fault=fault)
    return HTMLResponse(html, 200 if fault is None else 401, NO_STORE)
