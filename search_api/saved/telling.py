"""Telling webhooks what is new: signed, repeated until it is taken, and checked once more before each try."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from catalog.alerts import Alert, due_alerts, put_off, settle_alert
from catalog.saved_searches import Destination, SavedSearch, pause_search, read_destination, read_search
from catalog.vault import Vault
from search_api.catalog_door import CatalogDoor
from search_api.identity.refusals import UnknownCallerError
from search_api.saved.standing import Watching
from search_api.saved.webhook import GONE, call_webhook
from settings.service_faults import ServiceFault

MOST_AT_ONCE: Final = 16
MOST_TRIES: Final = 8
_FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=6)
"""Ten seconds after the first try, then four times as long each time: eight tries in about ten hours."""


@dataclass(frozen=True, slots=True)
class _Told:
    """It was taken, or nothing of it was left to tell."""


@dataclass(frozen=True, slots=True)
class _Stopped:
    """Nothing of this search is told any more, and why."""

    why: str


_Outcome = _Told | _Stopped | ServiceFault


@dataclass(frozen=True, slots=True)
class Post:
    """What it takes to tell something: the key of sealed addresses, and the origins that may be told."""

    vault: Vault
    allowed: Collection[str]


def tell_due(watching: Watching, post: Post) -> None:
    """Tell up to `MOST_AT_ONCE` alerts that are due, side by side.

    Raises `UnavailableError` while the catalog cannot be used.
    """
    with watching.catalog.read() as connection:
        due = due_alerts(connection, datetime.now(UTC), MOST_AT_ONCE)
    if not due:
        return
    with ThreadPoolExecutor(len(due), thread_name_prefix="webhook") as pool:
        outcomes = list(pool.map(lambda alert: _tell(watching, post, alert), due))
    for alert, outcome in zip(due, outcomes, strict=True):
        _keep(watching.catalog, alert, outcome)


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries failed."""
    return min(_FIRST_PAUSE * 4.0 ** (tries - 1), LONGEST_PAUSE)


def _tell(watching: Watching, post: Post, alert: Alert) -> _Outcome:
    with watching.catalog.read() as connection:
        search = read_search(connection, alert.search_id)
        destination = read_destination(connection, post.vault, alert.search_id)
    if search is None or search.paused is not None:
        return _Told()
    if destination is None:
        return _Stopped("its webhook was sealed by another installation's key")
    if search.origin not in post.allowed:
        return _Stopped(f"{search.origin} is no longer among the origins of `search.alerts.webhooks`")
    try:
        # Access may have changed since the documents were found.
        principals = watching.principals(search.owner)
    except UnknownCallerError as error:
        return _Stopped(str(error))
    ids = {document["id"] for document in alert.documents}
    readable = watching.backend.library.sources(ids, principals)
    documents = [document for document in alert.documents if document["id"] in readable]
    return _posted(search, destination, alert, documents) if documents else _Told()


def _posted(
    search: SavedSearch, destination: Destination, alert: Alert, documents: Sequence[Mapping[str, Any]]
) -> _Outcome:
    body = orjson.dumps(message(search, alert, documents))
    fault = call_webhook(destination, f"alert_{search.id}_{alert.id}", body)
    if fault is GONE:
        return _Stopped("its webhook answered 410: it is gone")
    return fault or _Told()


def message(search: SavedSearch, alert: Alert, documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What a webhook is sent; `text` is what Slack, Mattermost and their like show."""
    lines = [f"{document['title']}: {document['deep_link'] or document['url']}" for document in documents]
    return {
        "type": "saved_search.matched",
        "timestamp": alert.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "text": "\n".join([f"Sitelore: {len(documents)} new for “{search.name}”", *lines]),
        "data": {
            "saved_search": {"id": search.id, "name": search.name, "query": search.request["query"]},
            "documents": list(documents),
        },
    }


def _keep(catalog: CatalogDoor, alert: Alert, outcome: _Outcome) -> None:
    with catalog.write() as connection:
        match outcome:
            case _Told():
                settle_alert(connection, alert.id)
            case _Stopped(why):
                pause_search(connection, alert.search_id, why)
            case ServiceFault(words=words) if alert.tries + 1 >= MOST_TRIES:
                pause_search(connection, alert.search_id, f"after {MOST_TRIES} tries its webhook {words}")
            case ServiceFault():
                put_off(connection, alert.id, datetime.now(UTC) + pause_after(alert.tries + 1))
