"""`/v1/access`: what someone would see, and why."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from search_api.admin.access_check import AccessRequest, check_access
from search_api.admin.examples import ACCESS, ACCESS_BODIES
from search_api.query.request import validated
from search_api.routes.administering import AdministratorOf
from search_api.routes.bodies import json_body, read_json
from search_api.routes.context import ContextOf
from search_api.routes.examples import answer_example

router = APIRouter(tags=["administration"])


@router.post(
    "/v1/access", responses=answer_example(ACCESS), openapi_extra=json_body(AccessRequest, ACCESS_BODIES)
)
async def access(request: Request, context: ContextOf, _: AdministratorOf) -> dict[str, Any]:
    """What a user with these groups would see for a question, and which entry of which access list decides;
    of the documents under `urls` also why they are not seen. As `search-api as`; nothing is remembered."""
    wanted = validated(AccessRequest, await read_json(request))
    return await context.service.ask(partial(check_access, wanted=wanted))
