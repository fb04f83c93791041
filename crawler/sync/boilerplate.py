"""At a run's end: what the pages of each host share is learned, and left out of the documents that stand.

Pages that were read before that was known are corrected from their stored blocks; nothing is fetched. Pages
that are read later come without it (`crawler.sync.drafts`).
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from catalog.boilerplate import (
    hosts_with_new_pages,
    load_boilerplate,
    rewrite_pages,
    sample_pages,
    save_boilerplate,
)
from extract.boilerplate import FEWEST_PAGES, shared_blocks, without_shared


def learn_boilerplate(connection: Connection, connector_id: int, run_id: int) -> int:
    """Learn from the hosts on which this run found something new; return how many documents were corrected.

    What was learned once stays known: pages that were freed of it say nothing of it any more.
    """
    known = load_boilerplate(connection, connector_id)
    corrected = 0
    for host in hosts_with_new_pages(connection, connector_id, run_id):
        pages = sample_pages(connection, connector_id, host)
        shared = shared_blocks(pages) if len(pages) >= FEWEST_PAGES else {}
        of_host = known.get(host, frozenset())
        if not shared.keys() <= of_host:
            save_boilerplate(connection, connector_id, host, shared)
            leave_out = partial(without_shared, shared=of_host | shared.keys())
            corrected += rewrite_pages(connection, connector_id, host, leave_out)
    return corrected
