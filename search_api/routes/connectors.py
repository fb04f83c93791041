"""`/v1/connectors`: how each does, and what the running `crawler schedule` is to do with it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool

from search_api.admin import commands
from search_api.admin.commands import Accepted, PlanRequest, SyncRequest
from search_api.admin.connectors import ConnectorList, connector_list
from search_api.admin.examples import ACCEPTED, CONNECTORS
from search_api.problems import Problem
from search_api.query.request import validated
from search_api.routes.administering import AdministrationOf
from search_api.routes.bodies import json_body, read_options
from search_api.routes.examples import answer_example

router = APIRouter(tags=["administration"])

Name = Annotated[str, Path(description="The connector's name", examples=["handbook"], max_length=64)]
ACCEPTING: Final[dict[int | str, dict[str, Any]]] = {
    202: {"content": {"application/json": {"example": ACCEPTED}}},
    409: {
        "model": Problem,
        "description": "No `crawler schedule` runs, or it is busy with that",
    },
}


@router.get("/v1/connectors", responses=answer_example(CONNECTORS))
def connectors(administration: AdministrationOf) -> ConnectorList:
    """How each connector does: documents, its latest and its next run, what is under way."""
    with administration.catalog.read() as connection:
        return connector_list(connection, administration.settings)


@router.post(
    "/v1/connectors/{name}/sync",
    status_code=202,
    responses=ACCEPTING,
    openapi_extra=json_body(
        SyncRequest,
        {"As configured": {}, "What is likely to have changed": {"mode": "incremental"}},
        required=False,
    ),
)
async def sync(request: Request, administration: AdministrationOf, name: Name) -> Accepted:
    """Have a connector synchronised; `/v1/commands/{id}` tells how it goes."""
    wanted = validated(SyncRequest, await read_options(request))
    return await run_in_threadpool(commands.ask_sync, administration, name, wanted)


@router.post("/v1/connectors/{name}/stop", status_code=202, responses=ACCEPTING)
def stop(administration: AdministrationOf, name: Name) -> Accepted:
    """Have the sync of a connector stopped, cleanly: the next one goes on where it was."""
    return commands.ask_stop(administration, name)


@router.post(
    "/v1/connectors/{name}/plan",
    status_code=202,
    responses=ACCEPTING,
    openapi_extra=json_body(
        PlanRequest,
        {
            "The configuration as it is, against the ledger": {},
            "Other rules": {"rules": {"filters": {"crawl": {"exclude": ["/archive/"]}}}},
            "By a sample": {"sample": 100},
        },
        required=False,
    ),
)
async def plan(request: Request, administration: AdministrationOf, name: Name) -> Accepted:
    """Have a dry run made: what the configuration as it is now, or with other rules, would add and remove."""
    wanted = validated(PlanRequest, await read_options(request))
    return await run_in_threadpool(commands.ask_plan, administration, name, wanted)
