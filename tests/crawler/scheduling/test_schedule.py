"""`crawler schedule` as a process: runs what is due or asked for, stops cleanly, goes on after a restart."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from catalog.commands import CommandState
from catalog.connectors import connector_id
from catalog.runs import recent_runs
from catalog.scheduler import living_scheduler
from catalog.tables import connectors
from tests.support.changing_site import Answer, ChangingSite, page, serve_site
from tests.support.clock import FAKETIME, shown_by
from tests.support.scheduling import PATIENCE_SECONDS, answer, ask, catalog_of, scheduling
from tests.support.syncing import configure

SELDOM = "0 0 29 2 *"
"""A schedule that is not due while a test runs."""


@pytest.fixture
def site() -> Iterator[ChangingSite]:
    with serve_site({"/": page("Home", "/about"), "/about": page("About")}) as served:
        yield served


@pytest.fixture
def slow_site() -> Iterator[ChangingSite]:
    """A home page and forty pages of which each takes its time."""
    paths = [f"/page{number}" for number in range(40)]
    pages: dict[str, Any] = {"/": page("Home", *paths)}
    for path in paths:
        pages[path] = Answer(page(path, text=f"What {path} says, and only {path}. " * 6).body, delay=0.5)
    with serve_site(pages) as served:
        yield served


def connector(site: ChangingSite, name: str = "wiki", **changes: Any) -> Mapping[str, Any]:
    sync = {"schedule": SELDOM} | changes.pop("sync", {})
    return {"name": name, "seeds": [site.url()], "access": "public", "sync": sync, **changes}


def slowly(site: ChangingSite) -> Mapping[str, Any]:
    return connector(site, politeness={"requests_per_minute": "unlimited", "concurrency": 2})


def let_a_time_be_missed(config: Path, name: str = "wiki") -> None:
    """As if the connector had been seen first five years ago, and the machine been off since."""
    with catalog_of(config) as catalog, catalog.write() as connection:
        number = connector_id(connection, name)
        long_ago = datetime.now(UTC) - timedelta(days=5 * 366)
        connection.execute(update(connectors).where(connectors.c.id == number).values(created_at=long_ago))


def states(config: Path) -> list[str]:
    """The states of all runs, the newest first."""
    with catalog_of(config) as catalog, catalog.read() as connection:
        return [run.state for run in recent_runs(connection)]


def wait_for_requests(site: ChangingSite, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(site.log) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_missed_time_runs_once_and_what_is_asked_for_is_done(tmp_path: Path, site: ChangingSite) -> None:
    config = configure(tmp_path, connector(site), connector(site, "portal", sync={"schedule": None}))
    let_a_time_be_missed(config)
    with scheduling(config) as running:
        began = running.wait_for("began", "wiki")
        assert began["cause"] == "missed"
        ended = running.wait_for("ended", "wiki")
        assert (ended["run"]["state"], ended["run"]["added"]) == ("succeeded", 2)
        assert ended["text"].startswith("run 1 succeeded: 2 added, 0 changed, 0 unchanged, 0 deleted")

        with catalog_of(config) as catalog, catalog.read() as connection:
            holder = living_scheduler(connection)
        assert holder is not None
        assert holder.pid == running.process.pid

        done = answer(config, ask(config, "sync", connector="portal", mode="forced"))
        assert done.state is CommandState.DONE
        assert done.result is not None
        assert (done.result["run"]["mode"], done.result["run"]["added"]) == ("forced", 2)

        for arguments, fault in (
            ({"connector": "nothing"}, "there is no such connector"),
            ({"connector": "wiki", "mode": "sideways"}, "there is no mode 'sideways'"),
        ):
            refused = answer(config, ask(config, "sync", **arguments))
            assert (refused.state, refused.result) == (CommandState.FAILED, {"error": fault})
        assert running.end() == 0
        began_of = [event["connector"] for event in running.events if event["event"] == "began"]
        assert began_of == ["wiki", "portal"]
        assert any(line.endswith("wiki: sync began, its time was missed") for line in running.said)
    with catalog_of(config) as catalog, catalog.read() as connection:
        assert living_scheduler(connection) is None


def test_sigterm_stops_the_sync_cleanly_and_the_next_start_continues_it(
    tmp_path: Path, slow_site: ChangingSite
) -> None:
    config = configure(tmp_path, slowly(slow_site))
    let_a_time_be_missed(config)
    with scheduling(config) as running:
        running.wait_for("began", "wiki")
        wait_for_requests(slow_site, 6)
        assert running.end() == 0
        assert running.events[-1]["event"] == "stopped"
        (ended,) = [event for event in running.events if event["event"] == "ended"]
        assert ended["run"]["state"] == "stopped"
    assert states(config) == ["stopped"]

    with scheduling(config) as running:
        assert running.wait_for("began", "wiki")["cause"] == "continued"
        ended = running.wait_for("ended", "wiki")
        running.end()
    assert (ended["run"]["run"], ended["run"]["state"], ended["run"]["added"]) == (1, "succeeded", 41)
    assert max(len(slow_site.asked(path)) for path in slow_site.pages) == 1


def test_when_the_scheduler_is_killed_its_sync_stops_and_the_next_start_continues_it(
    tmp_path: Path, slow_site: ChangingSite
) -> None:
    config = configure(tmp_path, slowly(slow_site))
    let_a_time_be_missed(config)
    with scheduling(config) as running:
        running.wait_for("began", "wiki")
        wait_for_requests(slow_site, 4)
        running.end(signal.SIGKILL)
    with scheduling(config) as running:
        assert running.wait_for("began", "wiki")["cause"] == "continued"
        ended = running.wait_for("ended", "wiki")
        running.end()
    assert (ended["run"]["run"], ended["run"]["state"], ended["run"]["added"]) == (1, "succeeded", 41)


def test_a_sync_can_be_stopped_as_asked_for(tmp_path: Path, slow_site: ChangingSite) -> None:
    config = configure(tmp_path, slowly(slow_site))
    with scheduling(config) as running:
        running.wait_for("scheduled", "wiki")
        asked = ask(config, "sync", connector="wiki")
        running.wait_for("began", "wiki")
        wait_for_requests(slow_site, 3)
        again = answer(config, ask(config, "sync", connector="wiki"))
        assert again.result == {"error": "its sync is under way already"}
        stopped = answer(config, ask(config, "stop", connector="wiki"))
        assert stopped.state is CommandState.DONE
        assert answer(config, asked).result == stopped.result
        assert stopped.result is not None
        assert stopped.result["run"]["state"] == "stopped"
        nothing = answer(config, ask(config, "stop", connector="wiki"))
        assert nothing.result == {"error": "no sync of it is under way here"}
        assert running.process.poll() is None
        running.end(signal.SIGINT)


def test_an_edited_configuration_is_taken_up(tmp_path: Path, site: ChangingSite) -> None:
    store = {"database": f"sqlite:///{tmp_path}/data/catalog.db", "directory": str(tmp_path / "data")}
    config = configure(tmp_path, connector(site), store=store)
    with scheduling(config) as running:
        running.wait_for("scheduled", "wiki")
        config.write_text("version: 1\nconnectors: [", encoding="utf-8")
        assert "is not taken up" in running.wait_for("configuration")["text"]
        same_catalog = configure(tmp_path / "same", connector(site), store=store)
        assert answer(same_catalog, ask(same_catalog, "sync", connector="wiki")).state is CommandState.DONE
        configure(tmp_path, connector(site), connector(site, "new"), store=store)
        assert running.wait_for("configuration")["text"] == "the edited configuration is taken up"
        assert answer(config, ask(config, "sync", connector="new")).state is CommandState.DONE
        running.end()


def test_a_second_scheduler_is_refused(tmp_path: Path, site: ChangingSite) -> None:
    config = configure(tmp_path, connector(site))
    with scheduling(config) as first:
        first.wait_for("scheduled", "wiki")
        with scheduling(config, anew=True) as second:
            assert second.wait() == 1
            assert f"`crawler schedule` already runs: process {first.process.pid}" in second.said[-1]
        first.end()


def distance(moment: str) -> str:
    """How far a moment is from now, as libfaketime wants it."""
    return f"{(datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds():+.0f}"


@pytest.mark.skipif(FAKETIME is None, reason="the Debian package faketime is missing")
def test_a_sync_runs_at_its_time(tmp_path: Path, site: ChangingSite) -> None:
    """The clock of the processes shows one in the morning, then a moment before half past two (UTC+1)."""
    config = configure(
        tmp_path, connector(site, sync={"schedule": "30 2 * * *", "timezone": "Europe/Berlin"})
    )
    clock = tmp_path / "clock"
    clock.write_text(distance("2026-12-03T01:00:00Z"))
    with scheduling(config, shown_by(clock)) as running:
        assert running.wait_for("scheduled", "wiki")["text"] == "runs next 2026-12-03 02:30 CET"
        clock.write_text(distance("2026-12-03T01:29:58Z"))
        began = running.wait_for("began", "wiki")
        assert began["cause"] == "schedule"
        assert str(began["time"]).startswith("2026-12-03T01:30:")
        assert running.wait_for("ended", "wiki")["run"]["state"] == "succeeded"
        assert running.end() == 0
