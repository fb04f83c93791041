"""What is sent to save a search, and what is answered of saved ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from catalog.saved_searches import SavedSearch
from search_api.query.faults import invalid, shown
from search_api.query.fields import FieldCatalog
from search_api.query.request import Search, parse_search, validated
from search_api.query.values import unprintable
from settings.urls import http_url, origin_of

LONGEST_NAME: Final = 200
LONGEST_WEBHOOK: Final = 2_048


class SaveRequest(BaseModel):
    """A search to be watched."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    query: str = Field("", description="As of `/v1/search`; every telling word must stand in a document.")
    filter: dict[str, object] | None = Field(None, description="As of `/v1/search`.")
    webhook: Annotated[str, Field(max_length=LONGEST_WEBHOOK)] = Field(
        description="What is new is posted there; its origin must be one of `search.alerts.webhooks`."
    )


class SavedAnswer(BaseModel):
    """A saved search. Its webhook's path may be a secret and is not shown."""

    id: str
    name: str
    query: str
    filter: dict[str, Any] | None
    webhook_origin: str
    created_at: str
    paused: str | None = Field(description="Why nothing is sent any more; delete it and save it again.")


class NewAnswer(SavedAnswer):
    """A search that was saved now."""

    secret: str = Field(description="Signs what is sent, by Standard Webhooks; it is never shown again.")


class SavedAnswers(BaseModel):
    """All of one caller, the oldest first."""

    saved_searches: list[SavedAnswer]


def parse_save(body: object, fields: FieldCatalog, allowed: Collection[str]) -> SaveRequest:
    """The request that a JSON body says; raises `InvalidQuestionError` with a fault at each wrong place.

    `allowed` are the origins that may be told.
    """
    request = validated(SaveRequest, body)
    if not request.name.strip() or (fault := unprintable(request.name)):
        raise invalid("name", "must not be blank" if not request.name.strip() else str(fault))
    if not request.query.strip() and request.filter is None:
        raise invalid("query", "must not be blank without a filter: it would match every document")
    parse_watched(request.model_dump(), fields, frozenset())
    return request.model_copy(update={"webhook": _webhook(request.webhook, allowed)})


def parse_watched(request: Mapping[str, Any], fields: FieldCatalog, principals: frozenset[str]) -> Search:
    """What is watched, as the search of someone with these principals; raises `InvalidQuestionError`."""
    return parse_search({"query": request["query"], "filter": request["filter"]}, fields, principals)


def present_saved(search: SavedSearch) -> SavedAnswer:
    """What its owner is shown."""
    return SavedAnswer(
        id=search.id,
        name=search.name,
        query=search.request["query"],
        filter=search.request["filter"],
        webhook_origin=search.origin,
        created_at=search.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        paused=search.paused,
    )


def _webhook(text: str, allowed: Collection[str]) -> str:
    try:
        url = http_url(text)
    except ValueError as error:
        raise invalid("webhook", str(error)) from None
    origin = origin_of(url)
    if origin not in allowed:
        raise invalid("webhook", f"{shown(origin)} is not among the origins of `search.alerts.webhooks`")
    return url
