"""Where each embedding lies: a row of a shard file, found by the hash of what was embedded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy import Connection, func, select

from catalog.dialect import put
from catalog.tables import embeddings

_BATCH: Final = 500  # keys in one IN list: below every engine's limit of bound variables
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class EmbeddingPlace:
    """The shard file and the row (from 0) in it."""

    shard: str
    row: int


def read_places(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, EmbeddingPlace]:
    """The places of those of `keys` that were embedded."""
    found = {}
    for batch in _batches(dict.fromkeys(keys)):
        statement = select(embeddings.c.key, embeddings.c.shard, embeddings.c.row)
        for row in connection.execute(statement.where(embeddings.c.key.in_(batch))):
            found[bytes(row.key)] = EmbeddingPlace(row.shard, row.row)
    return found


def insert_embeddings(connection: Connection, places: Mapping[bytes, EmbeddingPlace]) -> None:
    """Note where embeddings lie; a new place takes the place of an old one."""
    rows = ({"key": key, "shard": place.shard, "row": place.row} for key, place in places.items())
    put(connection, embeddings, rows)


def embedding_count(connection: Connection) -> int:
    """How many embeddings there are, of all models."""
    number: int = connection.execute(select(func.count()).select_from(embeddings)).scalar_one()
    return number


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
