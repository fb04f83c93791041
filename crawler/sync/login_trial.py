"""A login tried alone, as a sync would make it: what `crawler login` does."""

from __future__ import annotations

import asyncio

from catalog.database import Catalog, open_catalog
from crawler.auth.outcome import LoginFault
from crawler.auth.scheme import Note
from crawler.sync.assembly import seed_addresses
from crawler.sync.site_access import open_access
from crawler.sync.sitemap_planting import sitemap_addresses
from crawler.sync.starts import gather_starts
from settings.configuration import Settings
from settings.connector import ConnectorSettings


def try_login(
    settings: Settings, connector: ConnectorSettings, note: Note, *, again: bool
) -> LoginFault | None:
    """Sign in anew with every login of a connector and keep the sessions; the first fault ends it.

    `again` tries credentials that were rejected before. Raises `CatalogError` and `UnusableSettingError`.
    """
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        return asyncio.run(_sign_in(catalog, connector, note, again=again))
    finally:
        catalog.close()


async def _sign_in(
    catalog: Catalog, connector: ConnectorSettings, note: Note, *, again: bool
) -> LoginFault | None:
    ((connector, _),) = await gather_starts([connector])
    starts = seed_addresses(connector) or sitemap_addresses(connector)
    access = open_access(catalog, connector, starts, note, again=again)
    try:
        return None if access.keeper is None else await access.keeper.open(fresh=True, again=again)
    finally:
        await access.aclose()
