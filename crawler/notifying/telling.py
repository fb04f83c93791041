"""After a sync: tell the webhooks of its connectors, and put what could not be told into the summaries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from catalog.database import Catalog
from catalog.runs import read_run, save_counts
from catalog.vocabulary import RunState
from crawler.fetch.tls import HTTP_1, tls_context
from crawler.notifying.message import messages
from crawler.notifying.webhooks import ALL_SECONDS, post_all
from crawler.sync.summary import RunSummary
from settings.connector import ConnectorSettings

STOPPED_SECONDS: Final = 4.0
"""For the webhooks of a sync that was stopped: who stopped it waits, Docker for ten seconds."""


async def tell_webhooks(
    catalog: Catalog, connectors: Sequence[ConnectorSettings], summaries: Sequence[RunSummary]
) -> tuple[RunSummary, ...]:
    """The summaries, with a warning for each webhook that was not told; the catalog keeps it too."""
    settings = {connector.name: connector for connector in connectors}
    return tuple(await asyncio.gather(*(_tell(catalog, settings, summary) for summary in summaries)))


async def _tell(
    catalog: Catalog, settings: Mapping[str, ConnectorSettings], summary: RunSummary
) -> RunSummary:
    connector = settings[summary.connector]
    webhooks = connector.sync.notify
    if not webhooks:
        return summary
    # `tls.verify: false` is about the crawled site; a webhook's certificate is checked whatever it says.
    ca_file = connector.tls.ca_file
    context = tls_context(None if ca_file is None else str(ca_file), protocols=HTTP_1)
    seconds = STOPPED_SECONDS if summary.state == RunState.STOPPED else ALL_SECONDS
    warnings = await post_all(webhooks, messages(summary), context, seconds=seconds)
    if not warnings:
        return summary
    _keep(catalog, summary.run, warnings)
    return replace(summary, warnings=(*summary.warnings, *warnings))


def _keep(catalog: Catalog, run_id: int, warnings: Sequence[str]) -> None:
    with catalog.write() as connection:
        run = read_run(connection, run_id)
        if run is not None and run.state is not RunState.RUNNING:  # else the next sync has it by now
            kept = [*run.counts.get("warnings", []), *warnings]
            save_counts(connection, run_id, dict(run.counts) | {"warnings": kept})
