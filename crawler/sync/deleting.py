"""What a run that looked at all it was to look at deletes, what its guard keeps, and how it says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from catalog.deletion import condemned, delete_documents, is_protected
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
    orphans = left_out = 0
    if run.incremental:
        doomed = condemned(connection, run.connector_id, run.run_id, only_gone=True)
        scanned = document_count(connection, run.connector_id) - len(doomed)
        left_out = skipped(connection, run.connector_id, run.run_id)
    else:
        orphans = count_orphans(connection, run.connector_id, run.run_id)
        doomed = _doomed_in_full(crawl, connection)
    if is_protected(len(doomed), scanned, crawl.deletion_guard):
        return Deletions(0, len(doomed), orphans, left_out, _guarded(crawl, len(doomed), scanned))
    delete_documents(connection, doomed, now)
    return Deletions(len(doomed), 0, orphans, left_out)


def _doomed_in_full(crawl: ConnectorCrawl, connection: Connection) -> tuple[str, ...]:
    run = crawl.context
    doomed = set(condemned(connection, run.connector_id, run.run_id))
    if crawl.delete_orphans_after is not None:
        doomed.update(orphaned_for(connection, run.connector_id, run.run_id, crawl.delete_orphans_after))
    return tuple(sorted(doomed))


def kept_for_want_of_an_end(crawl: ConnectorCrawl, connection: Connection) -> str | None:
    """What a run that is not complete says of the documents that it would have deleted, if any."""
    run = crawl.context
    number = len(condemned(connection, run.connector_id, run.run_id, only_gone=run.incremental))
    if not number:
        return None
    return f"documents found gone or excluded, but kept: {number:,}; only a run that ends well deletes"


def _guarded(crawl: ConnectorCrawl, number: int, scanned: int) -> str:
    of = scanned + number
    return (
        f"{number:,} of {of:,} documents ({number / of:.0%}) would have been deleted, more than"
        f" `sync.deletion_guard` ({crawl.deletion_guard:.0%}) allows: all are kept; `crawler report"
        f" {crawl.run.id}` lists them, `crawler sync {crawl.name} --accept-deletions` asks for them once more"
        " and deletes them"
    )
