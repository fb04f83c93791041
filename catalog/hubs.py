"""The pages on which most others were found: each incremental run visits them, so that new pages are found.

Who they are is counted over the whole ledger at the end of a run and noted; until the next end that holds.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from catalog.tables import hubs, urls
from catalog.task import FoundBy

SMALLEST_HUB: Final = 10
"""URLs that were first found on a page that counts as a hub."""

HUBS_PER_URL: Final = 0.01
"""At most so many hubs for each URL of the connector, and at least `FEWEST_HUBS`: those with most."""

FEWEST_HUBS: Final = 20


def note_hubs(connection: Connection, connector_id: int) -> None:
    """Count anew which pages are the hubs of a connector."""
    of_connector = urls.c.connector_id == connector_id
    number = connection.scalar(select(func.count()).select_from(urls).where(of_connector)) or 0
    found = (
        select(urls.c.referrer_id, urls.c.connector_id)
        .where(of_connector, urls.c.referrer_id.is_not(None), urls.c.found_by == FoundBy.LINK)
        .group_by(urls.c.referrer_id, urls.c.connector_id)
        .having(func.count() >= SMALLEST_HUB)
        .order_by(func.count().desc(), urls.c.referrer_id)
        .limit(max(FEWEST_HUBS, int(number * HUBS_PER_URL)))
    )
    connection.execute(delete(hubs).where(hubs.c.connector_id == connector_id))
    connection.execute(insert(hubs).from_select(["url_id", "connector_id"], found))


def has_hubs(connection: Connection, connector_id: int) -> bool:
    """Whether any are noted."""
    noted = select(hubs.c.url_id).where(hubs.c.connector_id == connector_id).limit(1)
    return connection.execute(noted).first() is not None


def is_hub(connection: Connection, url_id: int) -> bool:
    """Whether a page is noted as one."""
    return connection.execute(select(hubs.c.url_id).where(hubs.c.url_id == url_id)).first() is not None
