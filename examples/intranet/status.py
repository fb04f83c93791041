"""The status app: an empty shell; what it says comes as JSON, and only JavaScript asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from examples.intranet.site import DESIGN_FOLDER, Site, stylesheet


def status(addresses: Mapping[str, str]) -> Starlette:
    """The status app as an application: shell, script and the JSON behind them."""
    site = Site.read("status", addresses)

    async def shell(_request: Request) -> Response:
        return FileResponse(DESIGN_FOLDER / "status.html")

    async def script(_request: Request) -> Response:
        return FileResponse(DESIGN_FOLDER / "status.js")

    async def contents(_request: Request) -> Response:
        return JSONResponse([{"path": page.path, "title": page.title} for page in site.pages.values()])

    async def content(request: Request) -> Response:
        page = site.pages.get(request.query_params.get("path", ""))
        if page is None:
            return JSONResponse({"fault": "There is no such page."}, status_code=404)
        updated = page.updated.date().isoformat()
        return JSONResponse({"title": page.title, "updated": updated, "html": site.link(page.body)})

    return Starlette(
        routes=[
            Route("/style.css", stylesheet),
            Route("/status.js", script),
            Route("/api/contents", contents),
            Route("/api/page", content),
            Route("/{path:path}", shell),
        ]
    )
