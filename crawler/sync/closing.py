"""The end of a crawl: ask about what was not met, delete what is gone, close the run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection

from catalog.deletion import ask_about_unmet, reconsider_copies
from catalog.documents import document_count
from catalog.hubs import note_hubs
from catalog.lease import hold_run
from catalog.ledger import failed_seeds, queued_hosts, state_counts
from catalog.rendering import save_rendering
from catalog.runs import finish_run, read_run
from catalog.vocabulary import Reason, RunState, UrlState
from crawler.sync.connector_crawl import ConnectorCrawl, Phase
from crawler.sync.deleting import carry_out, kept_for_want_of_an_end
from crawler.sync.sitemap_planting import nothing_to_start_from, sitemap_warnings


def next_phase(crawl: ConnectorCrawl, connection: Connection) -> tuple[str, ...]:
    """Take a drained crawl to its next phase; return the hosts on which URLs now wait again.

    A crawl that a limit or a lost session stopped did not meet everything: it asks about nothing and is done.
    """
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    if crawl.limit is not None or crawl.failure is not None:
        crawl.phase = Phase.DONE
        return ()
    waiting = 0
    if crawl.phase is Phase.CRAWLING:
        crawl.phase = Phase.ASKING_UNMET
        if not crawl.context.incremental:  # it does not meet most documents, on purpose
            waiting = ask_about_unmet(connection, connector_id, run_id)
    if not waiting:
        crawl.phase = Phase.RECONSIDERING
        waiting = reconsider_copies(connection, connector_id, run_id)
    if not waiting:
        crawl.phase = Phase.DONE
    return tuple(queued_hosts(connection, connector_id, run_id)) if waiting else ()


def close_run(crawl: ConnectorCrawl, connection: Connection, *, seconds: float, stopped: bool) -> RunState:
    """Write how the run ended; one that ends well deletes what is gone, if the guard allows."""
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    hold_run(connection, run_id)
    run = read_run(connection, run_id)
    assert run is not None
    counts = dict(run.counts)  # what the crawl was told may lag behind the last commit
    state, error = _ending(connection, crawl, counts, stopped=stopped)
    warnings = list(crawl.warnings)
    if state is RunState.SUCCEEDED:
        scanned = sum(counts.get(name, 0) for name in ("added", "changed", "unchanged"))
        found = carry_out(crawl, connection, scanned, datetime.now(UTC))
        counts |= {"deleted": found.deleted, "protected": found.protected}
        counts |= {"orphans": found.orphans, "skipped": found.skipped}
        if found.sentence is not None:
            state, error = RunState.INCOMPLETE, found.sentence
    elif not stopped and (kept := kept_for_want_of_an_end(crawl, connection)) is not None:
        warnings.append(kept)
    if not stopped:
        note_hubs(connection, connector_id)
    save_rendering(connection, connector_id, crawl.learned())
    counts["documents"] = document_count(connection, connector_id)
    if crawl.rendering is not None:
        counts["rendered"] = crawl.rendering.rendered
        warnings += crawl.rendering.warnings
    warnings += sitemap_warnings(crawl, connection)
    states = state_counts(connection, connector_id, run_id)
    refused, failed = {}, {}
    for (url_state, reason), number in states.items():
        if reason is Reason.SITEMAP:
            counts["sitemaps"] = number  # read for its addresses, not refused
        elif url_state is UrlState.REFUSED and reason is not None:
            refused[reason.value] = number
        elif url_state is UrlState.FAILED and reason is not None:
            failed[reason.value] = number
    finish_run(
        connection,
        run_id,
        state,
        counts=counts | {"refused": refused, "failed": failed, "warnings": warnings},
        seconds=seconds,
        limit=crawl.limit,
        error=error,
    )
    return state


def _ending(
    connection: Connection, crawl: ConnectorCrawl, counts: Mapping[str, int], *, stopped: bool
) -> tuple[RunState, str | None]:
    if stopped:
        return RunState.STOPPED, None
    troubled = failed_seeds(connection, crawl.connector_id, crawl.context.run_id)
    error = crawl.failure or "; ".join(f"seed {url}: {detail}" for url, detail in troubled) or None
    error = error or nothing_to_start_from(crawl, connection)
    if error and not any(counts.get(name) for name in ("added", "changed", "unchanged")):
        return RunState.FAILED, error
    if error or crawl.limit is not None:
        return RunState.INCOMPLETE, error
    return RunState.SUCCEEDED, error
