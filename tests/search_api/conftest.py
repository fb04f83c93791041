"""The running service over the made-up company."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.search_api.company import Company, company
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
