"""The browser and a page of the made-up company's service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.search_api.conftest import Running
from tests.search_api.page.visiting import ARGUMENTS, SHELL, visiting


@pytest.fixture(scope="module")  # not longer: while it lives its event loop runs, and no asyncio test can
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    with visiting(browser, running) as opened:
        yield opened
