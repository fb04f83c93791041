"""Signing in at `search-api serve`, with its catalog."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx2

from tests.support.identity_provider import CLIENT_ID, CLIENT_SECRET, serving_provider
from tests.support.warm.copies import Copy
from tests.support.warm_crawler import warm_search

CONFIGURATION = """
version: 1
store: {{database: sqlite:///data/catalog.db, directory: data}}
search:
  authentication: {{type: oidc, issuer: '{issuer}', client_id: '{id}', client_secret: '${{env:SECRET}}'}}
connectors:
  - {{name: intranet, seeds: [https://intranet.example.com/], access: public}}
"""


def test_who_signed_in_is_known_until_an_operator_ends_it(tmp_path: Path) -> None:
    file = tmp_path / "connectors.yaml"
    search, secret = warm_search(), {"SECRET": CLIENT_SECRET}
    with serving_provider() as provider, httpx2.Client(trust_env=False, follow_redirects=True) as browser:
        file.write_text(CONFIGURATION.format(issuer=provider.issuer, id=CLIENT_ID))
        service = search.start(["serve", "--port", "0", "--config", str(file)], variables=secret)
        try:
            docs = f"{address_of(service)}/docs"
            assert "Signed in" not in browser.get(docs).text
            signed_in = browser.get(docs.replace("docs", "sign-in?next=/docs"))
            assert (str(signed_in.url), "Signed in as <b><bdi>eva</bdi></b>" in signed_in.text) == (
                docs,
                True,
            )
            ended = search.call("sign-out", "eva", "--json", "--config", str(file), variables=secret)
            assert json.loads(ended.stdout) == {"user": "eva", "ended": 1}
            assert browser.get(docs).status_code == 401
        finally:
            service.kill()
            service.communicate()


def address_of(service: Copy) -> str:
    """Where it listens, once it does."""
    told = b""
    while line := service.stderr.readline():
        told += line
        if found := re.search(rb"Uvicorn running on (http://[\d.:]+)", line):
            return found[1].decode()
    raise AssertionError(told.decode())
