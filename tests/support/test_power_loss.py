"""A simulated power failure takes nothing of SQLite's log that a real one could not take."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.power_loss.losing import lose_power
from tests.support.power_loss.wal import HEADER, copied, last_commit


def test_frames_that_were_copied_into_the_database_are_on_the_disk(tmp_path: Path) -> None:
    with closing(_filled(tmp_path / "catalog.db")) as connection:
        log = tmp_path / "catalog.db-wal"
        assert copied(log) == HEADER
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        end = last_commit(log)
        assert end is not None
        assert copied(log) == end.end
        connection.execute("INSERT INTO pages VALUES ('one more')")
        connection.commit()
        assert copied(log) == HEADER, "the log began anew"


@pytest.mark.parametrize("seed", range(8))
def test_a_commit_between_its_copy_and_its_note_leaves_a_readable_database(tmp_path: Path, seed: int) -> None:
    data, left = tmp_path / "data", tmp_path / "left"
    data.mkdir()
    left.mkdir()
    record = tmp_path / "syncs"
    record.write_text('["commit", "the salts of an earlier log", 4152]\n')
    with closing(_filled(data / "catalog.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        for file in data.iterdir():
            (left / file.name).write_bytes(file.read_bytes())  # as a killed process leaves them
    lose_power(left, record, random.Random(seed))
    with closing(sqlite3.connect(left / "catalog.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM pages").fetchone() == (200,)


def _filled(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE pages (text)")
    for number in range(200):
        connection.execute("INSERT INTO pages VALUES (?)", (f"{number} " * 500,))
        connection.commit()
    return connection
