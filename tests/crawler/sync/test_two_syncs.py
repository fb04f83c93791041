"""Two syncs at once: of one connector the second says who holds it; different connectors go side by side, and
take turns where they crawl one host."""

from __future__ import annotations

import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog.database import open_catalog
from catalog.tables import host_turns
from settings.load import load_settings
from tests.catalog.conftest import PostgreSQLServer, postgresql  # noqa: F401 - a fixture
from tests.support.changing_site import Answer, ChangingSite, Declared, page, serve_site
from tests.support.syncing import configure, finish, kept, start, sync

PAGES = 20

INTERVAL, MARGIN = 0.3, 0.15
"""Seconds: what the stricter of two connectors wishes between two requests, and what threads of a busy
machine may take from it until the server looks at its clock. Two syncs that knew nothing of each other would
not keep even the half of it."""


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


@dataclass(frozen=True, slots=True)
class Clocked:
    """A site with a start page and pages for each of some connectors; it notes when it was asked."""

    gate: Gate = field(default_factory=Gate)
    moments: list[float] = field(default_factory=list)

    def page(self, title: str, *links: str) -> Callable[[Mapping[str, str]], Answer]:
        def answered(headers: Mapping[str, str]) -> Answer:
            self.moments.append(time.monotonic())
            if title == "gated":
                self.gate(headers)
            return page(title, *links)

        return answered

    def site(self, pages: int) -> dict[str, Declared]:
        found: dict[str, Declared] = {"/robots.txt": self.page("nothing"), "/gated": self.page("gated")}
        for name in ("north", "south"):
            paths = [f"/{name}/{number}" for number in range(pages)]
            found[f"/{name}"] = self.page(f"Start of {name}", *paths)
            found |= {path: self.page(path) for path in paths}
        return found

    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(sorted(self.moments))]


def on_one_host(folder: Path, database: str, site: ChangingSite) -> Path:
    """`north` begins at the gate; `south` may ask twice as often."""
    seeds = {"north": [site.url("/gated"), site.url("/north")], "south": [site.url("/south")]}
    wishes = {"north": 60 / INTERVAL, "south": 120 / INTERVAL}
    connectors = [
        {
            "name": name,
            "seeds": seeds[name],
            "politeness": {"requests_per_minute": round(wishes[name]), "concurrency": 1},
        }
        for name in seeds
    ]
    return configure(folder, *connectors, store={"database": database, "directory": "data"})


def wait_until_wanted(config: Path) -> None:
    """Return when a sync waits for its turn at a host that another asks."""
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        for _ in range(600):
            with catalog.read() as connection:
                if any(connection.scalars(select(host_turns.c.wanted_by))):
                    return
            time.sleep(0.1)
    finally:
        catalog.close()
    pytest.fail("nobody waited for a turn")


def test_two_syncs_on_one_host_are_together_as_gentle_as_the_stricter(database: str, tmp_path: Path) -> None:
    clocked = Clocked()
    with serve_site(clocked.site(pages=8)) as site:
        config = on_one_host(tmp_path, database, site)
        north = start(config, "north")
        assert clocked.gate.reached.wait(60)
        south = start(config, "south")
        wait_until_wanted(config)
        clocked.gate.opened.set()
        ended = [finish(north), finish(south)]
        host = site.url("").removeprefix("http://")

    assert [each.code for each in ended] == [0, 0], [each.said for each in ended]
    assert [each.run["added"] for each in ended] == [10, 9]
    assert min(clocked.gaps()) >= INTERVAL - MARGIN
    asked = [each.path for each in site.log]
    first, last = asked.index("/south"), max(index for index, path in enumerate(asked) if "north" in path)
    assert first < last, "the one does not wait for the end of the other"
    sentence = f"{host} is being crawled by process {north.pid} on {socket.gethostname()} since"
    assert ended[1].said.count(sentence) == 1, ended[1].said
    assert "too: both take turns there, at the pace of the stricter" in ended[1].said


def test_a_sync_that_is_killed_leaves_its_hosts_to_the_one_that_waits(database: str, tmp_path: Path) -> None:
    clocked = Clocked()
    with serve_site(clocked.site(pages=2)) as site:
        config = on_one_host(tmp_path, database, site)
        north = start(config, "north")
        assert clocked.gate.reached.wait(60)
        south = start(config, "south")
        wait_until_wanted(config)
        assert not [each for each in site.log if "south" in each.path]
        north.send_signal(signal.SIGKILL)
        north.communicate()
        ended = finish(south)
        clocked.gate.opened.set()
    assert (ended.code, ended.run["added"]) == (0, 3), ended.said
    assert min(clocked.gaps()) >= INTERVAL / 2 - MARGIN / 2
