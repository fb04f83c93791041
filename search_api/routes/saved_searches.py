"""`/v1/saved-searches`: what a caller watches, and where that is told."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from catalog.errors import CatalogError
from catalog.saved_searches import Owner, owner_of, remove_search, save_search, searches_of
from catalog.vault import Vault
from search_api.admin.administration import ConflictError, sentence
from search_api.backend import UnavailableError
from search_api.catalog_door import CatalogDoor
from search_api.identity.caller import Caller
from search_api.identity.refusals import UnknownCallerError
from search_api.routes.bodies import json_body, read_json
from search_api.routes.context import Context, ContextOf, SearcherOf
from search_api.routes.examples import answer_example
from search_api.saved.requests import (
    NewAnswer,
    SavedAnswer,
    SavedAnswers,
    SaveRequest,
    parse_save,
    present_saved,
)

router = APIRouter(prefix="/v1/saved-searches", tags=["saved searches"])

_SAVED: Final[dict[str, Any]] = {
    "id": "8f1c7a6f0f4b4f3a9c1d2e3f4a5b6c7d",
    "name": "Changes of the travel policy",
    "query": "travel policy",
    "filter": {"field": "department", "eq": "Travel"},
    "webhook_origin": "https://hooks.example.com",
    "created_at": "2026-11-27T03:00:00.123456Z",
    "paused": None,
}
EXAMPLE_ID: Final = str(_SAVED["id"])
_BODIES: Final[dict[str, dict[str, Any]]] = {
    "Every page about something": {
        "name": _SAVED["name"],
        "query": _SAVED["query"],
        "filter": _SAVED["filter"],
        "webhook": "https://hooks.example.com/sitelore/3f9a",
    }
}
_KEY: Final = "whsec_c2lnbnMgd2hhdCBpcyBzZW50IHRvIHlvdXIgaG9vaw=="


def _watcher(caller: SearcherOf) -> Caller:
    """Nobody in particular owns nothing."""
    if not caller.is_known:
        raise UnknownCallerError("needs a caller: what is saved belongs to someone")
    return caller


WatcherOf = Annotated[Caller, Depends(_watcher)]


@router.post(
    "",
    status_code=201,
    responses={
        **answer_example({**_SAVED, "secret": _KEY}, status=201),
        409: {"description": "The caller has too many"},
    },
    openapi_extra=json_body(SaveRequest, _BODIES),
)
async def save(request: Request, context: ContextOf, caller: WatcherOf) -> NewAnswer:
    """Have a webhook told when a matching document appears or changes, from now on."""
    catalog, allowed = _parts(context)
    body = parse_save(await read_json(request), context.service.backend.fields, allowed)

    def put() -> NewAnswer:
        vault = Vault.open(catalog.directory)
        with catalog.write() as connection:
            owner = _owner(connection, caller)
            watched = {"query": body.query, "filter": body.filter}
            try:
                saved, key = save_search(
                    connection, vault, owner, name=body.name, request=watched, url=body.webhook
                )
            except CatalogError as error:
                raise ConflictError(sentence(error)) from None
        return NewAnswer(**present_saved(saved).model_dump(), secret=key.reveal())

    return await run_in_threadpool(put)


@router.get("", responses=answer_example({"saved_searches": [_SAVED]}))
async def saved(context: ContextOf, caller: WatcherOf) -> SavedAnswers:
    """What the caller has saved."""
    catalog, _ = _parts(context)

    def read() -> list[SavedAnswer]:
        with catalog.read() as connection:
            return [present_saved(each) for each in searches_of(connection, _owner(connection, caller))]

    return SavedAnswers(saved_searches=await run_in_threadpool(read))


@router.delete("/{id}", status_code=204)
async def delete(
    id: Annotated[str, Path(description="`id` of a saved search", examples=[EXAMPLE_ID])],  # noqa: A002
    context: ContextOf,
    caller: WatcherOf,
) -> Response:
    """Watch no more; what still had to be told is not."""
    catalog, _ = _parts(context)

    def remove() -> bool:
        with catalog.write() as connection:
            return remove_search(connection, _owner(connection, caller), id)

    if not await run_in_threadpool(remove):
        raise HTTPException(404, "The caller has no such saved search.")
    return Response(status_code=204)


def _parts(context: Context) -> tuple[CatalogDoor, tuple[str, ...]]:
    """The catalog, and the origins that may be told."""
    if context.catalog is None or context.settings is None:
        raise UnavailableError("This service was started without a catalog: nothing can be saved.")
    return context.catalog, context.settings.get().search.alerts.webhooks


def _owner(connection: Connection, caller: Caller) -> Owner:
    try:
        return owner_of(connection, caller.user, caller.groups, caller.key)
    except CatalogError as error:
        raise UnknownCallerError(str(error)) from None
