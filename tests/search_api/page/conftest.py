"""A page of the made-up company's service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.search_api.conftest import Running
from tests.search_api.page.visiting import visiting


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    with visiting(browser, running.address) as opened:
        yield opened
