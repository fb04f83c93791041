"""Where the seeds of a run were redirected to: the scope that a continued run has to take up again."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnClause, Connection, and_, literal_column, select

from catalog.tables import urls
from catalog.task import FoundBy
from catalog.vocabulary import UrlState

_REDIRECT: Final[ColumnClause[str]] = literal_column(f"'{UrlState.REDIRECT.value}'")

# Literal, so that both engines use their partial index.
IS_REDIRECT_OF_DEPTH_0: Final = and_(urls.c.depth == literal_column("0"), urls.c.state == _REDIRECT)


def redirected_seeds(connection: Connection, connector_id: int, run_id: int) -> tuple[str, ...]:
    """The targets of the redirects that a run met at its seeds, and at what those redirect to."""
    statement = (
        select(urls.c.detail)
        .where(
            urls.c.connector_id == connector_id,
            urls.c.run_id == run_id,
            IS_REDIRECT_OF_DEPTH_0,
            urls.c.found_by.in_((FoundBy.SEED, FoundBy.REDIRECT)),
            urls.c.detail.is_not(None),
        )
        .order_by(urls.c.id)
    )
    return tuple(connection.scalars(statement))
