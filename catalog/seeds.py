"""How the seeds of a run fared, and what the documents that are gone beside a seed in trouble come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, select

from catalog.tables import urls
from catalog.task import FoundBy
from catalog.vocabulary import Reason, UrlState

# What leaves a seed without effect although its server gave what was asked for: a page that is only a way
# in need not be a document.
_ONLY_A_WAY_IN: Final = frozenset(
    {
        Reason.NOINDEX,
        Reason.EMPTY_CONTENT,
        Reason.NEEDS_JAVASCRIPT,
        Reason.EXCLUDED_BY_INDEX_FILTER,
        Reason.NOT_INCLUDED_BY_INDEX_FILTER,
        Reason.EXCLUDED_BY_FILE_FILTER,
        Reason.NOT_INCLUDED_BY_FILE_FILTER,
        Reason.FILE_TYPE_NOT_WANTED,
        Reason.ATTACHMENTS_OFF,
    }
)
_ANSWERED: Final = (UrlState.INDEXED, UrlState.UNCHANGED, UrlState.DUPLICATE)


@dataclass(frozen=True, slots=True)
class SeedTrouble:
    """A seed, or what it redirects to, that could not be fetched; `seen` says what came instead."""

    url: str
    seen: str
    host: str
    is_silent: bool
    """It is gone or failed; else something stood there: a login, a way out of scope, a refusal."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """How a run's seeds fared, and the hosts on which one was read."""

    troubles: Sequence[SeedTrouble]
    well: frozenset[str]

    @property
    def in_doubt(self) -> frozenset[str] | None:
        """The hosts of which a 404 says nothing, as no seed there could be read; None where none says any.

        What asks for a login, or leads elsewhere, may do so for all that it stood for.
        """
        if not self.well or not all(trouble.is_silent for trouble in self.troubles):
            return None
        return frozenset(trouble.host for trouble in self.troubles) - self.well


def seeds_of(connection: Connection, connector_id: int, run_id: int) -> Seeds:
    """How the seeds of a run, and what they redirect to, fared."""
    columns = (urls.c.url, urls.c.host, urls.c.state, urls.c.detail, urls.c.reason)
    statement = (
        select(*columns)
        .where(
            urls.c.connector_id == connector_id,
            urls.c.run_id == run_id,
            and_(urls.c.depth == 0, urls.c.found_by.in_((FoundBy.SEED, FoundBy.REDIRECT))),
        )
        .order_by(urls.c.id)
    )
    rows = connection.execute(statement).all()
    return Seeds(
        tuple(_trouble(row) for row in rows if _is_in_trouble(row)),
        frozenset(row.host for row in rows if row.state in _ANSWERED or _is_a_way_in(row)),
    )


def _is_a_way_in(row: Row[*tuple[Any, ...]]) -> bool:
    return row.state == UrlState.REFUSED and row.reason in _ONLY_A_WAY_IN


def _is_in_trouble(row: Row[*tuple[Any, ...]]) -> bool:
    if row.state == UrlState.REFUSED:
        return row.reason not in _ONLY_A_WAY_IN
    if row.state == UrlState.REDIRECT:
        return row.reason is not None
    return row.state in {UrlState.FAILED, UrlState.GONE}


def _trouble(row: Row[*tuple[Any, ...]]) -> SeedTrouble:
    explanation = Reason(row.reason).explanation
    seen = row.detail or explanation
    if row.state == UrlState.REDIRECT:
        seen = f"it redirects to {row.detail}: {explanation}"
    return SeedTrouble(row.url, seen, row.host, row.state in {UrlState.FAILED, UrlState.GONE})
