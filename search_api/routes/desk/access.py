"""`/admin/access`: what someone would see, and why."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from search_api.admin.access_check import AccessRequest, check_access
from search_api.query.request import validated
from search_api.routes.desk.desk import DeskOf
from search_api.routes.desk.page_route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_Text = Annotated[str, Query(max_length=2_048)]


@router.get("/admin/access")
async def access(
    desk: DeskOf, user: _Text = "", groups: _Text = "", q: _Text = "", url: _Text = ""
) -> HTMLResponse:
    """The form, and the answer for the person that it names; `groups` are parted by commas."""
    typed = {"user": user, "groups": groups, "q": q, "url": url}
    if not user.strip():
        return desk.page("access.html", "/admin/access", typed=typed, told=None)
    asked = {
        "user": user,
        "groups": [each.strip() for each in groups.split(",") if each.strip()],
        "query": q,
        "urls": [url.strip()] if url.strip() else [],
        "page_size": 20,
    }
    wanted = validated(AccessRequest, asked)
    told = await desk.context.service.ask(partial(check_access, wanted=wanted))
    return desk.page("access.html", "/admin/access", typed=typed, told=told)
