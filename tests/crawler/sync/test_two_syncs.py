"""Two syncs at once: of one connector the second says who holds it; different connectors go side by side."""

from __future__ import annotations

import re
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.catalog.conftest import PostgreSQLServer, postgresql  # noqa: F401 - a fixture
from tests.support.changing_site import Answer, ChangingSite, Declared, page, serve_site
from tests.support.syncing import configure, finish, kept, start, sync

PAGES = 20


@dataclass(frozen=True, slots=True)
class Gate:
    """The start page: it answers when the test says so."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _headers: Mapping[str, str]) -> Answer:
        self.reached.set()
        assert self.opened.wait(60)
        return page("Start", *(f"/{number}" for number in range(PAGES)))

    def site(self) -> dict[str, Declared]:
        return {"/": self, **{f"/{number}": page(f"Page {number}") for number in range(PAGES)}}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new catalog database."""
    if request.param == "sqlite":
        yield "sqlite:///data/catalog.db"
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    url = server.new_database()
    yield url
    server.drop(url)


def configured(folder: Path, database: str, **sites: ChangingSite) -> Path:
    connectors = [{"name": name, "seeds": [site.url()]} for name, site in sites.items()]
    return configure(folder, *connectors, store={"database": database, "directory": "data"})


def test_the_second_sync_of_a_connector_says_who_holds_it_and_a_dead_holder_is_replaced_at_once(
    database: str, tmp_path: Path
) -> None:
    gate = Gate()
    with serve_site(gate.site()) as site:
        config = configured(tmp_path, database, library=site)
        process = start(config)
        assert gate.reached.wait(60)
        second = sync(config)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        gate.opened.set()
        third = sync(config)

    assert (second.code, second.runs) == (1, {})
    here = re.escape(socket.gethostname())
    assert re.search(
        rf"connector 'library' is being crawled by process {process.pid} on {here} "
        r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(run 1\): wait for it or stop it",
        second.said,
    )
    assert (third.code, third.run["run"], third.run["documents"]) == (0, 1, PAGES + 1)
    assert "continuing run 1" in third.said


def test_syncs_of_different_connectors_go_side_by_side(database: str, tmp_path: Path) -> None:
    gates = {"north": Gate(), "south": Gate()}
    with ExitStack() as sites:
        served = {name: sites.enter_context(serve_site(gate.site())) for name, gate in gates.items()}
        config = configured(tmp_path, database, **served)
        processes = {name: start(config, name) for name in gates}
        for gate in gates.values():
            assert gate.reached.wait(60)  # both are under way at a time
        for gate in gates.values():
            gate.opened.set()
        ended = {name: finish(process) for name, process in processes.items()}
    assert [each.code for each in ended.values()] == [0, 0]
    assert [each.run["added"] for each in ended.values()] == [PAGES + 1] * 2
    assert len(kept(config).documents) == 2 * (PAGES + 1)
