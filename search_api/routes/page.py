"""`/`: the search page, `/results`: its part below the box, `/docs`: the HTTP interface
for people, `/assets`: files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from catalog.query_log import Asker
from indexer.retrieval.filters import InvalidFilterError
from indexer.retrieval.question import Facet, FacetCounts, Question
from search_api.asking import answer_search
from search_api.backend import Backend, UnavailableError
from search_api.query.faults import Fault, InvalidQuestionError
from search_api.query.request import Search, parse_parameters
from search_api.routes.context import AskerOf, CallerOf, Context, ContextOf, PrincipalsOf, SearcherOf
from search_api.service import OverloadedError
from search_api.web.addresses import TYPING, PageAddress, page_address, page_parameters
from search_api.web.facet_view import Choice, page_facets
from search_api.web.frame import frame_of
from search_api.web.view import FaultView, PageContent, ResultsView, not_ready, view_results

router = APIRouter(include_in_schema=False)

_HOME_SOURCES = 12


@router.get("/")
async def page(request: Request, context: ContextOf, caller: SearcherOf, asker: AskerOf) -> HTMLResponse:
    """The whole page; works without JavaScript."""
    content, status = await _content(request, context, caller.principals, asker)
    frame = frame_of(request.cookies, caller)
    html = context.renderer.page("search.html", frame, **_values(content))
    return HTMLResponse(html, status, {"cache-control": "no-store"})


@router.get("/results")
async def results(
    request: Request, context: ContextOf, principals: PrincipalsOf, asker: AskerOf
) -> HTMLResponse:
    """What the page's script puts below the box; `typing=true` keeps a half-typed query out of the log."""
    is_typing = request.query_params.get(TYPING) == "true"
    content, status = await _content(request, context, principals, None if is_typing else asker)
    html = context.renderer.part("results.html", **_values(content))
    named = {"query-id": content.view.query_id} if content.view else {}
    return HTMLResponse(html, status, {"cache-control": "no-store", **named})


@router.get("/docs")
async def docs(request: Request, context: ContextOf, caller: CallerOf) -> HTMLResponse:
    """The HTTP interface for people: rendered here, because Swagger's page loads its scripts from a CDN."""
    frame = frame_of(request.cookies, caller)
    return HTMLResponse(context.renderer.page("docs.html", frame, document=request.app.openapi()))


@router.get("/assets/{digest}/{name:path}")
async def asset(digest: str, name: str, context: ContextOf) -> Response:
    """A file of the page; its address changes with its content."""
    found = context.assets.get(name)
    if found is None or found.href != f"/assets/{digest}/{name}":
        raise HTTPException(404)
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(found.content, headers=headers, media_type=found.media_type)


def _values(content: PageContent) -> dict[str, object]:
    return {
        "address": content.address,
        "view": content.view,
        "fault": content.fault,
        "sources": content.sources,
    }


async def _content(
    request: Request, context: Context, principals: frozenset[str], asker: Asker | None
) -> tuple[PageContent, int]:
    parameters = page_parameters(request.query_params.multi_items())
    address = page_address(parameters)
    try:
        if address.is_home:
            sources = await context.service.ask(partial(_sources, principals=principals))
            return PageContent(PageAddress(), sources=sources), 200
        search = parse_parameters(parameters, context.service.backend.fields, principals)
        models = tuple(context.chat_models)
        ask = partial(_results, address=address, search=search, asker=asker, models=models)
        return PageContent(address, view=await context.service.ask(ask)), 200
    except InvalidQuestionError as error:
        lines = tuple(map(_to_correct, error.faults))
        fault = FaultView("This cannot be searched", "Please correct:", lines)
        return PageContent(address, fault=fault), 422
    except InvalidFilterError as error:
        return PageContent(address, fault=FaultView("This cannot be searched", str(error))), 422
    except (UnavailableError, OverloadedError) as error:
        return PageContent(address, fault=not_ready(error, address.href)), 503


def _results(
    backend: Backend, *, address: PageAddress, search: Search, asker: Asker | None, models: Sequence[str]
) -> ResultsView:
    facets = page_facets(backend.fields, backend.facets)
    search = replace(search, question=replace(search.question, facets=facets))
    answer = answer_search(backend, search, asker=asker)
    return view_results(
        address, search, answer, backend.fields, takes_feedback=backend.query_log.keeps, models=models
    )


def _sources(backend: Backend, *, principals: frozenset[str]) -> tuple[Choice, ...]:
    """The connectors with documents that the asker may read, to look around in."""
    everything = Question("", principals, facets=(Facet("connector", _HOME_SOURCES),), page_size=1)
    found = backend.retriever.search(everything).facets.get("connector", FacetCounts())
    return tuple(
        Choice(entry.value, entry.count, False, PageAddress(selected=(("connector", entry.value),)).href)
        for entry in found.values
    )


def _to_correct(fault: Fault) -> str:
    """What is wrong with what was typed stands for itself; anything else with its name in the address."""
    return fault.message if fault.field == "q" else f"{fault.field}: {fault.message}"
