"""What is seen of a connector's documents when a run ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.survey import Survey, latest_surveys, take_survey
from tests.catalog.rows import NOON, add_url


def test_it_counts_what_sitemaps_list_and_when_documents_were_visited(catalog: Catalog) -> None:
    with catalog.write() as connection:
        rows: tuple[dict[str, Any], ...] = (
            {"found_by": "sitemap"},
            {"found_by": "link", "sitemap_lastmod": NOON, "state": "unchanged"},
            {"found_by": "link"},
            {"found_by": "sitemap", "state": "duplicate"},
            {"found_by": "sitemap", "state": "failed"},
        )
        for days, row in enumerate(rows):
            visited = NOON - timedelta(days=days)
            add_url(connection, f"https://a.example/{days}", fetched_at=visited, **row)
        add_url(connection, "https://a.example/sitemap.xml", found_by="sitemap_file", state="refused")
        add_url(connection, "https://b.example/", connector="wiki", found_by="sitemap")
        seen = take_survey(connection, connector_id(connection, "intranet"), NOON)
        assert latest_surveys(connection) == {"intranet": seen}
    assert seen == Survey(NOON, 4, 3, NOON - timedelta(days=2), NOON - timedelta(days=1))


def test_of_a_connector_without_documents_nothing_was_visited(catalog: Catalog) -> None:
    with catalog.write() as connection:
        seen = take_survey(connection, connector_id(connection, "intranet"), NOON)
        assert latest_surveys(connection) == {"intranet": seen}
    assert seen == Survey(NOON, 0, 0, None, None)
