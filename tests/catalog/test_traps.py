"""What was learned of endless patterns comes back as it was saved, traps first, each connector's apart."""

from __future__ import annotations

from dataclasses import replace

from catalog.connectors import connector_id
from catalog.database import Catalog
from catalog.traps import TrapRecord, load_traps, save_traps

THREADS = TrapRecord("forum.example", "/thread/*", 9_000, 5, 6, 1, 1, is_trap=False, seen=b"\0\xff")
CALENDAR = TrapRecord("forum.example", "/calendar?**", 31, 20, 20, 20, 40, is_trap=True, seen=b"")


def test_records_come_back_traps_first(catalog: Catalog) -> None:
    with catalog.write() as connection:
        number = connector_id(connection, "forum")
        save_traps(connection, number, [THREADS, CALENDAR])
        assert load_traps(connection, number) == (CALENDAR, THREADS)
        assert load_traps(connection, connector_id(connection, "wiki")) == ()


def test_a_record_takes_the_place_of_the_former_one(catalog: Catalog) -> None:
    released = replace(CALENDAR, score=0, fruitless=0, breeding=0, bred=0, is_trap=False, seen=b"new")
    with catalog.write() as connection:
        number = connector_id(connection, "forum")
        save_traps(connection, number, [CALENDAR])
        save_traps(connection, number, [released])
        save_traps(connection, number, [])
        assert load_traps(connection, number) == (released,)
