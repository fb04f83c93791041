"""`/admin/urls`: everything known of a URL, as a story that can be followed link by link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalog.canonical_url import WebAddress
from catalog.explanation import Explanation, RefusedHostLinks, links_to_host
from catalog.lookup import known_by, spelt_otherwise
from catalog.story import next_visit_sentence, readers, story_of, verdict_sentence, verdict_title
from search_api.admin import commands
from search_api.admin.commands import UrlRequest
from search_api.admin.explained import parsed_address
from search_api.query.request import validated
from search_api.routes.desk.desk import Desk, DeskOf, FormOf
from search_api.routes.desk.page_route import PageRoute
from settings.rule_places import RulePlaces

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SECTION = "/admin/urls"
_TOLD_APART = {"connector", "found", "document", "chunks", "before", "next", "redirects"}
"""Parts of the story that the page shows in its own way."""


@dataclass(frozen=True, slots=True)
class KnownUrl:
    """What one connector knows of a URL, in words."""

    known: Explanation
    title: str
    sentence: str
    story: tuple[tuple[str, tuple[str, ...]], ...]
    next_visit: str
    readers: str


@dataclass(frozen=True, slots=True)
class UnknownUrl:
    """What is known of a URL that no connector met."""

    address: WebAddress
    elsewhere: tuple[RefusedHostLinks, ...]
    similar: tuple[str, ...]


@router.get(_SECTION)
def explorer(desk: DeskOf, url: Annotated[str, Query(max_length=2_048)] = "") -> HTMLResponse:
    """The form, and what is known of the URL that was typed into it."""
    typed = url.strip()
    if not typed:
        return desk.page("urls.html", _SECTION, typed="", known=(), unknown=None)
    address = parsed_address(typed)
    known, unknown = _looked_up(desk, address, typed)
    return desk.page("urls.html", _SECTION, typed=typed, known=known, unknown=unknown)


@router.post(_SECTION)
async def ask_the_rules(desk: DeskOf, form: FormOf) -> Response:
    """Have the crawler say which rule would decide about a URL that was never met."""
    wanted = validated(UrlRequest, form)
    accepted = await run_in_threadpool(commands.ask, desk.administration, "explain", {"url": wanted.url})
    return RedirectResponse(f"/admin/answers/{accepted.command}", 303)


def _looked_up(desk: Desk, address: WebAddress, typed: str) -> tuple[tuple[KnownUrl, ...], UnknownUrl | None]:
    places = RulePlaces(desk.administration.settings.path)
    with desk.administration.catalog.read() as connection:
        if found := known_by(connection, address, typed):
            return tuple(_in_words(each, places) for each in found), None
        elsewhere, similar = links_to_host(connection, address.host), spelt_otherwise(connection, address)
    return (), UnknownUrl(address, elsewhere, similar)


def _in_words(found: Explanation, places: RulePlaces) -> KnownUrl:
    story = ((label, tuple(lines)) for label, lines in story_of(found, places) if label not in _TOLD_APART)
    return KnownUrl(
        found,
        verdict_title(found),
        verdict_sentence(found),
        tuple(story),
        next_visit_sentence(found.next_visit),
        readers(None if found.document is None else found.document.access),
    )
