"""`/admin`: the connectors at a glance, with what can be done about each."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from search_api.admin import commands
from search_api.admin.commands import SyncRequest
from search_api.admin.connectors import connector_list
from search_api.query.request import validated
from search_api.routes.desk.desk import DeskOf, FormOf
from search_api.routes.desk.page_route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/admin")
def connectors(desk: DeskOf) -> HTMLResponse:
    """How each connector does."""
    with desk.administration.catalog.read() as connection:
        found = connector_list(connection, desk.administration.settings)
    return desk.page("connectors.html", "/admin", found=found)


@router.post("/admin/connectors/{name}/sync")
async def sync(desk: DeskOf, name: str, form: FormOf) -> Response:
    """Begin a sync, and show the connectors again."""
    wanted = validated(SyncRequest, form)
    await run_in_threadpool(commands.ask_sync, desk.administration, name, wanted)
    return RedirectResponse("/admin", 303)


@router.post("/admin/connectors/{name}/stop")
def stop(desk: DeskOf, name: str) -> Response:
    """Stop a sync, and show the connectors again."""
    commands.ask_stop(desk.administration, name)
    return RedirectResponse("/admin", 303)
