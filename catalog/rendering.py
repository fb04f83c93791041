"""What was learned of pages that need a browser: counts for each host, path pattern and template."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Final

from sqlalchemy import Connection, select

from catalog.dialect import fitting, put
from catalog.learned_tables import rendering

MOST_LOADED: Final = 50_000
"""Records that one run takes of a connector; each takes some 300 bytes in memory."""


@dataclass(frozen=True, slots=True)
class RenderingRecord:
    """How pages of a host fared that share a path pattern, a template and a kind of evidence.

    `pages` were decided about, `samples` of them were read both over HTTP and in the browser, `gains` of
    these gained something there, and the last `streak` of them did not. `template` is a 64-bit mark (signed).
    """

    host: str
    pattern: str
    template: int
    kind: str
    pages: int
    samples: int
    gains: int
    streak: int


_FIELDS: Final = tuple(field.name for field in fields(RenderingRecord))
_KEY: Final = ("connector_id", "host", "pattern", "template", "kind")


def load_rendering(connection: Connection, connector_id: int) -> tuple[RenderingRecord, ...]:
    """What former runs of a connector learned, from where most pages are."""
    columns = [rendering.c[name] for name in _FIELDS]
    statement = (
        select(*columns)
        .where(rendering.c.connector_id == connector_id)
        .order_by(rendering.c.pages.desc(), *(rendering.c[name] for name in _KEY))
        .limit(MOST_LOADED)
    )
    return tuple(RenderingRecord(*row) for row in connection.execute(statement))


def save_rendering(connection: Connection, connector_id: int, records: Iterable[RenderingRecord]) -> None:
    """Keep records, each in place of the former one of its host, pattern, template and kind."""
    rows = (
        asdict(record)
        | {
            "connector_id": connector_id,
            "host": fitting(record.host, rendering.c.host),
            "pattern": fitting(record.pattern, rendering.c.pattern),
        }
        for record in records
    )
    put(connection, rendering, rows)
