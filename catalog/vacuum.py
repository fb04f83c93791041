"""Giving back the space of bodies that no page needs any more, by rewriting the shards that hold them.

Safe against a crash at any instant: rows move to the new file in one transaction after its bytes are on
the disk, and the old file, which a reader may still be reading by its former position, goes at the next
vacuum.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, Select, bindparam, delete, func, select, text, update

from catalog.bodies import KIND
from catalog.database import Catalog
from catalog.shards import SHARD_BYTES, ShardPosition, ShardWriter, in_use, read_shard, shard_files
from catalog.tables import bodies, urls

GARBAGE_RATIO: Final = 0.5
"""A shard of which more than this part is garbage is rewritten."""


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What a vacuum did: shards rewritten, bodies dropped, files removed and the bytes that these had."""

    rewritten: int
    dropped: int
    removed: int
    freed: int


def vacuum_bodies(
    catalog: Catalog, *, garbage_ratio: float = GARBAGE_RATIO, shard_bytes: int = SHARD_BYTES
) -> Vacuumed:
    """Remove the files that nothing refers to, then rewrite each shard that is mostly garbage.

    Garbage is what no ledger row names as its body. Crawls may go on: a shard that is being appended to is
    left alone, and a crawl waits for as long as one shard takes to rewrite, a second or so.
    """
    removed, freed = _remove_unreferenced(catalog)
    writer = ShardWriter(catalog.directory / KIND, shard_bytes)
    rewritten = dropped = 0
    try:
        for shard in _wasteful_shards(catalog, garbage_ratio):
            dropped += _rewrite(catalog, shard, writer)
            rewritten += 1
    finally:
        writer.close()
    return Vacuumed(rewritten, dropped, removed, freed)


def _needed() -> Select[bytes]:
    return select(urls.c.body_hash).where(urls.c.body_hash.is_not(None))


def _lock(connection: Connection) -> None:
    """Wait for every transaction that may be about to refer to a body, and hold off new ones."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE bodies IN EXCLUSIVE MODE"))


def _remove_unreferenced(catalog: Catalog) -> tuple[int, int]:
    removed = freed = 0
    with catalog.write() as connection:
        _lock(connection)
        referenced = set(connection.scalars(select(bodies.c.shard).distinct()))
        for file in shard_files(catalog.directory / KIND):
            if file.name not in referenced and not in_use(file):
                freed += file.stat().st_size
                removed += 1
                file.unlink()
    return removed, freed


def _wasteful_shards(catalog: Catalog, garbage_ratio: float) -> list[str]:
    with catalog.read() as connection:
        statement = (
            select(bodies.c.shard, func.sum(bodies.c.length))
            .where(bodies.c.hash.in_(_needed()))
            .group_by(bodies.c.shard)
        )
        live = {shard: int(length) for shard, length in connection.execute(statement)}
    wasteful = []
    for file in shard_files(catalog.directory / KIND):
        size = file.stat().st_size
        if size - live.get(file.name, 0) > garbage_ratio * size and not in_use(file):
            wasteful.append(file.name)
    return wasteful


def _rewrite(catalog: Catalog, shard: str, writer: ShardWriter) -> int:
    """Move what is needed of a shard to the writer's file; return how many bodies were dropped."""
    folder = catalog.directory / KIND
    with catalog.write() as connection:
        _lock(connection)
        mine = bodies.c.shard == shard
        statement = select(bodies).where(mine, bodies.c.hash.in_(_needed())).order_by(bodies.c.offset)
        moves = []
        for row in connection.execute(statement):
            content = read_shard(folder, ShardPosition(row.shard, row.offset, row.length))
            moves.append({"moved": row.hash} | asdict(writer.append(content)))
        writer.sync()
        if moves:
            connection.execute(_MOVE, moves)
        return connection.execute(delete(bodies).where(mine)).rowcount


_MOVE: Final = (
    update(bodies)
    .where(bodies.c.hash == bindparam("moved"))
    .values(shard=bindparam("shard"), offset=bindparam("offset"), length=bindparam("length"))
)
