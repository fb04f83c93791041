"""Who has a run: the living keep it whatever the clocks say, the dead lose it, and a loser writes nothing."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.holder import Holder
from catalog.lease import LEASE, RunHeld, RunLost, clock, hold_run
from catalog.runs import Run, begin_run, finish_run, read_run
from catalog.tables import runs, urls
from catalog.visit import Visit
from catalog.vocabulary import RunMode, RunState
from catalog.writer import RunContext, Writer
from tests.catalog.rows import NOON
from tests.catalog.visiting import met

ELSEWHERE = Holder("crawler-2.example", 77, "bbbb", 1_795_656_600, 1234)


def begin(catalog: Catalog, holder: Holder | None = None, now: datetime | None = None) -> Run:
    with catalog.write() as connection:
        number = connector_id(connection, "intranet")
        return begin_run(connection, number, RunMode.FULL, "s1", holder=holder, now=now)


def take_over(catalog: Catalog, run: Run, holder: Holder | None) -> None:
    """As another process does that finds the lease over."""
    with catalog.write() as connection:
        connection.execute(
            update(runs).where(runs.c.id == run.id).values(holder=None if holder is None else str(holder))
        )


@pytest.mark.parametrize(
    "holder",
    [
        Holder("crawler-1.example", 77, "aaaa"),
        Holder("crawler-1.example", 77, "aaaa", 1_795_656_600, 99),
        Holder("crawler-1.example", 77, "aaaa", 1_795_656_600, None),
    ],
)
def test_a_holder_is_read_as_it_was_written(holder: Holder) -> None:
    assert Holder.parse(str(holder)) == holder


def test_the_longest_holder_fits_its_column() -> None:
    longest = Holder("h" * 64, 2**22, "a" * 8, 2**33, 2**50)
    assert len(str(longest)) <= 128
    assert Holder.parse(str(longest)) == longest


def test_who_holds_a_run_is_said_with_host_process_and_since_when(catalog: Catalog) -> None:
    run = begin(catalog, ELSEWHERE, NOON)
    with pytest.raises(RunHeld) as raised:
        begin(catalog, now=NOON + LEASE / 2)
    assert str(raised.value) == (
        "connector 'intranet' is being crawled by process 77 on crawler-2.example since "
        f"2026-11-26 01:30:00 UTC (run {run.id}): wait for it or stop it; if that host is gone, the run is "
        "free at 12:01:30 UTC"
    )


@pytest.mark.parametrize("jump", [timedelta(hours=5), -timedelta(hours=5)])
def test_a_living_process_of_this_host_keeps_its_run_wherever_the_clock_jumps(
    catalog: Catalog, jump: timedelta
) -> None:
    me = Holder.of_this_process()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as living:
        ticks = int(Path(f"/proc/{living.pid}/stat").read_text().rpartition(")")[2].split()[19])
        begin(catalog, Holder(me.host, living.pid, "cccc", me.since, ticks), NOON)
        with pytest.raises(RunHeld, match=f"process {living.pid} on .* since .*wait for it or stop it$"):
            begin(catalog, now=NOON + jump)
        living.communicate(b"\n")


def test_a_process_that_has_the_number_of_a_dead_one_does_not_hold_its_run(catalog: Catalog) -> None:
    """After a power failure numbers are given again."""
    me = Holder.of_this_process()
    begin(catalog, Holder(me.host, os.getppid(), "cccc", me.since, 1), NOON)
    assert begin(catalog, now=NOON).resumed


def test_a_dead_process_of_this_host_loses_its_run_though_the_clock_was_set_back(catalog: Catalog) -> None:
    me = Holder.of_this_process()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    begin(catalog, replace(me, pid=ended.pid, token="cccc", ticks=5), NOON)
    assert begin(catalog, now=NOON - timedelta(hours=5)).resumed


def test_another_hosts_run_is_free_when_its_lease_is_over(catalog: Catalog) -> None:
    run = begin(catalog, ELSEWHERE, NOON)
    with pytest.raises(RunHeld):
        begin(catalog, now=NOON + LEASE - timedelta(seconds=1))
    assert begin(catalog, now=NOON + LEASE).id == run.id


def test_leases_of_a_shared_database_run_by_its_clock(catalog: Catalog) -> None:
    with catalog.read() as connection:
        said = clock(connection)
        assert said.utcoffset() == timedelta(0)
        if connection.dialect.name == "postgresql":
            assert connection.execute(text("SELECT clock_timestamp() >= :said"), {"said": said}).scalar()
    assert abs(said - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_process_that_lost_its_run_is_told_who_has_it(catalog: Catalog) -> None:
    run = begin(catalog)
    take_over(catalog, run, ELSEWHERE)
    with (
        pytest.raises(RunLost, match=r"taken over by process 77 on crawler-2\.example since 2026"),
        catalog.write() as connection,
    ):
        hold_run(connection, run.id)


def test_what_a_process_writes_after_it_lost_its_run_is_undone(catalog: Catalog) -> None:
    run = begin(catalog)
    failures: queue.SimpleQueue[Exception] = queue.SimpleQueue()
    written: queue.SimpleQueue[object] = queue.SimpleQueue()
    writer = Writer(catalog, None, on_commit=written.put, on_failure=failures.put)
    context = RunContext(1, run.id)
    writer.put(context, Visit(discoveries=[met("/first")]))
    written.get(timeout=30)
    take_over(catalog, run, ELSEWHERE)
    writer.put(context, Visit(discoveries=[met("/second")]))
    failure = failures.get(timeout=30)
    writer.close()
    assert isinstance(failure, RunLost)
    assert "writes nothing more" in str(failure)
    with catalog.read() as connection:
        assert connection.scalars(select(urls.c.url)).all() == ["https://a.example/first"]
        taken = read_run(connection, run.id)
    assert taken is not None
    assert taken.counts["found"] == 1


def test_a_run_that_is_over_is_nobodys(catalog: Catalog) -> None:
    run = begin(catalog)
    with catalog.write() as connection:
        finish_run(connection, run.id, RunState.SUCCEEDED, counts={}, seconds=1.0)
    with (
        pytest.raises(RunLost, match=f"run {run.id} of connector 'intranet' is not its any more"),
        catalog.write() as connection,
    ):
        hold_run(connection, run.id)


def test_another_connectors_run_is_no_obstacle(opened: Callable[[], Catalog]) -> None:
    begin(opened(), ELSEWHERE)
    with opened().write() as connection:
        assert begin_run(connection, connector_id(connection, "wiki"), RunMode.FULL, "s1").holder == str(
            Holder.of_this_process()
        )
