"""The log of questions as the service uses it: kept in the activity database, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Final

from sqlalchemy import Connection

from catalog.activity import ActivityLog
from catalog.errors import CatalogError
from catalog.popular_queries import PopularQuery, read_popular_queries, read_related_queries
from catalog.query_log import Event, Shown, read_shown
from search_api.admin.administration import ConflictError
from search_api.backend import UnavailableError
from search_api.suggest.near import NearQuestions
from search_api.suggest.suggester import Suggester
from settings.configuration import Settings
from settings.search import SuggestionSettings


class KeptLog:
    """The activity database with its errors translated."""

    keeps = True

    def __init__(self, log: ActivityLog) -> None:
        self._log: Final = log
        self.record: Final = log.record
        self.close: Final = log.close

    def shown(self, query_id: str) -> Shown | None:
        """What a query showed; raises `UnavailableError`."""
        with self.read() as connection:
            return read_shown(connection, query_id)

    def popular(self, least_callers: int) -> tuple[Sequence[PopularQuery], Mapping[str, Sequence[str]]]:
        """The questions that so many callers asked, and which belong together; raises `CatalogError`."""
        with self._log.read() as connection:
            return (
                read_popular_queries(connection, least_callers),
                read_related_queries(connection, least_callers),
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; raises `UnavailableError` when the database cannot be read."""
        try:
            with self._log.read() as connection:
                yield connection
        except CatalogError as error:
            raise UnavailableError(str(error)) from error


class NoLog:
    """Keeps nothing (`search.analytics.enabled: false`)."""

    keeps = False

    def record(self, event: Event) -> None:
        """Nothing is kept."""

    def shown(self, query_id: str) -> Shown | None:  # noqa: ARG002 - the interface
        """Nothing was kept."""
        return None

    def read(self) -> AbstractContextManager[Connection]:
        """Raises `ConflictError`."""
        raise ConflictError("No questions are kept: `search.analytics.enabled` is false.")

    def close(self) -> None:
        """Nothing is open."""


def open_suggester(log: KeptLog | NoLog, wanted: SuggestionSettings, near: NearQuestions) -> Suggester:
    """What proposes, from a log's questions; raises `BlockListError`."""
    read = partial(log.popular, wanted.least_callers) if isinstance(log, KeptLog) else None
    return Suggester(read, wanted.block, near)


def open_query_log(settings: Settings) -> KeptLog | NoLog:
    """The log that the configuration wants; raises `CatalogError` where it cannot be opened."""
    wanted = settings.search.analytics
    if not wanted.enabled:
        return NoLog()
    directory = settings.store.directory
    return KeptLog(ActivityLog.open(directory, keeps_users=wanted.users, keep=wanted.keep))
