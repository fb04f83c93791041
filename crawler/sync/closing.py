"""The end of a crawl: ask about what was not met, delete what is gone, close the run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection

from catalog.deletion import ask_about_unmet
from catalog.documents import document_count
from catalog.hubs import note_hubs
from catalog.lease import hold_run
from catalog.ledger import queued_hosts, state_counts
from catalog.quarantine import quarantined_hosts
from catalog.reconsidering import reconsider_copies
from catalog.rendering import save_rendering
from catalog.runs import finish_run, read_run
from catalog.seeds import Seeds, seeds_of
from catalog.survey import take_survey
from catalog.url_variants import count_recognised
from catalog.vocabulary import Reason, RunState, UrlState
from crawler.sync.boilerplate import learn_boilerplate
from crawler.sync.connector_crawl import ConnectorCrawl, Phase
from crawler.sync.deleting import Deletions, carry_out, carry_out_in_part, kept_for_want_of_an_end
from crawler.sync.quarantine import Quarantine, quarantine_of
from crawler.sync.sitemap_planting import nothing_to_start_from, sitemap_warnings
from crawler.sync.variant_visits import queue_refuted_again


def next_phase(crawl: ConnectorCrawl, connection: Connection) -> tuple[str, ...]:
    """Take a drained crawl to its next phase; return the hosts on which URLs now wait again.

    A crawl that a limit or a lost session stopped did not meet everything: it asks about nothing and is done.
    """
    connector_id, run_id = crawl.connector_id, crawl.context.run_id
    if crawl.limit is not None or crawl.failure is not None:
        crawl.phase = Phase.DONE
        return ()
    waiting = queue_refuted_again(crawl, connection)
    if not waiting and crawl.phase is Phase.CRAWLING:
        crawl.phase = Phase.ASKING_UNMET
        if not crawl.context.incremental:  # it does not meet most documents, on purpose
            waiting = ask_about_unmet(connection, connector_id, run_id)
    if not waiting:
        crawl.phase = Phase.RECONSIDERING
        several = len(set(crawl.rules.access_ids)) > 1
        access_of = crawl.rules.access_id if several else None
        waiting = reconsider_copies(connection, connector_id, run_id, access_of)
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
    seeds = seeds_of(connection, connector_id, run_id)
    hosts = quarantined_hosts(connection, connector_id, run_id)
    quarantine = quarantine_of(hosts, crawl.deletion_guard, crawl.name, run_id)
    state, error = _ending(connection, crawl, seeds, quarantine, counts, stopped=stopped)
    warnings = [*crawl.warnings, *quarantine.lines]
    in_doubt = None if seeds.in_doubt is None else seeds.in_doubt | quarantine.in_doubt
    found = _deletions(crawl, connection, in_doubt, state, counts)
    counts |= {"deleted": found.deleted, "protected": found.protected}
    counts |= {"orphans": found.orphans, "skipped": found.skipped}
    if found.sentence is not None:
        state, error = RunState.INCOMPLETE, "; ".join(filter(None, (error, found.sentence)))
    elif state is not RunState.SUCCEEDED and not stopped:
        warnings += filter(None, [kept_for_want_of_an_end(crawl, connection)])
    if not stopped:
        note_hubs(connection, connector_id)
        take_survey(connection, connector_id, datetime.now(UTC))
        learn_boilerplate(connection, connector_id, run_id)
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
    copies = sum(number for (url_state, _), number in states.items() if url_state is UrlState.DUPLICATE)
    # What was taken for a copy at first, and was none, has been counted as one.
    variants = count_recognised(connection, connector_id, run_id) if crawl.variants.has_rules else 0
    counts |= {"variants": variants, "duplicate": copies, f"state:{UrlState.DUPLICATE}": copies}
    finish_run(
        connection,
        run_id,
        state,
        counts=counts
        | {"refused": refused, "failed": failed, "warnings": warnings}
        | {"hosts_in_doubt": sorted(quarantine.in_doubt)},
        seconds=seconds,
        limit=crawl.limit,
        error=error,
    )
    return state


def _deletions(
    crawl: ConnectorCrawl,
    connection: Connection,
    in_doubt: frozenset[str] | None,
    state: RunState,
    counts: Mapping[str, int],
) -> Deletions:
    """What is deleted; `in_doubt` are the hosts of which a 404 says nothing, None where none says any."""
    now = datetime.now(UTC)
    if state is RunState.SUCCEEDED:
        return carry_out(crawl, connection, _met(counts), now)
    is_whole = state is RunState.INCOMPLETE and crawl.limit is None and crawl.failure is None
    if is_whole and in_doubt is not None:
        return carry_out_in_part(crawl, connection, in_doubt, now)
    return Deletions()


def _met(counts: Mapping[str, int]) -> int:
    """How many documents a run met."""
    return sum(counts.get(name, 0) for name in ("added", "changed", "unchanged"))


def _ending(
    connection: Connection,
    crawl: ConnectorCrawl,
    seeds: Seeds,
    quarantine: Quarantine,
    counts: Mapping[str, int],
    *,
    stopped: bool,
) -> tuple[RunState, str | None]:
    if stopped:
        return RunState.STOPPED, None
    of_seeds = [f"seed {trouble.url}: {trouble.seen}" for trouble in seeds.troubles]
    error = crawl.failure or "; ".join(filter(None, [*of_seeds, quarantine.sentence])) or None
    error = error or nothing_to_start_from(crawl, connection)
    if error and not _met(counts):
        return RunState.FAILED, error
    if error or crawl.limit is not None:
        return RunState.INCOMPLETE, error
    return RunState.SUCCEEDED, error
