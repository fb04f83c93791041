"""One process writes the indexes; the others learn which."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.lock import IndexerBusyError, IndexerLock, current_holder


def test_nobody_holds_a_lock_that_was_never_taken_or_was_released(tmp_path: Path) -> None:
    file = tmp_path / "data" / "indexer.lock"
    assert current_holder(file) is None
    lock = IndexerLock(file)
    lock.acquire()
    assert current_holder(file) == f"process {os.getpid()} on {os.uname().nodename}"
    lock.release()
    lock.release()
    assert current_holder(file) is None


def test_the_lock_of_a_killed_process_is_free_again(tmp_path: Path) -> None:
    file = tmp_path / "indexer.lock"
    code = (
        "import sys, time; from pathlib import Path; from indexer.lock import IndexerLock\n"
        f"lock = IndexerLock(Path({str(file)!r})); lock.acquire()\n"
        "print('held', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(
            IndexerBusyError, match=f"process {other.pid} on .* wait for it to end, or end it"
        ):
            IndexerLock(file).acquire()
        other.send_signal(signal.SIGKILL)
        other.wait()
    lock = IndexerLock(file)
    lock.acquire()
    lock.release()


def test_who_waits_asks_again_and_again_whether_to_give_up(tmp_path: Path) -> None:
    holding, waiting = IndexerLock(tmp_path / "indexer.lock"), IndexerLock(tmp_path / "indexer.lock")
    holding.acquire()
    asked = 0

    def give_up() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:
            holding.release()
        return asked > 5

    waiting.acquire(give_up)
    assert asked == 2
    waiting.release()
