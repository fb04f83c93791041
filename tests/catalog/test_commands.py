"""Commands: put by the service, claimed once, finished with a result."""

from __future__ import annotations

import threading
from collections.abc import Callable

from catalog.commands import CommandState, claim_command, finish_command, put_command, read_command
from catalog.database import Catalog


def test_a_command_is_put_claimed_and_finished(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = put_command(connection, "sync", {"connector": "intranet"})
        waiting = read_command(connection, number)
    assert waiting is not None
    assert (waiting.state, waiting.result, waiting.finished_at) == (CommandState.WAITING, None, None)
    with catalog.write() as connection:
        claimed = claim_command(connection, ["sync", "stop"])
        assert claimed is not None
        assert (claimed.id, claimed.name, claimed.arguments) == (number, "sync", {"connector": "intranet"})
        assert claimed.state is CommandState.RUNNING
        assert claim_command(connection, ["sync"]) is None
    with catalog.write() as connection:
        finish_command(connection, number, {"run": 7})
        done = read_command(connection, number)
    assert done is not None
    assert (done.state, done.result) == (CommandState.DONE, {"run": 7})
    assert done.finished_at is not None


def test_a_failed_command_says_why(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = put_command(connection, "sync", {})
        claim_command(connection, ["sync"])
        finish_command(connection, number, {"error": "unknown connector"}, failed=True)
        failed = read_command(connection, number)
    assert failed is not None
    assert (failed.state, failed.result) == (CommandState.FAILED, {"error": "unknown connector"})


def test_commands_are_claimed_oldest_first_and_only_those_that_one_can_do(catalog: Catalog) -> None:
    with catalog.write() as connection:
        numbers = [put_command(connection, name, {}) for name in ("stop", "sync", "sync")]
        claimed = [claim_command(connection, ["sync"]) for _ in range(3)]
        assert [each and each.id for each in claimed] == [numbers[1], numbers[2], None]
        assert read_command(connection, 4711) is None


def test_no_command_is_claimed_twice(opened: Callable[[], Catalog]) -> None:
    catalog = opened()
    with catalog.write() as connection:
        for number in range(20):
            put_command(connection, "sync", {"number": number})
    claimed: list[int] = []

    def work() -> None:
        while True:
            with catalog.write() as connection:
                command = claim_command(connection, ["sync"])
            if command is None:
                return
            claimed.append(command.id)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 20
