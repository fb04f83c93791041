"""`/admin/plan`, `/admin/try`: questions to the crawler's rules; `/admin/answers/{id}`: what it answered."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalog.scheduler import INQUIRIES
from search_api.admin import commands
from search_api.admin.administration import UnknownThingError
from search_api.admin.commands import PlanRequest, UrlRequest
from search_api.admin.runs import LARGEST_ROW
from search_api.query.faults import Fault, InvalidQuestionError
from search_api.query.request import validated
from search_api.routes.desk.desk import DeskOf, FormOf
from search_api.routes.desk.page_route import PageRoute
from settings.faults import ConfigurationError
from settings.yaml_document import read_yaml

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_SECTION_OF: Final = {"plan": "/admin/plan", "try": "/admin/try", "explain": "/admin/urls"}


@router.get("/admin/plan")
def plan_form(desk: DeskOf) -> HTMLResponse:
    """Which connector is to be planned, and by what."""
    names = [each.name for each in desk.administration.settings.connectors]
    return desk.page("plan.html", "/admin/plan", names=names, path=desk.administration.settings.path.name)


@router.post("/admin/plan")
async def plan(desk: DeskOf, form: FormOf) -> Response:
    """Have a dry run made."""
    asked: dict[str, object] = {}
    if "sample" in form:
        asked["sample"] = _whole_number(form["sample"])
    if "rules" in form:
        asked["rules"] = _rules(form["rules"])
    connector, wanted = form.get("connector", ""), validated(PlanRequest, asked)
    accepted = await run_in_threadpool(commands.ask_plan, desk.administration, connector, wanted)
    return RedirectResponse(f"/admin/answers/{accepted.command}", 303)


@router.get("/admin/try")
def try_form(desk: DeskOf, url: Annotated[str, Query(max_length=2_048)] = "") -> HTMLResponse:
    """Which page is to be tried."""
    return desk.page("try.html", "/admin/try", url=url)


@router.post("/admin/try")
async def try_url(desk: DeskOf, form: FormOf) -> Response:
    """Have a page read as by a sync."""
    wanted = validated(UrlRequest, form)
    accepted = await run_in_threadpool(commands.ask, desk.administration, "try", {"url": wanted.url})
    return RedirectResponse(f"/admin/answers/{accepted.command}", 303)


@router.get("/admin/answers/{number}")
def answer(desk: DeskOf, number: Annotated[int, PathParameter(ge=1, le=LARGEST_ROW)]) -> HTMLResponse:
    """What the crawler answered, or that it is still at it."""
    command = commands.read(desk.administration, number)
    if command.name not in INQUIRIES:
        raise UnknownThingError(f"Command {number} is no question.")
    told = None if command.result is None else command.result.get("answer")
    error = None if command.result is None else command.result.get("error")
    section = _SECTION_OF[command.name]
    return desk.page(f"answer_{command.name}.html", section, command=command, told=told, error=error)


def _rules(text: str) -> object:
    """What was typed as YAML; raises `InvalidQuestionError` with the place of what is none."""
    try:
        document, faults = read_yaml(text, Path("rules"))
    except ConfigurationError as error:
        faults = error.faults
    if faults:
        raise InvalidQuestionError([Fault("rules", f"line {each.line}: {each.message}") for each in faults])
    return document.data


def _whole_number(text: str) -> object:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text
