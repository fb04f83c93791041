"""What drivers say becomes a sentence that says what to do; what nobody knows passes unchanged."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from catalog.errors import CatalogError, translate, translated


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("attempt to write a readonly database", "is read-only: make the file and its folder writable"),
        ("database is locked", "is locked by another process"),
        ("database disk image is malformed", "is broken"),
        ("unable to open database file", "cannot be opened: check that the folder exists"),
        ("database or disk is full", "cannot grow: the disk is full"),
        ('FATAL: password authentication failed for user "eva"', "refuses the user name or password"),
        ('FATAL: role "eva" does not exist', "does not know this user"),
        ('FATAL: database "x" does not exist', "create it with `createdb`"),
        ("[Errno -2] Name or service not known", "a host whose name cannot be resolved"),
        ("connection failed: Connection refused", "cannot be reached: is the server running"),
        ("the connection is lost", "closed the connection"),
        ("FATAL: sorry, too many clients already", "raise `max_connections`"),
        ("deadlock detected\nDETAIL: Process 1 waits", "at cross purposes: try again (deadlock detected)"),
    ],
)
def test_a_drivers_message_is_translated(said: str, meaning: str) -> None:
    error = translate(OperationalError("SELECT 1", {}, sqlite3.OperationalError(said)), "sqlite:///c.db")
    assert str(error).startswith("the catalog sqlite:///c.db ")
    assert meaning in str(error)
    assert "\n" not in str(error)


def test_the_cause_is_kept() -> None:
    cause = OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))
    with pytest.raises(CatalogError) as raised, translated("c.db"):
        raise cause
    assert raised.value.__cause__ is cause


def test_a_defect_of_ours_passes_unchanged() -> None:
    defect = IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed: urls.key"))
    assert translate(defect, "c.db") is None
    with pytest.raises(IntegrityError), translated("c.db"):
        raise defect
