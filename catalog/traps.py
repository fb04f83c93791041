"""Patterns of addresses that gave nothing new for a while, and those that are traps for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Final

from sqlalchemy import Connection, select

from catalog.dialect import fitting, put
from catalog.learned_tables import url_traps

MOST_LOADED: Final = 500
"""Patterns of a connector that one run takes, traps first; each takes some 8 KB in memory."""


@dataclass(frozen=True, slots=True)
class TrapRecord:
    """How the pages of a pattern fared (`crawler.rules.traps.tally`).

    `score` counts those without news. Since it last was nothing, `fruitless` pages had none, of which
    `breeding` led to more addresses of the pattern, `bred` in all. `seen` are the lines that its pages said,
    packed.
    """

    host: str
    pattern: str
    pages: int
    score: int
    fruitless: int
    breeding: int
    bred: int
    is_trap: bool
    seen: bytes


_FIELDS: Final = tuple(field.name for field in fields(TrapRecord))


def load_traps(connection: Connection, connector_id: int) -> tuple[TrapRecord, ...]:
    """What earlier runs of a connector found out."""
    statement = (
        select(*(url_traps.c[name] for name in _FIELDS))
        .where(url_traps.c.connector_id == connector_id)
        .order_by(url_traps.c.is_trap.desc(), url_traps.c.pages.desc(), url_traps.c.host, url_traps.c.pattern)
        .limit(MOST_LOADED)
    )
    return tuple(TrapRecord(*row) for row in connection.execute(statement))


def save_traps(connection: Connection, connector_id: int, records: Iterable[TrapRecord]) -> None:
    """Keep records, each in place of the former one of its host and pattern."""
    rows = (
        asdict(record)
        | {
            "connector_id": connector_id,
            "host": fitting(record.host, url_traps.c.host),
            "pattern": fitting(record.pattern, url_traps.c.pattern),
        }
        for record in records
    )
    put(connection, url_traps, rows)
