"""The bodies of pages and files, each kept once by its hash, compressed, in shard files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import zstandard
from sqlalchemy import Connection, select

from catalog.dialect import insert_or
from catalog.errors import ShardDamagedError
from catalog.shards import SHARD_BYTES, ShardPosition, ShardWriter, read_shard
from catalog.tables import bodies
from catalog.visit import StoredBody, body_hash

KIND: Final = "bodies"


def decompress(packed: bytes, size: int) -> bytes:
    """A body of `size` bytes again; raises `ShardDamagedError` for anything else."""
    try:
        body = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
    except zstandard.ZstdError as error:
        raise ShardDamagedError(f"a body of {size} bytes cannot be decompressed: {error}") from error
    if len(body) != size:
        raise ShardDamagedError(f"a body of {size} bytes has {len(body)} bytes when decompressed")
    return body


class BodyStore:
    """Bodies under `<directory>/bodies`; `put` is for one thread at a time, `get` for any."""

    def __init__(self, directory: Path, shard_bytes: int = SHARD_BYTES) -> None:
        self._folder = directory / KIND
        self._writer = ShardWriter(self._folder, shard_bytes)

    def put(self, connection: Connection, batch: Sequence[StoredBody]) -> int:
        """Keep bodies; return how many were new.

        The bytes are on the disk when this returns, and count once the transaction commits: a crash in
        between leaves bytes that nothing refers to, for `vacuum`.
        """
        if not batch:
            return 0
        hashes = {body.hash for body in batch}
        # The share lock makes PostgreSQL's vacuum wait until the rows that need a known body are there.
        find = select(bodies.c.hash).where(bodies.c.hash.in_(hashes)).with_for_update(read=True)
        known = set(connection.scalars(find))
        rows = []
        # Everybody in one order: else two crawls that meet the same bodies could wait for each other.
        for body in sorted(batch):
            if body.hash not in known:
                known.add(body.hash)
                position = self._writer.append(body.packed)
                rows.append({"hash": body.hash, "size": body.size} | asdict(position))
        if rows:
            self._writer.sync()
            connection.execute(insert_or(connection, bodies).on_conflict_do_nothing(), rows)
        return len(rows)

    def get(self, connection: Connection, name: bytes) -> bytes | None:
        """The body of that hash, or None when it is not kept; raises `ShardDamagedError`."""
        row = connection.execute(select(bodies).where(bodies.c.hash == name)).one_or_none()
        if row is None:
            return None
        position = ShardPosition(row.shard, row.offset, row.length)
        body = decompress(read_shard(self._folder, position), row.size)
        if body_hash(body) != name:
            raise ShardDamagedError(f"{row.shard} holds another body at {row.offset} than the catalog says")
        return body

    def close(self) -> None:
        """Let the file being appended to go."""
        self._writer.close()
