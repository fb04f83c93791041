"""A service over a small library whose tuning files and resources may be changed while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

import search_api.service
from catalog.api_keys import Scope, create_key
from indexer.retrieval.tuning import LiveRankingTuning
from search_api.identity.identify import Identifier
from search_api.tuning.live import LiveSearchTuning
from settings.load import load_settings
from tests.indexer.retrieval.library import Library
from tests.search_api.library_service import backend_of
from tests.search_api.serving import serving

CONFIGURATION = """
version: 1
store: {{database: "sqlite:///{folder}/catalog.db", directory: "{folder}"}}
search:
  synonyms: synonyms.txt
  featured: featured.yaml
  faq: faq.csv
  boosts: []
fields:
  department: {{type: string, facet: true}}
connectors:
  - {{name: handbook, seeds: ["https://i.example/"], access: public}}
"""
VPN = "https://i.example/vpn"
BOARD = "https://i.example/board"


@dataclass(frozen=True)
class Tuned:
    """The running service, the folder of its files, and three callers."""

    folder: Path
    anyone: httpx2.Client
    board: httpx2.Client
    operator: httpx2.Client

    def search(self, query: str, client: httpx2.Client | None = None, **more: Any) -> Any:
        answer = (client or self.anyone).post("/v1/search", json={"query": query, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def write(self, name: str, text: str) -> None:
        """Replace a file, as editors do."""
        (self.folder / f"{name}.new").write_text(text)
        (self.folder / f"{name}.new").replace(self.folder / name)

    def put(self, kind: str, content: str) -> httpx2.Response:
        return self.operator.put(f"/v1/tuning/{kind}", json={"content": content})

    def state(self, kind: str) -> Any:
        return next(each for each in self.operator.get("/v1/tuning").json()["kinds"] if each["kind"] == kind)

    def wait_for(self, condition: Callable[[], object]) -> None:
        """Until the service has taken up what was changed."""
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "it was not taken up"
            time.sleep(0.02)


@pytest.fixture
def tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tuned]:
    monkeypatch.setattr(search_api.service, "REFRESH_SECONDS", 0.02)
    config = tmp_path / "connectors.yaml"
    config.write_text(CONFIGURATION.format(folder=tmp_path))
    (tmp_path / "synonyms.txt").write_text("")
    (tmp_path / "featured.yaml").write_text("")
    (tmp_path / "faq.csv").write_text("")
    settings = load_settings(config)
    library = Library(tmp_path)
    library.add(VPN, "Connect by the tunnel before noon.", title="The tunnel", fields={"department": "IT"})
    library.add("https://i.example/lunch", "Lunch is served at noon.", title="Lunch")
    library.add(BOARD, "The tunnel of the board.", title="Board", allow=("group:board",))
    with library.catalog.write() as connection:
        keys = [
            create_key(connection, "board", ["board"], [Scope.SEARCH]),
            create_key(connection, "operator", [], [Scope.SEARCH, Scope.ADMIN]),
        ]
    ranking = LiveRankingTuning(settings, library.catalog)
    backend = backend_of(library, ranking)
    retriever = library.retriever(tuning=ranking)
    tuning = LiveSearchTuning(settings, library.catalog, ranking, retriever.embedded)
    backend = replace(backend, tuning=tuning)
    with serving(lambda: backend, identifier=Identifier(), settings=settings) as address:
        clients = [
            httpx2.Client(base_url=address, trust_env=False, headers=headers)
            for headers in ({}, *({"authorization": f"Bearer {key}"} for key in keys))
        ]
        yield Tuned(tmp_path, *clients)
        for client in clients:
            client.close()
    library.close()
