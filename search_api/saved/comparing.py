"""After a publication: every saved search is compared with what changed, and what matches is to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from catalog.alerts import put_alert, waiting_of
from catalog.published_changes import Change, settle_changes, waiting_changes
from catalog.saved_searches import SavedSearch, active_searches, pause_search, read_search
from indexer.retrieval.filters import InvalidFilterError
from search_api.identity.refusals import UnknownCallerError
from search_api.query.faults import InvalidQuestionError
from search_api.saved.matching import MOST_CHANGES, matching_documents
from search_api.saved.requests import parse_watched
from search_api.saved.standing import Watching

MOST_WAITING: Final = 100
"""Messages of one search that may wait for a webhook that does not answer."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Documents that a search has to be told of."""

    documents: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Paused:
    """Why a search cannot be told of anything any more."""

    why: str


def compare_changes(watching: Watching) -> bool:
    """Compare up to `MOST_CHANGES` that wait with all saved searches; False when none waited.

    What matches is noted in the transaction that settles what was compared: whoever is killed in between
    leaves it to be compared again. Raises `UnavailableError` while nothing can be asked.
    """
    catalog = watching.catalog
    with catalog.write() as connection:
        changes = waiting_changes(connection, MOST_CHANGES)
        searches = active_searches(connection) if changes else []
    if not changes:
        return False
    watching.backend.retriever.refresh()  # what was noted as published before can be found from here on
    outcomes = {search.id: _compared(watching, search, changes) for search in searches}
    now = datetime.now(UTC)
    with catalog.write() as connection:
        for search_id, outcome in outcomes.items():
            if read_search(connection, search_id) is None:
                continue  # it was deleted meanwhile
            match outcome:
                case Paused(why):
                    pause_search(connection, search_id, why)
                case Matches(documents) if documents and waiting_of(connection, search_id) >= MOST_WAITING:
                    pause_search(connection, search_id, f"{MOST_WAITING} messages wait for its webhook")
                case Matches(documents) if documents:
                    put_alert(connection, search_id, documents, now)
        settle_changes(connection, changes)
    return True


def _compared(watching: Watching, search: SavedSearch, changes: Sequence[Change]) -> Matches | Paused:
    new = [change for change in changes if change.changed_at > search.created_at]
    if not new:
        return Matches(())
    try:
        principals = watching.principals(search.owner)
        watched = parse_watched(search.request, watching.backend.fields, principals)
        return Matches(matching_documents(watching.backend, watched, new))
    except (UnknownCallerError, InvalidQuestionError, InvalidFilterError) as error:
        return Paused(str(error))
