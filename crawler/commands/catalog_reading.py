"""The catalog of a configuration as the commands that only look read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from settings.console import ExitCode, stop

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from settings.configuration import Settings


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """A connection for reading; what is wrong with the catalog ends the command."""
    from catalog.database import open_catalog
    from catalog.errors import CatalogError

    try:
        catalog = open_catalog(settings.store.database, settings.store.directory)
        try:
            with catalog.read() as connection:
                yield connection
        finally:
            catalog.close()
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)
