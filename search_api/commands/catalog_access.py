"""The catalog and the log of questions as the commands that change or read them themselves open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from settings.console import ExitCode, stop

if TYPE_CHECKING:
    from catalog.activity import ActivityLog
    from catalog.database import Catalog
    from settings.configuration import Settings


@contextmanager
def opened_catalog(settings: Settings) -> Iterator[Catalog]:
    """The catalog of a configuration; what is wrong with it ends the command."""
    from catalog.database import open_catalog
    from catalog.errors import CatalogError

    try:
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            yield catalog
        finally:
            catalog.close()
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)


@contextmanager
def opened_activity(settings: Settings) -> Iterator[ActivityLog]:
    """The log of questions; what is wrong with it ends the command."""
    from catalog.activity import ActivityLog
    from catalog.errors import CatalogError

    try:
        log = ActivityLog.open(settings.store.directory)
        try:
            yield log
        finally:
            log.close()
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)
