"""The running service over the made-up company, and the browser that looks at its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.search_api.company import Company, company
from tests.search_api.page.visiting import ARGUMENTS, SHELL
from tests.search_api.serving import serving


@dataclass(frozen=True)
class Running:
    """A service that runs, and what it answers from."""

    address: str
    company: Company
    client: httpx2.Client

    def get(self, path: str, **parameters: Any) -> httpx2.Response:
        return self.client.get(path, params=parameters or None)

    def post(self, path: str, body: object) -> httpx2.Response:
        headers = {"content-type": "application/json"}
        return self.client.post(path, content=json.dumps(body), headers=headers)


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    made_up = company()
    with serving(made_up.backend) as address, httpx2.Client(base_url=address, trust_env=False) as client:
        yield Running(address, made_up, client)


@pytest.fixture(scope="module")  # not longer: while it lives its event loop runs, and no asyncio test can
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
        yield chromium
        chromium.close()
