"""`/v1/explain`: everything known of a URL; `/v1/try`: what a sync would make of a live page."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from search_api.admin import commands
from search_api.admin.commands import Accepted, UrlRequest
from search_api.admin.examples import EXPLAINED, URL
from search_api.admin.explained import explained, parsed_address
from search_api.query.request import validated
from search_api.routes.administering import AdministrationOf
from search_api.routes.bodies import json_body, read_json
from search_api.routes.connectors import ACCEPTING
from search_api.routes.examples import answer_example

router = APIRouter(tags=["administration"])

_BODY: Final = json_body(UrlRequest, {"A page": {"url": URL}})


@router.get("/v1/explain", responses=answer_example(EXPLAINED))
def explain(administration: AdministrationOf, query: Annotated[UrlRequest, Query()]) -> dict[str, Any]:
    """Everything that the catalog knows of a URL: its state, the reason and rule, how it was found, what was
    kept of it, what it said before. Of one that was never met: links to its host, and similar addresses."""
    with administration.catalog.read() as connection:
        return explained(connection, administration.settings, query.url)


@router.post("/v1/explain", status_code=202, responses=ACCEPTING, openapi_extra=_BODY)
async def explain_by_rules(request: Request, administration: AdministrationOf) -> Accepted:
    """Have `crawler explain` asked, which knows what each connector's rules say of a URL that was never met;
    its object is the `answer` of the command's result."""
    return await _asked(request, administration, "explain")


@router.post("/v1/try", status_code=202, responses=ACCEPTING, openapi_extra=_BODY)
async def try_url(request: Request, administration: AdministrationOf) -> Accepted:
    """Have a page fetched as a sync would, and keep nothing of it: what the selectors and mappings yield is
    the `answer` of the command's result."""
    return await _asked(request, administration, "try")


async def _asked(request: Request, administration: AdministrationOf, name: str) -> Accepted:
    wanted = validated(UrlRequest, await read_json(request))
    parsed_address(wanted.url)
    return await run_in_threadpool(commands.ask, administration, name, {"url": wanted.url})
