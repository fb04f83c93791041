"""What a run that looked at all it was to look at deletes, what its guard keeps, and how it says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from catalog.deletion import condemned, delete_documents, gone, is_protected
from catalog.documents import document_count
from catalog.orphans import count_orphans, orphaned_for
from catalog.revisits import skipped
from crawler.sync.connector_crawl import ConnectorCrawl


@dataclass(frozen=True, slots=True)
class Deletions:
    """What became of the documents that a run has evidence against; `orphans` are those that only answer.

    `skipped` are the documents that an incremental run did not visit.
    """

    deleted: int = 0
    protected: int = 0
    orphans: int = 0
    skipped: int = 0
    sentence: str | None = None  # what the guard says, where it keeps them


def carry_out(crawl: ConnectorCrawl, connection: Connection, scanned: int, now: datetime) -> Deletions:
    """Delete what a complete run has evidence against, unless that is more than the guard allows.

    `scanned` are the documents that the run met. An incremental run trusts a 404 or 410 alone, and its guard
    compares with all documents of the connector: it meets few of them.
    """
    run = crawl.context
    if run.incremental:
        doomed = gone(connection, run.connector_id, run.run_id)
        scanned = document_count(connection, run.connector_id) - len(doomed)
        return replace(
            _guarded(crawl, connection, doomed, scanned, now),
            skipped=skipped(connection, run.connector_id, run.run_id),
        )
    orphans = count_orphans(connection, run.connector_id, run.run_id)
    doomed = _doomed_in_full(crawl, connection)
    return replace(_guarded(crawl, connection, doomed, scanned, now), orphans=orphans)


def carry_out_in_part(
    crawl: ConnectorCrawl, connection: Connection, in_doubt: frozenset[str], now: datetime
) -> Deletions:
    """Delete what answered 404 or 410 in a run that is complete but for some seeds or hosts `in_doubt`.

    On those hosts nothing is deleted. What else speaks against documents may be different as soon as all can
    be read: what pages lead to, how deep it lies, which hosts the redirects of seeds bring into scope. So no
    orphan is counted either.
    """
    run = crawl.context
    doomed = gone(connection, run.connector_id, run.run_id, but_on=in_doubt)
    scanned = document_count(connection, run.connector_id) - len(doomed)
    return _guarded(crawl, connection, doomed, scanned, now)


def _guarded(
    crawl: ConnectorCrawl, connection: Connection, doomed: Sequence[str], scanned: int, now: datetime
) -> Deletions:
    if is_protected(len(doomed), scanned, crawl.deletion_guard):
        return Deletions(protected=len(doomed), sentence=_sentence(crawl, len(doomed), scanned))
    delete_documents(connection, doomed, now)
    return Deletions(deleted=len(doomed))


def _doomed_in_full(crawl: ConnectorCrawl, connection: Connection) -> tuple[str, ...]:
    run = crawl.context
    doomed = set(condemned(connection, run.connector_id, run.run_id))
    if crawl.delete_orphans_after is not None:
        doomed.update(orphaned_for(connection, run.connector_id, run.run_id, crawl.delete_orphans_after))
    return tuple(sorted(doomed))


def kept_for_want_of_an_end(crawl: ConnectorCrawl, connection: Connection) -> str | None:
    """What a run that is not complete says of the documents that it would have deleted, if any."""
    run = crawl.context
    against = gone if run.incremental else condemned
    number = len(against(connection, run.connector_id, run.run_id))
    if not number:
        return None
    return f"documents found gone or excluded, but kept: {number:,}; only a run that ends well deletes them"


def _sentence(crawl: ConnectorCrawl, number: int, scanned: int) -> str:
    of = scanned + number
    return (
        f"{number:,} of {of:,} documents ({number / of:.0%}) would have been deleted, more than"
        f" `sync.deletion_guard` ({crawl.deletion_guard:.0%}) allows: all are kept; `crawler report"
        f" {crawl.run.id}` lists them, `crawler sync {crawl.name} --accept-deletions` asks for them once more"
        " and deletes them"
    )
