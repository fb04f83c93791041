"""The `lastmod` of sitemaps lies in the ledger, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import select

from catalog.database import Catalog
from catalog.ledger import enqueue
from catalog.sitemaps import note_lastmods
from catalog.tables import urls
from catalog.task import FoundBy
from catalog.visit import Discovery
from catalog.vocabulary import ALLOWED
from tests.catalog.visiting import intranet


def found(name: str, lastmod: datetime | None) -> Discovery:
    key = name.encode().ljust(16, b"\0")
    return Discovery(key, f"https://a.test/{name}", "a.test", 1, FoundBy.SITEMAP, ALLOWED, lastmod=lastmod)


def test_the_newest_lastmod_is_kept_in_utc_and_none_forgets_nothing(catalog: Catalog) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    items = [found("a", noon), found("b", None), found("a", noon + timedelta(days=1)), found("a", noon)]
    with catalog.write() as connection:
        connector_id, run_id = intranet(connection), 1
        enqueue(connection, connector_id, run_id, items)
        note_lastmods(connection, items)
        note_lastmods(connection, [found("a", None), found("c", noon)])
        kept = {row.url[-1]: row.sitemap_lastmod for row in connection.execute(select(urls))}
    assert kept == {"a": datetime(2026, 3, 2, 10, tzinfo=UTC), "b": None}
