"""The open handbook, with everything that a crawler meets on an honest site: traps, loops, drafts, files."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from html import escape
from mimetypes import guess_type

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from examples.intranet.pages import SITES_FOLDER
from examples.intranet.site import Site

FILES_FOLDER = SITES_FOLDER / "handbook" / "files"
REDIRECTS = {
    "/holidays": (301, "/people/holidays"),
    "/start": (302, "/people/onboarding"),
    "/loop/mobius": (302, "/loop/strip"),  # never ends: each leads to the other
    "/loop/strip": (302, "/loop/mobius"),
}
ROBOTS = """User-agent: *
Disallow: /private/
Crawl-delay: 0

Sitemap: {address}/sitemap.xml
"""


def handbook(addresses: Mapping[str, str]) -> Starlette:
    """The handbook as an application; `addresses` are those of all sites."""
    site = Site.read("handbook", addresses)

    async def robots(_request: Request) -> Response:
        return PlainTextResponse(ROBOTS.format(address=site.address))

    async def sitemap(_request: Request) -> Response:
        return Response(_sitemap(site), media_type="application/xml")

    async def redirect(request: Request) -> Response:
        status, target = REDIRECTS[request.url.path]
        return RedirectResponse(target, status_code=status)

    async def gone(_request: Request) -> Response:
        return site.message("Gone", "<p>We gave the pagers to the museum.</p>", status_code=410)

    async def month(request: Request) -> Response:
        return _month(site, request.path_params["year"], request.path_params["month"])

    return Starlette(
        routes=[
            Route("/robots.txt", robots),
            Route("/sitemap.xml", sitemap),
            Route("/it/pagers", gone),
            Route("/calendar/{year:int}/{month:int}", month),
            *(Route(path, redirect) for path in REDIRECTS),
            Mount("/files", routes=[Route("/{name}", _file)]),
            *site.routes(),
        ]
    )


async def _file(request: Request) -> Response:
    file = FILES_FOLDER / request.path_params["name"]
    if file.parent != FILES_FOLDER or not file.is_file():
        return PlainTextResponse("There is no such file.", status_code=404)
    return FileResponse(file, media_type=guess_type(file.name)[0])


def _sitemap(site: Site) -> str:
    entries = "".join(
        f"<url><loc>{escape(site.address + page.path)}</loc><lastmod>{page.updated.date()}</lastmod></url>"
        for page in site.pages.values()
        if page.in_sitemap
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'


def _month(site: Site, year: int, month: int) -> Response:
    """A month of the room calendar: the next month is always one link away, for ever."""
    if not (1 <= month <= 12 and 1970 <= year <= 9000):
        return site.message("Page not found", "<p>No such month.</p>", status_code=404)
    first = date(year, month, 1)
    last = first.replace(day=calendar.monthrange(year, month)[1])
    before, after = first - timedelta(days=1), last + timedelta(days=1)
    days = "".join(f"<li>{day} {first:%B}: Lighthouse room free</li>" for day in range(1, last.day + 1))
    main = (
        f"<h1>Rooms in {first:%B %Y}</h1><ul>{days}</ul>"
        f'<p><a href="/calendar/{before.year}/{before.month}">Earlier</a> '
        f'<a href="/calendar/{after.year}/{after.month}">Later</a></p>'
    )
    return Response(site.layout(f"Rooms in {first:%B %Y}", "", main, "/calendar"), media_type="text/html")
