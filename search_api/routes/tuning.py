"""`/v1/tuning`: synonyms, featured results, questions with answers and boosts, each with all its versions."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool

from search_api.query.request import validated
from search_api.routes.administering import AdministrationOf
from search_api.routes.bodies import json_body, read_json
from search_api.routes.context import ContextOf
from search_api.routes.examples import answer_example
from search_api.tuning import resources
from search_api.tuning.resources import (
    TuningContent,
    TuningRequest,
    TuningState,
    TuningVersionAnswer,
    TuningVersions,
)
from settings.tuning.kinds import TuningKind

router = APIRouter(tags=["administration"])

Kind = Annotated[TuningKind, Path(description="What of the tuning", examples=["synonyms"])]
Version = Annotated[int, Path(ge=1, le=2**31 - 1, description="Counted from 1", examples=[1])]

_CONTENT: Final = "# What others call it\nvpn, remote access\npto => holiday\n"
_VERSION: Final[dict[str, Any]] = {
    "kind": "synonyms",
    "version": 1,
    "entries": 2,
    "author": "intranet team",
    "restored": None,
    "created_at": "2026-11-27T08:00:00Z",
    "notices": [],
}
_STATE: Final[dict[str, Any]] = {
    "kinds": [
        {
            "kind": "synonyms",
            "entries": 14,
            "version": 1,
            "files": [{"path": "/etc/sitelore/synonyms.txt", "digest": "9f86d081884c7d65", "entries": 12}],
            "faults": [],
        }
    ]
}


@router.get("/v1/tuning", responses=answer_example(_STATE))
def state(_: AdministrationOf, context: ContextOf) -> TuningState:
    """What holds of every kind in the process that answers, and what is wrong with files."""
    return resources.state_of(context.service.backend.tuning.kinds)


@router.get(
    "/v1/tuning/{kind}",
    responses=answer_example({"kind": "synonyms", "version": 1, "content": _CONTENT}),
)
def content(administration: AdministrationOf, kind: Kind) -> TuningContent:
    """What was put last; the contents of files are theirs."""
    with administration.catalog.read() as connection:
        return resources.content_of(connection, kind)


@router.put(
    "/v1/tuning/{kind}",
    responses=answer_example(_VERSION),
    openapi_extra=json_body(TuningRequest, {"Synonyms": {"content": _CONTENT}}),
)
async def put(request: Request, administration: AdministrationOf, kind: Kind) -> TuningVersionAnswer:
    """Put a new version, which holds within a second in every process.

    One with faults is refused, with the line and column of each.
    """
    wanted = validated(TuningRequest, await read_json(request))
    return await run_in_threadpool(resources.put, administration, kind, wanted.content)


@router.get("/v1/tuning/{kind}/versions", responses=answer_example({"versions": [_VERSION]}))
def versions(administration: AdministrationOf, kind: Kind) -> TuningVersions:
    """All versions, the newest first: who put them, when, and how many entries they hold."""
    with administration.catalog.read() as connection:
        return resources.versions_of(connection, kind)


@router.get(
    "/v1/tuning/{kind}/versions/{version}",
    responses=answer_example({"kind": "synonyms", "version": 1, "content": _CONTENT}),
)
def version(administration: AdministrationOf, kind: Kind, version: Version) -> TuningContent:
    """What a version holds."""
    with administration.catalog.read() as connection:
        return resources.content_of(connection, kind, version)


@router.post(
    "/v1/tuning/{kind}/versions/{version}/restore",
    responses=answer_example(_VERSION | {"version": 3, "restored": 1}),
)
def restore(administration: AdministrationOf, kind: Kind, version: Version) -> TuningVersionAnswer:
    """Bring a version back, as the newest one, which holds within a second."""
    return resources.restore(administration, kind, version)
