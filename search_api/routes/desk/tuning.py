"""`/admin/tuning`: synonyms, featured results, questions with answers, boosts: edited, checked, kept."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Path
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from search_api.query.faults import Fault, InvalidQuestionError
from search_api.routes.desk.desk import Desk, DeskOf, FormOf
from search_api.routes.desk.page_route import PageRoute
from search_api.routes.tuning import Kind
from search_api.tuning import resources
from settings.tuning.kinds import TuningKind

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SECTION = "/admin/tuning"
FORMATS = {
    TuningKind.SYNONYMS: "Solr's format, a line each: vpn, remote access (both ways), pto => holiday.",
    TuningKind.FEATURED: "YAML: featured: [{queries: [leave], results: [https://…]}].",
    TuningKind.FAQ: "CSV: question,answer,url,language,allow,deny (the last four may be left out), or JSON.",
    TuningKind.BOOSTS: "YAML, as search.boosts: boosts: [{field: department, values: [HR], weight: 1.5}].",
}


@router.get(_SECTION)
def overview(desk: DeskOf) -> HTMLResponse:
    """What holds of every kind, and what is wrong with files."""
    state = resources.state_of(desk.context.service.backend.tuning.kinds)
    return desk.page("tuning.html", _SECTION, state=state)


@router.get(_SECTION + "/{kind}")
def one(desk: DeskOf, kind: Kind) -> HTMLResponse:
    """What was put last, to be edited, and every version of it."""
    with desk.administration.catalog.read() as connection:
        content = resources.content_of(connection, kind).content
    return _form(desk, kind, content)


@router.post(_SECTION + "/{kind}")
async def put(desk: DeskOf, kind: Kind, form: FormOf) -> Response:
    """Keep what was typed as the newest version; with faults it stays in the form, each said."""
    content = form.get("content", "").replace("\r\n", "\n")
    try:
        await run_in_threadpool(resources.put, desk.administration, kind, content)
    except InvalidQuestionError as error:
        return await run_in_threadpool(partial(_form, desk, kind, content, error.faults))
    return RedirectResponse(f"{_SECTION}/{kind.value}", 303)


@router.post(_SECTION + "/{kind}/versions/{version}")
def restore(desk: DeskOf, kind: Kind, version: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Response:
    """Bring a version back."""
    resources.restore(desk.administration, kind, version)
    return RedirectResponse(f"{_SECTION}/{kind.value}", 303)


def _form(desk: Desk, kind: TuningKind, content: str, faults: tuple[Fault, ...] = ()) -> HTMLResponse:
    with desk.administration.catalog.read() as connection:
        versions = resources.versions_of(connection, kind).versions
    return desk.page(
        "tuning_kind.html",
        _SECTION,
        422 if faults else 200,
        kind=kind.value,
        format=FORMATS[kind],
        content=content,
        faults=[_in_words(each) for each in faults],
        versions=versions,
    )


_PLACE: Final = re.compile(r"^(\d+):(\d+): ")


def _in_words(fault: Fault) -> str:
    """What is wrong with the text in the form, without the name that the form sends it by."""
    return _PLACE.sub(r"Line \1, column \2: ", fault.message)
