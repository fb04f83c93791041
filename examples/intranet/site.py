"""One site's pages as HTTP answers: design, navigation, validators (ETag, Last-Modified), 304 and 404."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from examples.intranet.pages import Page, read_pages

DESIGN_FOLDER = Path(__file__).parent / "design"
LAYOUT = Template((DESIGN_FOLDER / "layout.html").read_text(encoding="utf-8"))
SITE_NAMES = {
    "handbook": "Handbook",
    "wiki": "Engineering wiki",
    "portal": "Partner portal",
    "finance": "Finance",
    "status": "Status",
    "identity": "Sign-in",
}
SECTION_NAMES = {"it": "IT"}


@dataclass(frozen=True, slots=True)
class Site:
    """A site's pages, and the address (`http://127.0.0.1:PORT`) of every site of the company."""

    key: str
    pages: Mapping[str, Page]
    addresses: Mapping[str, str]

    @classmethod
    def read(cls, key: str, addresses: Mapping[str, str]) -> Site:
        """Read the Markdown files of the site named `key`."""
        return cls(key, read_pages(key), addresses)

    @property
    def address(self) -> str:
        return self.addresses[self.key]

    async def answer(self, request: Request) -> Response:
        """The page that the request's path names: 200, 304, a redirect to its folder, or 404."""
        path = request.url.path
        if page := self.pages.get(path):
            return conditional(request, self.html(page), page.updated)
        if path + "/" in self.pages:
            return RedirectResponse(path + "/", status_code=301)
        return self.message("Page not found", "<p>There is nothing at this address.</p>", status_code=404)

    def routes(self) -> list[Route]:
        """The stylesheet, and every page of the site."""
        return [Route("/style.css", stylesheet), Route("/{path:path}", self.answer)]

    def html(self, page: Page) -> str:
        """The whole document of one page."""
        updated = page.updated.date()
        byline = f'<p class="byline">{escape(page.author)} · <time class="updated" datetime="{updated}">'
        byline += f"{updated:%d %B %Y}</time></p>"
        return self.layout(page.title, _head(page, self.address), byline + self.link(page.body), page.path)

    def message(self, title: str, body: str, *, status_code: int = 200) -> Response:
        """A small page that is no content: a form, an error. Search engines are told to leave it."""
        head = '<meta name="robots" content="noindex">'
        return Response(
            self.layout(title, head, f"<h1>{escape(title)}</h1>{body}", ""),
            status_code=status_code,
            media_type="text/html",
            headers={"Cache-Control": "no-store"},
        )

    def layout(self, title: str, head: str, main: str, path: str) -> str:
        """The company's frame around `main`."""
        return LAYOUT.substitute(
            title=escape(title),
            site=self.key,
            site_name=SITE_NAMES[self.key],
            head=head,
            main=main,
            navigation=self._navigation(path) if path else "",
            company="".join(
                f'<a href="{self.addresses[key]}/"{" class=here" if key == self.key else ""}>{name}</a>'
                for key, name in SITE_NAMES.items()
                if key != "identity"
            ),
        )

    def link(self, html: str) -> str:
        """Put the addresses of the company's sites where links say `site:handbook`, `site:wiki` …"""
        for key, address in self.addresses.items():
            html = html.replace(f'href="site:{key}', f'href="{address}')
        return html

    def _navigation(self, here: str) -> str:
        listed = sorted((page for page in self.pages.values() if page.in_navigation), key=_navigation_order)
        parts = []
        for section, pages in groupby(listed, key=lambda page: page.section):
            heading = SECTION_NAMES.get(section, section.replace("-", " ").capitalize())
            items = "".join(
                f'<li><a href="{page.path}"{" aria-current=page" if page.path == here else ""}>'
                f"{escape(page.title)}</a></li>"
                for page in pages
            )
            parts.append(f"<h2>{escape(heading)}</h2><ul>{items}</ul>" if section else f"<ul>{items}</ul>")
        return "".join(parts)


def conditional(request: Request, html: str, modified: datetime) -> Response:
    """Answer with `html`, or 304 when the client already has it (RFC 9110, 13.2.2: If-None-Match decides)."""
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Last-Modified": format_datetime(modified, usegmt=True)}
    if known := request.headers.get("if-none-match"):
        unchanged = etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
    else:
        unchanged = _not_modified_since(request.headers.get("if-modified-since"), modified)
    if unchanged:
        return Response(status_code=304, headers=headers)
    return Response(html, media_type="text/html", headers=headers)


def _not_modified_since(header: str | None, modified: datetime) -> bool:
    try:
        return header is not None and modified <= parsedate_to_datetime(header)
    except (ValueError, TypeError):  # not a date, or one without a time zone: the header is ignored
        return False


def _navigation_order(page: Page) -> tuple[str, bool, str]:
    return page.section, not page.path.endswith("/"), page.title


def _head(page: Page, address: str) -> str:
    named = {
        "description": page.description,
        "author": page.author,
        "department": page.department,
        "product": page.product,
        "robots": page.robots,
    }
    lines = [f'<meta name="{name}" content="{escape(value)}">' for name, value in named.items() if value]
    if page.canonical:
        lines.append(f'<link rel="canonical" href="{address}{page.canonical}">')
    return "\n".join(lines)


async def stylesheet(_request: Request) -> Response:
    """The design that all sites share."""
    return FileResponse(DESIGN_FOLDER / "style.css")
