"""How well a connector's documents are kept up: against its sitemaps, and by when each was visited last.

A look at every URL of a connector, which takes seconds where there are a million: so it is had when a run
ends, and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import Connection, case, func, or_, select, update

from catalog.tables import connectors, urls
from catalog.task import FoundBy
from catalog.vocabulary import UrlState

_DOCUMENTS: Final = (UrlState.INDEXED.value, UrlState.UNCHANGED.value)
_STANDS_FOR: Final = (*_DOCUMENTS, UrlState.DUPLICATE.value)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen `at` a moment.

    `listed` are the URLs that a sitemap led to, or gave a date for; `covered` those of them that are
    documents or copies of one. `oldest_visit` and `median_visit` are of the documents; None where there are
    none.
    """

    at: datetime
    listed: int
    covered: int
    oldest_visit: datetime | None
    median_visit: datetime | None

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """As it was kept."""

        def moment(name: str) -> datetime | None:
            return None if row[name] is None else datetime.fromisoformat(row[name])

        return cls(
            datetime.fromisoformat(row["at"]),
            row["listed"],
            row["covered"],
            moment("oldest_visit"),
            moment("median_visit"),
        )


def take_survey(connection: Connection, connector_id: int, at: datetime) -> Survey:
    """Look at every URL of a connector, and keep what was seen; needs a connection for writing."""
    of_connector = urls.c.connector_id == connector_id
    is_document = of_connector & urls.c.state.in_(_DOCUMENTS) & urls.c.fetched_at.is_not(None)
    is_listed = or_(urls.c.found_by == FoundBy.SITEMAP.value, urls.c.sitemap_lastmod.is_not(None))
    counted = select(
        func.count().filter(is_listed),
        func.count().filter(is_listed & urls.c.state.in_(_STANDS_FOR)),
        func.count().filter(is_document),
        func.min(case((is_document, urls.c.fetched_at))),
    ).where(of_connector)
    listed, covered, documents, oldest = connection.execute(counted).one()
    visits = select(urls.c.fetched_at).where(is_document).order_by(urls.c.fetched_at)
    median = connection.scalar(visits.offset(documents // 2).limit(1)) if documents else None
    survey = Survey(at, listed, covered, oldest, median)
    kept = {
        "at": at.isoformat(),
        "listed": listed,
        "covered": covered,
        "oldest_visit": oldest and oldest.isoformat(),
        "median_visit": median and median.isoformat(),
    }
    connection.execute(update(connectors).where(connectors.c.id == connector_id).values(survey=kept))
    return survey


def latest_surveys(connection: Connection) -> dict[str, Survey]:
    """What was seen when a run of each connector last ended, by the connector's name."""
    rows = connection.execute(
        select(connectors.c.name, connectors.c.survey).where(connectors.c.survey.is_not(None))
    )
    return {row.name: Survey.of_row(row.survey) for row in rows}
