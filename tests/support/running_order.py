"""Which test modules begin first: the longest, so that no worker is left alone with one at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parents[1]

LONGEST: Final = (
    "examples/test_sync_of_the_intranet.py",
    "crawler/scheduling/test_schedule.py",
    "crawler/sync/test_trouble.py",
    "crawler/rendering/test_routed_sites.py",
    "crawler/sync/test_killed.py",
    "crawler/sync/test_rendered_pages.py",
    "crawler/rendering/test_walking.py",
    "crawler/sync/test_clock_jumps.py",
    "crawler/sync/test_changes.py",
    "crawler/commands/test_forget.py",
    "crawler/sync/test_verdict_properties.py",
    "crawler/sync/test_chaos.py",
    "crawler/sync/test_two_syncs.py",
    "crawler/commands/test_plan.py",
    "crawler/sync/test_retained.py",
    "search_api/page/test_search_page.py",
    "search_api/test_real_index.py",
    "crawler/sync/test_changed_rules.py",
    "crawler/sync/test_sessions.py",
    "crawler/sync/test_bad_pages.py",
    "indexer/embedding/test_local.py",
    "indexer/commands/test_commands.py",
    "catalog/test_deletion.py",
    "crawler/browser/test_page_login.py",
    "crawler/browser/test_tricky_logins.py",
    "crawler/browser/test_chromium.py",
    "crawler/auth/test_saml_providers.py",
    "catalog/test_ledger.py",
    "catalog/test_writer.py",
    "crawler/sync/test_parser_pool.py",
    "crawler/commands/test_sync.py",
    "indexer/pipeline/test_killed.py",
)
"""Measured; the longest first."""

_PLACES: Final = {TESTS / name: place for place, name in enumerate(LONGEST)}


def place(path: Path) -> int:
    """The place of a test module: the lower, the earlier."""
    return _PLACES.get(path, len(_PLACES))
