"""Documents that a run kept although something speaks against them: why each is still there."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection

from catalog.connectors import find_connector
from catalog.deletion import condemned, gone
from catalog.runs import Run
from catalog.seeds import seeds_of
from catalog.vocabulary import IMPOSTORS, Reason, RunMode, UrlState


class Kept(StrEnum):
    """Why a document is still there."""

    PROTECTED = "protected"  # by the guard: there is evidence against it
    ORPHAN = "orphan"  # it answers, but no page leads to it
    QUARANTINED = "quarantined"  # something else stood at its address


def protected_documents(connection: Connection, run: Run) -> frozenset[str]:
    """The ids of the documents that the guard kept, as far as no later run met their URLs again."""
    number = find_connector(connection, run.connector)
    if number is None or not run.counts.get("protected"):
        return frozenset()
    seeds = seeds_of(connection, number, run.id)
    hosts_in_doubt = run.counts.get("hosts_in_doubt", ())
    if run.mode is RunMode.INCREMENTAL or seeds.troubles or hosts_in_doubt:
        in_doubt = {*(seeds.in_doubt or ()), *hosts_in_doubt}
        return frozenset(gone(connection, number, run.id, but_on=in_doubt))
    return frozenset(condemned(connection, number, run.id))


def why_kept(
    key: bytes, state: str, reason: str | None, document_id: str | None, protected: frozenset[str]
) -> Kept | None:
    """What a row of the ledger says of its document; None where nothing speaks against it."""
    if key.hex() in protected:
        return Kept.PROTECTED
    if state == UrlState.REFUSED and reason in IMPOSTORS and document_id == key.hex():
        return Kept.QUARANTINED
    is_orphan = reason == Reason.NOT_LINKED_ANY_MORE and state in {UrlState.INDEXED, UrlState.UNCHANGED}
    return Kept.ORPHAN if is_orphan else None
