"""A service over a catalog in which a small site was crawled, before anything was indexed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from catalog.api_keys import Scope, create_key
from search_api.backend import Backend, UnavailableError
from search_api.identity.identify import Identifier
from settings.load import load_settings
from tests.search_api.serving import serving
from tests.support.changing_site import ChangingSite, page, serve_site
from tests.support.scheduling import catalog_of
from tests.support.syncing import configure, sync

PATHS = ("/", "/about", "/contact", "/secret", "/lost")


@dataclass(frozen=True)
class Operated:
    """The service, its configuration, the site that was crawled, and two callers: an operator and another."""

    address: str
    config: Path
    site: ChangingSite
    operator: httpx2.Client
    searcher: httpx2.Client

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self.operator.request(method, path, **more)

    def json(self, path: str, **parameters: Any) -> Any:
        answer = self.operator.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()


def nothing_indexed() -> Backend:
    raise UnavailableError("Nothing is indexed yet.")


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    folder = tmp_path_factory.mktemp("operated")
    pages = {
        "/": page("Home", "/about", "/contact", "/secret", "/lost", "/lost?again"),
        "/about": page("About"),
        "/contact": page("Contact"),
    }
    with serve_site(pages) as site:
        rules = {"crawl": {"exclude": ["/secret"]}}
        wiki = {"name": "wiki", "seeds": [site.url()], "access": "public", "filters": rules}
        config = configure(folder, wiki, {**wiki, "name": "portal", "sync": {"schedule": "0 2 * * *"}})
        assert sync(config, "wiki").code == 0
        with catalog_of(config) as catalog, catalog.write() as connection:
            keys = [
                create_key(connection, name, scopes=[scope])
                for name, scope in (("operator", Scope.ADMIN), ("searcher", Scope.SEARCH))
            ]
        identifier = Identifier(is_public_only=True)
        settings = load_settings(config)
        with serving(nothing_indexed, ready=False, identifier=identifier, settings=settings) as address:
            clients = [
                httpx2.Client(base_url=address, trust_env=False, headers={"authorization": f"Bearer {key}"})
                for key in keys
            ]
            yield Operated(address, config, site, *clients)
            for client in clients:
                client.close()
