"""A fresh catalog for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.access import intern
from catalog.database import Catalog
from settings.configuration import Settings
from tests.indexer.pipeline.support import make_settings, open_from


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def catalog(settings: Settings) -> Iterator[Catalog]:
    catalog = open_from(settings)
    yield catalog
    catalog.close()


@pytest.fixture
def staff(catalog: Catalog) -> int:
    """The access id of a list that only `group:staff` is on."""
    with catalog.write() as connection:
        return intern(connection, ["group:staff"], [])
