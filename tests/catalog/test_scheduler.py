"""What the catalog knows of a running `crawler schedule`, and what its successor finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from catalog.commands import CommandState, claim_command, finish_command, put_command, read_command
from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.holder import Holder
from catalog.runs import begin_run, finish_run
from catalog.scheduler import (
    NoSchedulerError,
    SchedulerRunning,
    ask_scheduler,
    become_scheduler,
    begin_command,
    commands_wait,
    end_as_scheduler,
    give_sign_of_life,
    last_activity,
    living_scheduler,
    sync_in_hand,
    who_syncs,
)
from catalog.tables import commands
from catalog.vocabulary import RunMode, RunState
from tests.catalog.rows import NOON

ELSEWHERE = Holder("crawler-9.example", 77, "aaaa")


def let_be_elsewhere(catalog: Catalog) -> None:
    """As if the scheduler were on another host."""
    with catalog.write() as connection:
        row = connection.execute(select(commands).where(commands.c.name == "schedule")).one()
        connection.execute(
            update(commands)
            .where(commands.c.id == row.id)
            .values(arguments={**row.arguments, "scheduler": str(ELSEWHERE)})
        )


def test_it_is_known_from_its_start_to_its_end(catalog: Catalog) -> None:
    with catalog.write() as connection:
        assert living_scheduler(connection) is None
        become_scheduler(connection)
        assert living_scheduler(connection) == Holder.of_this_process()
        give_sign_of_life(connection)
        end_as_scheduler(connection)
        assert living_scheduler(connection) is None


def test_a_second_one_is_refused_while_the_first_gives_signs_of_life(catalog: Catalog) -> None:
    with catalog.write() as connection:
        become_scheduler(connection)
    let_be_elsewhere(catalog)
    with pytest.raises(SchedulerRunning, match="already runs: process 77 on crawler-9"), catalog.write() as c:
        become_scheduler(c)
    with pytest.raises(SchedulerRunning), catalog.write() as c:
        give_sign_of_life(c)


def test_one_that_fell_silent_is_replaced(catalog: Catalog) -> None:
    with catalog.write() as connection:
        become_scheduler(connection)
    let_be_elsewhere(catalog)
    with catalog.write() as connection:
        row = connection.execute(select(commands)).one()
        old = {**row.arguments, "seen_at": (NOON - timedelta(days=400)).isoformat()}
        connection.execute(update(commands).values(arguments=old))
        assert living_scheduler(connection) is None
        become_scheduler(connection)
        assert living_scheduler(connection) == Holder.of_this_process()


def test_what_a_killed_scheduler_had_in_hand_waits_for_the_next(catalog: Catalog) -> None:
    with catalog.write() as connection:
        become_scheduler(connection)
        begun = begin_command(connection, {"connector": "wiki", "mode": "full"})
        asked = put_command(connection, "sync", {"connector": "portal"})
        claim_command(connection, ["sync"])
        done = begin_command(connection, {"connector": "files"})
        finish_command(connection, done, {})
        assert not commands_wait(connection, ["sync"])
    with catalog.write() as connection:
        become_scheduler(connection)
        assert commands_wait(connection, ["sync"])
        again = [claim_command(connection, ["sync"]) for _ in range(3)]
    assert [each and each.id for each in again] == [begun, asked, None]


def test_a_clean_end_leaves_what_was_begun_to_the_next(catalog: Catalog) -> None:
    with catalog.write() as connection:
        become_scheduler(connection)
        begun = begin_command(connection, {"connector": "wiki", "mode": "full"})
        end_as_scheduler(connection)
        found = read_command(connection, begun)
    assert found is not None
    assert found.state is CommandState.WAITING


def test_old_commands_are_dropped(catalog: Catalog) -> None:
    with catalog.write() as connection:
        become_scheduler(connection)
        old, new = (begin_command(connection, {"connector": "wiki"}) for _ in range(2))
        for each in (old, new):
            finish_command(connection, each, {})
        connection.execute(
            update(commands).where(commands.c.id == old).values(finished_at=NOON - timedelta(days=400))
        )
        give_sign_of_life(connection)
        assert read_command(connection, old) is None
        assert read_command(connection, new) is not None


def test_a_connector_was_last_active_when_its_run_ended_or_when_it_was_first_seen(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "wiki")
        run = begin_run(connection, number, RunMode.FULL, "s", now=NOON)
        assert last_activity(connection, ["wiki"]) == {"wiki": NOON}
        ended = NOON + timedelta(hours=1)
        finish_run(connection, run.id, RunState.SUCCEEDED, counts={}, seconds=1, now=ended)
        assert last_activity(connection, ["wiki"]) == {"wiki": ended}
        first = last_activity(connection, ["new"])
        assert last_activity(connection, ["new"]) == first


def test_a_connector_that_another_process_has_is_said(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "wiki")
        assert who_syncs(connection, "wiki") is None
        begin_run(connection, number, RunMode.FULL, "s", holder=ELSEWHERE)
        sentence = who_syncs(connection, "wiki")
    assert sentence is not None
    assert "is being crawled by process 77 on crawler-9.example" in sentence


def test_what_nobody_would_carry_out_is_not_asked_for(catalog: Catalog) -> None:
    with catalog.write() as connection:
        with pytest.raises(NoSchedulerError, match="start `crawler schedule`"):
            ask_scheduler(connection, "sync", {"connector": "wiki"})
        become_scheduler(connection)
        asked = ask_scheduler(connection, "sync", {"connector": "wiki"})
        found = sync_in_hand(connection, "wiki")
        assert found is not None
        assert (found.id, found.state) == (asked, CommandState.WAITING)
        assert sync_in_hand(connection, "portal") is None
        finish_command(connection, asked, {})
        assert sync_in_hand(connection, "wiki") is None
