"""Runs: one at a time for each connector, continued after a crash or a stop, never shared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.holder import Holder
from catalog.lease import LEASE, RunHeld, renew_lease
from catalog.runs import (
    Run,
    begin_run,
    finish_run,
    latest_runs,
    prune_runs,
    read_run,
    recent_runs,
    save_counts,
)
from catalog.tables import connectors
from catalog.vocabulary import Limit, RunMode, RunState
from tests.catalog.rows import NOON

ELSEWHERE = Holder("crawler-1.example", 77, "aaaa")
ELSEWHERE_TOO = Holder("crawler-2.example", 77, "bbbb")


def begin(catalog: Catalog, connector: str = "intranet", **changes: Any) -> Run:
    asked: dict[str, Any] = {
        "mode": RunMode.FULL,
        "settings_hash": "s1",
        "holder": ELSEWHERE,
        "now": NOON,
    } | changes
    mode, settings_hash = asked.pop("mode"), asked.pop("settings_hash")
    with catalog.write() as connection:
        return begin_run(connection, connector_id(connection, connector), mode, settings_hash, **asked)


def finish(catalog: Catalog, run: Run, state: RunState = RunState.SUCCEEDED, **changes: Any) -> None:
    ended: dict[str, Any] = {"counts": {}, "seconds": 1.0} | changes
    with catalog.write() as connection:
        finish_run(connection, run.id, state, **ended)


def reread(catalog: Catalog, run: Run) -> Run:
    with catalog.read() as connection:
        found = read_run(connection, run.id)
    assert found is not None
    return found


def test_a_first_run_is_new_and_running(catalog: Catalog) -> None:
    run = begin(catalog)
    assert (run.connector, run.mode, run.state, run.resumed) == (
        "intranet",
        RunMode.FULL,
        RunState.RUNNING,
        False,
    )
    assert (run.started_at, run.counts, run.holder) == (NOON, {}, "crawler-1.example:77:aaaa")


def test_a_living_holder_keeps_everyone_else_out(catalog: Catalog) -> None:
    run = begin(catalog)
    with pytest.raises(RunHeld) as raised:
        begin(catalog, holder=ELSEWHERE_TOO, now=NOON + LEASE / 2)
    assert raised.value.holder == ELSEWHERE
    assert raised.value.run_id == run.id
    assert str(raised.value) == (
        f"connector 'intranet' is being crawled by process 77 on crawler-1.example (run {run.id}): wait for "
        "it or stop it; if that host is gone, the run is free at 12:01:30 UTC"
    )
    assert begin(catalog, "wiki", holder=ELSEWHERE_TOO).id != run.id


def test_a_run_whose_lease_expired_is_continued_with_what_it_counted(catalog: Catalog) -> None:
    run = begin(catalog)
    with catalog.write() as connection:
        save_counts(connection, run.id, {"fetched": 12}, 3.5)
    again = begin(catalog, holder=ELSEWHERE_TOO, now=NOON + LEASE)
    assert (again.id, again.resumed, again.state) == (run.id, True, RunState.RUNNING)
    assert (again.counts, again.seconds, again.holder) == ({"fetched": 12}, 3.5, str(ELSEWHERE_TOO))


def test_a_renewed_lease_lasts(catalog: Catalog) -> None:
    run = begin(catalog)
    with catalog.write() as connection:
        assert renew_lease(connection, run.id, holder=ELSEWHERE, now=NOON + LEASE / 2)
    with pytest.raises(RunHeld):
        begin(catalog, holder=ELSEWHERE_TOO, now=NOON + LEASE)


def test_a_process_that_lost_its_run_learns_it_at_the_next_renewal(catalog: Catalog) -> None:
    run = begin(catalog)
    begin(catalog, holder=ELSEWHERE_TOO, now=NOON + LEASE)
    with catalog.write() as connection:
        assert not renew_lease(connection, run.id, holder=ELSEWHERE)
        assert renew_lease(connection, run.id, holder=ELSEWHERE_TOO)


def test_a_dead_process_of_this_host_is_noticed_before_its_lease_expires(catalog: Catalog) -> None:
    me = Holder.of_this_process()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    run = begin(catalog, holder=Holder(me.host, ended.pid, "cccc"))
    assert begin(catalog, holder=me).id == run.id


def test_a_living_process_of_this_host_is_not_robbed(catalog: Catalog) -> None:
    me = Holder.of_this_process()
    begin(catalog, holder=Holder(me.host, os.getppid(), "cccc"))
    with pytest.raises(RunHeld):
        begin(catalog, holder=me)


def test_a_restarted_container_continues_though_its_process_has_the_old_number(catalog: Catalog) -> None:
    me = Holder.of_this_process()
    run = begin(catalog, holder=Holder(me.host, me.pid, "dddd"))
    assert begin(catalog, holder=me).id == run.id
    with pytest.raises(RunHeld):
        begin(catalog, holder=me)


def test_a_stopped_run_is_continued_too(catalog: Catalog) -> None:
    run = begin(catalog)
    finish(catalog, run, RunState.STOPPED, counts={"fetched": 3}, seconds=2.0)
    again = begin(catalog)
    assert (again.id, again.resumed, again.counts) == (run.id, True, {"fetched": 3})
    assert again.finished_at is None


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.INCOMPLETE, RunState.FAILED])
def test_a_run_that_ended_is_followed_by_a_new_one(catalog: Catalog, state: RunState) -> None:
    run = begin(catalog)
    finish(catalog, run, state)
    assert begin(catalog).id > run.id


@pytest.mark.parametrize("change", [{"mode": RunMode.FORCED}, {"settings_hash": "s2"}])
def test_another_mode_or_other_settings_close_the_old_run_and_begin_anew(
    catalog: Catalog, change: dict[str, Any]
) -> None:
    old = begin(catalog)
    new = begin(catalog, now=NOON + timedelta(hours=1), **change)
    assert (new.id > old.id, new.resumed) == (True, False)
    closed = reread(catalog, old)
    assert (closed.state, closed.holder, closed.finished_at) == (RunState.STOPPED, None, NOON + LEASE)
    assert closed.error == "its process ended, and the next run has another mode or other settings"
    # The closed one is not the latest any more, so that it stays closed.
    finish(catalog, new)
    assert begin(catalog).id > new.id


def test_a_finished_run_says_how_it_ended(catalog: Catalog) -> None:
    run = begin(catalog)
    finish(
        catalog,
        run,
        RunState.INCOMPLETE,
        limit=Limit.PAGES,
        counts={"added": 4, "refused": {"nofollow": 2}},
        seconds=9.5,
        error="why",
        now=NOON + timedelta(seconds=10),
    )
    ended = reread(catalog, run)
    assert (ended.state, ended.limit, ended.error) == (RunState.INCOMPLETE, Limit.PAGES, "why")
    assert (ended.counts, ended.seconds) == ({"added": 4, "refused": {"nofollow": 2}}, 9.5)
    assert (ended.finished_at, ended.holder) == (NOON + timedelta(seconds=10), None)
    with catalog.write() as connection:
        assert not renew_lease(connection, run.id, holder=ELSEWHERE)


@pytest.fixture
def history(catalog: Catalog) -> list[int]:
    """Five finished runs of one connector, then three of another whose last still runs."""
    made = []
    for connector in ["intranet"] * 5 + ["wiki"] * 3:
        run = begin(catalog, connector)
        made.append(run.id)
        if len(made) < 8:
            finish(catalog, run)
    return made


def test_recent_runs_come_newest_first(catalog: Catalog, history: list[int]) -> None:
    with catalog.read() as connection:
        assert [run.id for run in recent_runs(connection, limit=4)] == history[:3:-1]
        assert [run.id for run in recent_runs(connection, "intranet")] == history[4::-1]
        assert {name: run.id for name, run in latest_runs(connection).items()} == {
            "intranet": history[4],
            "wiki": history[7],
        }
        assert read_run(connection, 4711) is None


@pytest.mark.parametrize(("keep", "expected"), [(2, [3, 4, 5, 6, 7]), (1, [4, 6, 7]), (0, [4, 6, 7])])
def test_pruning_keeps_the_newest_finished_runs_of_each_connector_and_the_running_one(
    catalog: Catalog, history: list[int], keep: int, expected: list[int]
) -> None:
    with catalog.write() as connection:
        assert prune_runs(connection, keep) == 8 - len(expected)
        kept = [run.id for run in recent_runs(connection)]
    assert kept == [history[index] for index in reversed(expected)]


def test_pruning_keeps_the_last_that_succeeded_and_one_that_is_to_be_continued(catalog: Catalog) -> None:
    made: list[int] = []
    for state in (
        RunState.SUCCEEDED,
        RunState.SUCCEEDED,
        RunState.FAILED,
        RunState.INCOMPLETE,
        RunState.STOPPED,
    ):
        run = begin(catalog, settings_hash=f"s{len(made)}")
        finish(catalog, run, state)
        made.append(run.id)
    with catalog.write() as connection:
        assert prune_runs(connection, 1) == 3
        assert [run.id for run in recent_runs(connection)] == [made[4], made[1]]
    continued = begin(catalog, settings_hash="s4")
    assert (continued.id, continued.resumed) == (made[4], True)


def test_of_threads_that_begin_at_once_one_wins(catalog: Catalog) -> None:
    start = threading.Barrier(4)
    outcomes: list[str] = []
    with catalog.write() as connection:
        connector_id(connection, "intranet")

    def work(number: int) -> None:
        start.wait()
        try:
            begin(catalog, holder=Holder(f"host-{number}", 1, "x"))
        except RunHeld:
            outcomes.append("held")
        else:
            outcomes.append("begun")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["begun", "held", "held", "held"]


def test_of_processes_that_begin_at_once_one_wins(
    database: str, opened: Callable[[], Catalog], tmp_path: Path
) -> None:
    program = """
import json, sys
from pathlib import Path
from catalog.connectors import connector_id
from catalog.database import open_catalog
from catalog.lease import RunHeld
from catalog.runs import begin_run
from catalog.vocabulary import RunMode
catalog = open_catalog(sys.argv[1], Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
try:
    with catalog.write() as connection:
        run = begin_run(connection, connector_id(connection, "intranet"), RunMode.FULL, "s1")
    print(json.dumps(["begun", run.id]), flush=True)
except RunHeld as held:
    print(json.dumps(["held", held.run_id]), flush=True)
sys.stdin.readline()
"""
    opened()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, database, str(tmp_path / "data")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    def line(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline()

    def release(process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()

    assert [line(process) for process in processes] == ["ready\n"] * 2
    for process in processes:
        release(process)
    outcomes = [json.loads(line(process)) for process in processes]
    for process in processes:
        process.communicate("\n")
    assert sorted(outcome for outcome, _ in outcomes) == ["begun", "held"]
    assert len({run for _, run in outcomes}) == 1
    # Both processes are gone now: the run is free at once.
    catalog = opened()
    with catalog.write() as connection:
        number = connection.execute(select(connectors.c.id)).scalar_one()
        assert begin_run(connection, number, RunMode.FULL, "s1").resumed
