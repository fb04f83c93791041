"""A single-page application that routes by `history.pushState`: links, cards to be clicked, JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from tests.support.web_server import serve_app

_APPLICATION: Final = Path(__file__).parent / "routed_app"
SECTIONS: Final = ("berths", "pilots", "tides")
CARGOES: Final = (
    "Timber",
    "Grain",
    "Salt",
    "Granite",
    "Wool",
    "Cork",
    "Copper",
    "Barley",
    "Tar",
    "Sailcloth",
)


class Way(StrEnum):
    """How a page is found."""

    LINK = "by a link that a script follows"
    CARD = "by a click on what is no link"
    JSON = "by an address in JSON that the page fetches, and nowhere else"


@dataclass(frozen=True, slots=True)
class RoutedPage:
    """A page of the application, on the path that it has besides."""

    title: str
    text: str
    way: Way
    parent: str


@dataclass
class RoutedSite:
    """The application; `asked` counts requests by method and path."""

    address: str
    pages: dict[str, RoutedPage]
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def application(self) -> Starlette:
        """The site as it is served: any path is answered with the shell."""
        methods = ["GET", "POST", "PUT", "DELETE"]
        return Starlette(
            routes=[
                Route("/app.js", lambda _: FileResponse(_APPLICATION / "app.js")),
                Route(
                    "/robots.txt", lambda _: Response("User-agent: *\nAllow: /\n", media_type="text/plain")
                ),
                Route("/api/menu", self._menu),
                Route("/api/pages{path:path}", self._page, methods=methods),
                Route("/{path:path}", self._shell),
            ]
        )

    def changing_requests(self) -> list[tuple[str, str]]:
        """Requests that read nothing."""
        return [(method, path) for method, path in self.asked if method not in {"GET", "HEAD"}]

    async def _shell(self, request: Request) -> Response:
        self.asked[request.method, request.url.path] += 1
        return FileResponse(_APPLICATION / "index.html")

    async def _menu(self, _request: Request) -> Response:
        sections = [path for path, page in self.pages.items() if page.parent == "/" and page.way is Way.LINK]
        return JSONResponse([{"path": path, "title": self.pages[path].title} for path in ("/", *sections)])

    async def _page(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.asked[request.method, path] += 1
        if (page := self.pages.get(path)) is None:
            return JSONResponse({"title": "Not found", "text": "", "links": [], "cards": []}, status_code=404)
        return JSONResponse(
            {
                "title": page.title,
                "text": page.text,
                "links": self._below(path, Way.LINK),
                "cards": self._below(path, Way.CARD),
                "related": [{"url": child["path"]} for child in self._below(path, Way.JSON)],
            }
        )

    def _below(self, path: str, way: Way) -> list[dict[str, str]]:
        below = ((at, page) for at, page in self.pages.items() if page.parent == path and page.way is way)
        return [{"path": at, "title": page.title} for at, page in below if at != path]


def routed_pages() -> dict[str, RoutedPage]:
    """Forty pages by path: the start, three sections, in each of them four pages for each way."""
    pages = {"/": RoutedPage("Harbour", _text("the harbour of Ternwick", 0), Way.LINK, "")}
    for section in SECTIONS:
        pages[f"/{section}"] = RoutedPage(
            section.capitalize(), _text(f"the section about {section}", len(pages)), Way.LINK, "/"
        )
        for way in Way:
            for number in range(4):
                path = f"/{section}/{way.name.lower()}-{number}"
                title = f"{section.capitalize()}, {way.name.lower()} {number}"
                pages[path] = RoutedPage(title, _text(title, len(pages)), way, f"/{section}")
    return pages


@contextmanager
def serve_routed_site() -> Iterator[RoutedSite]:
    """Serve the application until the block ends."""
    sites: list[RoutedSite] = []

    def build(address: str) -> Starlette:
        sites.append(RoutedSite(address, routed_pages()))
        return sites[0].application()

    with serve_app(build):
        yield sites[0]


def _text(subject: str, number: int) -> str:
    """A paragraph that no other page has."""
    cargo, other = CARGOES[number % 10], CARGOES[(number * 7 + 3) % 10]
    return (
        f"This page is about {subject}. {cargo} is landed at mark {number * 37 + 11}, {other.lower()} waits"
        f" for crane {number + 3}, and whoever asks for {number * number + 101} is shown this page alone."
    )
