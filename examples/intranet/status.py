"""The status app: an empty shell; what it says comes as JSON, and only JavaScript asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from examples.intranet.board import Board
from examples.intranet.site import DESIGN_FOLDER, SITE_NAMES, Site, stylesheet


def status(addresses: Mapping[str, str]) -> Starlette:
    """The status app as an application: shell, script, styles and the JSON behind them."""
    site, board = Site.read("status", addresses), Board.read()

    async def company(_request: Request) -> Response:
        sites = [
            {"name": name, "address": f"{addresses[key]}/", "here": key == site.key}
            for key, name in SITE_NAMES.items()
            if key != "identity"
        ]
        pages = [{"path": page.path, "title": page.title} for page in site.pages.values()]
        return JSONResponse({"sites": sites, "pages": pages})

    async def overview(_request: Request) -> Response:
        return JSONResponse(board.overview())

    async def service(request: Request) -> Response:
        return _found(board.service(request.path_params["name"]))

    async def incidents(request: Request) -> Response:
        return JSONResponse(board.listed(request.query_params.get("before", "")))

    async def incident(request: Request) -> Response:
        return _found(board.incident(request.path_params["name"]))

    async def text(request: Request) -> Response:
        page = site.pages.get(f"/{request.path_params['name']}")
        if page is None:
            return _found(None)
        updated = page.updated.date().isoformat()
        return JSONResponse({"title": page.title, "updated": updated, "html": site.link(page.body)})

    return Starlette(
        routes=[
            Route("/style.css", stylesheet),
            *(Route(f"/{name}", _design(name)) for name in ("status.js", "status.css")),
            Route("/api/company", company),
            Route("/api/overview", overview),
            Route("/api/services/{name}", service),
            Route("/api/incidents", incidents),
            Route("/api/incidents/{name}", incident),
            Route("/api/texts/{name}", text),
            # Routes are the script's business: the server answers every path alike.
            Route("/{path:path}", _design("status.html")),
        ]
    )


def _design(name: str) -> Any:
    async def file(_request: Request) -> Response:
        return FileResponse(DESIGN_FOLDER / name)

    return file


def _found(said: Mapping[str, Any] | None) -> Response:
    if said is None:
        return JSONResponse({"fault": "There is no such page."}, status_code=404)
    return JSONResponse(said)
