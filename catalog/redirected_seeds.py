"""Where the seeds of a run were redirected to: the scope that a continued run has to take up again."""

from __future__ import annotations

from sqlalchemy import Connection, select

from catalog.tables import urls
from catalog.task import FoundBy
from catalog.vocabulary import UrlState


def redirected_seeds(connection: Connection, connector_id: int, run_id: int) -> tuple[str, ...]:
    """The targets of the redirects that a run met at its seeds, and at what those redirect to."""
    statement = (
        select(urls.c.detail)
        .where(
            urls.c.connector_id == connector_id,
            urls.c.run_id == run_id,
            urls.c.depth == 0,
            urls.c.found_by.in_((FoundBy.SEED, FoundBy.REDIRECT)),
            urls.c.state == UrlState.REDIRECT,
            urls.c.detail.is_not(None),
        )
        .order_by(urls.c.id)
    )
    return tuple(connection.scalars(statement))
