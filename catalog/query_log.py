"""What is kept of questions, clicks and feedback: the tables of the activity database, and its upgrades."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    text,
)

from catalog.columns import Moment
from catalog.errors import CatalogError

SCHEMA: Final = 2
"""The version of these tables, kept in the file's `user_version`."""

_SPACE: Final = re.compile(r"\s+")

metadata: Final = MetaData()

queries: Final = Table(
    "queries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("asked_at", Moment(), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("normal", Text, nullable=False, index=True),  # see `normal_query`
    Column("language", String(16)),
    Column("filter", JSON(none_as_null=True)),
    Column("kind", String(8), nullable=False),  # of `AskerKind`
    Column("caller", String(16)),  # tells callers apart without naming them; null: not known
    Column("user", Text),  # only where the configuration wants names
    Column("offset", Integer, nullable=False),  # results on the pages before
    Column("total", Integer, nullable=False),
    Column("confidence", String(16)),  # of the first result; null: there is none
    Column("answers", Integer, nullable=False),  # how many were shown
    Column("took_ms", Float, nullable=False),
    Column("ranking", Text, nullable=False),  # which version of it answered
    Column("results", JSON, nullable=False),  # document id → position from 1; 0: above all
)

clicks: Final = Table(
    "clicks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query_id", String(32), nullable=False),
    Column("document_id", String(32), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("ranking", Text, nullable=False),
    Column("at", Moment(), nullable=False, index=True),
    UniqueConstraint("query_id", "document_id"),
)

feedback: Final = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query_id", String(32), nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("ranking", Text, nullable=False),
    Column("at", Moment(), nullable=False, index=True),
    UniqueConstraint("query_id", "document_id"),
)

keys: Final = Table("keys", metadata, Column("secret", LargeBinary(32), nullable=False))
"""One row: what callers are hashed with."""


class AskerKind(StrEnum):
    """What is proven of who asks."""

    PUBLIC = "public"
    USER = "user"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `name` tells callers of a kind apart (a user, a key, an address); it is hashed before it is
    kept. None: nothing tells."""

    kind: AskerKind = AskerKind.PUBLIC
    name: str | None = None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query was answered; `id` is the `query_id` that clicks and feedback name, `results` has the position
    of each document that was shown: from 1 over all pages, 0 above them (featured, or in an answer)."""

    id: str
    text: str
    total: int
    took_ms: float
    results: Mapping[str, int]
    asker: Asker = Asker()
    offset: int = 0
    language: str | None = None
    confidence: str | None = None
    answers: int = 0
    ranking: str = ""
    filter: object = None
    asked_at: datetime = field(default_factory=_now)


@dataclass(frozen=True, slots=True)
class Clicked:
    """Someone opened a result. Of several clicks on one the first is kept."""

    query_id: str
    document_id: str
    position: int
    ranking: str
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True, slots=True)
class Judged:
    """Someone said whether a result was relevant. Of several judgements on one the last is kept."""

    query_id: str
    document_id: str
    relevant: bool
    position: int
    ranking: str
    at: datetime = field(default_factory=_now)


Event = Asked | Clicked | Judged


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answered query showed: the position of each document, and the ranking that gave it."""

    positions: Mapping[str, int]
    ranking: str


def normal_query(text: str) -> str:
    """The form in which queries are counted as one: NFKC, without case, with single spaces, and without the
    punctuation that ends a question."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _SPACE.sub(" ", folded).strip(" ?!.,;")


def read_shown(connection: Connection, query_id: str) -> Shown | None:
    """What a query showed; None for one that was never asked or is forgotten."""
    row = connection.execute(
        select(queries.c.results, queries.c.ranking).where(queries.c.id == query_id)
    ).one_or_none()
    return None if row is None else Shown(row.results, row.ranking)


def make_tables(connection: Connection, name: str, secret: bytes) -> bytes:
    """Bring the database (called `name` in messages) to this schema; the secret that callers are hashed with:
    `secret`, unless it has one. Raises `CatalogError` for a newer schema."""
    version = connection.execute(text("PRAGMA user_version")).scalar_one()
    if version > SCHEMA:
        raise CatalogError(
            f"the activity database {name} was written by a newer Sitelore (its schema is {version}, this "
            f"program knows {SCHEMA}): upgrade Sitelore, or move the file away"
        )
    if version < SCHEMA:
        former = _put_aside(connection) if version == 1 else ()
        metadata.create_all(connection)
        connection.execute(insert(keys), {"secret": secret})
        for statement in former:
            connection.execute(text(statement))
        connection.execute(text(f"PRAGMA user_version = {SCHEMA}"))
    kept: bytes = connection.execute(select(keys.c.secret)).scalar_one()
    return kept


def _put_aside(connection: Connection) -> tuple[str, ...]:
    """Make room for the tables of schema 2; what then fetches the rows of schema 1, which knew no
    rankings and no positions of clicks."""
    for index in connection.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    ).all():
        connection.execute(text(f'DROP INDEX "{index}"'))
    for table in ("queries", "clicks", "feedback"):
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_1"))
    return (
        "INSERT INTO queries (id, asked_at, text, normal, filter, kind, offset, total, answers, took_ms,"
        " ranking, results)"
        " SELECT id, asked_at, text, lower(text), filter, 'public', 0, total, 0, took_ms, '',"
        " (SELECT json_group_object(value, key + 1) FROM json_each(results)) FROM queries_1",
        "INSERT OR IGNORE INTO clicks (query_id, document_id, position, ranking, at)"
        " SELECT query_id, document_id, 0, '', at FROM clicks_1",
        "INSERT OR IGNORE INTO feedback (query_id, document_id, relevant, position, ranking, at)"
        " SELECT query_id, document_id, relevant, 0, '', at FROM feedback_1",
        *(f"DROP TABLE {table}_1" for table in ("queries", "clicks", "feedback")),
    )
