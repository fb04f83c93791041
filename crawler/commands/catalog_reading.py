"""The catalog of a configuration as the commands that only look read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from settings.console import ExitCode, stop

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from catalog.database import Catalog
    from settings.configuration import Settings
    from settings.connector import ConnectorSettings


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """A connection for reading; what is wrong with the catalog ends the command."""
    with _opened(settings) as catalog, catalog.read() as connection:
        yield connection


@contextmanager
def known_catalog(settings: Settings) -> Iterator[Catalog | None]:
    """The catalog, unless there is none yet: whoever only looks makes none."""
    from sqlalchemy import make_url

    url = make_url(settings.store.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield None
        return
    with _opened(settings) as catalog:
        yield catalog


@contextmanager
def _opened(settings: Settings) -> Iterator[Catalog]:
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
def throwing_away(*connectors: ConnectorSettings) -> Iterator[None]:
    """Around a crawl of which nothing is kept: what it cannot do for these connectors ends the command."""
    from catalog.errors import CatalogError
    from crawler.sync.not_yet import unsupported
    from crawler.sync.site_access import UnusableSettingError

    if sentences := [sentence for each in connectors for sentence in unsupported(each)]:
        stop("\n".join(sentences), ExitCode.WRONG_CALL)
    try:
        yield
    except CatalogError as error:
        stop(str(error), ExitCode.FAILED)
    except UnusableSettingError as error:
        stop(str(error), ExitCode.WRONG_CALL)
