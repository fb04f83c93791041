"""Bodies: each kept once, checked when read, vacuumed without harm."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from catalog.bodies import BodyStore, decompress
from catalog.database import Catalog
from catalog.errors import ShardDamagedError
from catalog.shards import in_use, shard_files
from catalog.tables import bodies, urls
from catalog.vacuum import Vacuumed, vacuum_bodies
from catalog.visit import body_hash, compress, stored_body
from tests.catalog.rows import add_url


@pytest.fixture
def store(catalog: Catalog) -> Iterator[BodyStore]:
    opened = BodyStore(catalog.directory)
    yield opened
    opened.close()


def keep(catalog: Catalog, store: BodyStore, *contents: bytes) -> int:
    with catalog.write() as connection:
        return store.put(connection, [stored_body(content) for content in contents])


def kept(catalog: Catalog, store: BodyStore, content: bytes) -> bytes | None:
    with catalog.read() as connection:
        return store.get(connection, body_hash(content))


def files_of(catalog: Catalog) -> list[Path]:
    return list(shard_files(catalog.directory / "bodies"))


def test_a_body_comes_back(catalog: Catalog, store: BodyStore) -> None:
    keep(catalog, store, b"<h1>one</h1>", b"", b"x" * 100_000)
    assert kept(catalog, store, b"<h1>one</h1>") == b"<h1>one</h1>"
    assert kept(catalog, store, b"") == b""
    assert kept(catalog, store, b"x" * 100_000) == b"x" * 100_000
    assert kept(catalog, store, b"never seen") is None


def test_the_same_body_is_kept_once(catalog: Catalog, store: BodyStore) -> None:
    assert keep(catalog, store, b"same", b"same", b"other") == 2
    size = files_of(catalog)[0].stat().st_size
    assert keep(catalog, store, b"same") == 0
    assert files_of(catalog)[0].stat().st_size == size
    assert keep(catalog, store) == 0


def test_a_crash_between_append_and_commit_leaves_only_unreferenced_bytes(
    catalog: Catalog, store: BodyStore
) -> None:
    def crash() -> None:
        with catalog.write() as connection:
            store.put(connection, [stored_body(b"lost")])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        crash()
    assert kept(catalog, store, b"lost") is None
    assert keep(catalog, store, b"lost") == 1
    assert kept(catalog, store, b"lost") == b"lost"


def test_a_damaged_body_is_never_handed_out(catalog: Catalog, store: BodyStore) -> None:
    keep(catalog, store, b"a body", b"b body")
    (file,) = files_of(catalog)
    with catalog.write() as connection:
        rows = connection.execute(select(bodies).order_by(bodies.c.offset)).all()
        connection.execute(update(bodies).values(offset=rows[1].offset))
    with pytest.raises(ShardDamagedError, match="holds another body at"):
        kept(catalog, store, b"a body")
    file.write_bytes(b"\xff" * file.stat().st_size)
    with pytest.raises(ShardDamagedError, match="cannot be decompressed"):
        kept(catalog, store, b"b body")


def test_decompression_stops_at_the_size_that_was_written_down() -> None:
    with pytest.raises(ShardDamagedError, match="a body of 10 bytes"):
        decompress(compress(b"\0" * 10_000_000), 10)


def refer(catalog: Catalog, *contents: bytes) -> None:
    with catalog.write() as connection:
        for content in contents:
            add_url(connection, f"https://a.example/{content.hex()}", body_hash=body_hash(content))


def test_a_vacuum_keeps_what_a_page_needs_and_drops_the_rest(catalog: Catalog, store: BodyStore) -> None:
    needed, garbage = b"needed" * 10, [bytes([number]) * 999 + bytes(range(256)) for number in range(20)]
    keep(catalog, store, needed, *garbage)
    refer(catalog, needed)
    store.close()
    (old,) = files_of(catalog)
    first = vacuum_bodies(catalog)
    assert first == Vacuumed(rewritten=1, dropped=20, removed=0, freed=0)
    assert kept(catalog, store, needed) == needed
    assert all(kept(catalog, store, content) is None for content in garbage)
    # A reader may still have looked up the old place: the file goes with the next vacuum.
    assert old.exists()
    size = old.stat().st_size
    assert vacuum_bodies(catalog) == Vacuumed(rewritten=0, dropped=0, removed=1, freed=size)
    assert not old.exists()
    assert kept(catalog, store, needed) == needed


def test_a_vacuum_leaves_a_shard_that_is_mostly_needed(catalog: Catalog, store: BodyStore) -> None:
    contents = [bytes([number]) * 99 for number in range(4)]
    keep(catalog, store, *contents)
    refer(catalog, *contents[:3])
    store.close()
    assert vacuum_bodies(catalog) == Vacuumed(0, 0, 0, 0)
    with catalog.read() as connection:
        assert connection.scalar(select(func.count()).select_from(bodies)) == 4


def test_a_vacuum_leaves_the_file_that_is_being_written(catalog: Catalog, store: BodyStore) -> None:
    keep(catalog, store, b"garbage, but its file is open")
    assert vacuum_bodies(catalog) == Vacuumed(0, 0, 0, 0)
    assert kept(catalog, store, b"garbage, but its file is open") is not None


def test_a_vacuum_killed_while_copying_harms_nothing(
    catalog: Catalog, store: BodyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(catalog, store, b"needed", *(bytes([number]) * 99 for number in range(9)))
    refer(catalog, b"needed")
    store.close()

    def killed(*_: object) -> bytes:
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr("catalog.vacuum.read_shard", killed)
        with pytest.raises(InterruptedError):
            vacuum_bodies(catalog)
    assert kept(catalog, store, b"needed") == b"needed"
    vacuum_bodies(catalog)
    assert kept(catalog, store, b"needed") == b"needed"


def test_a_body_dropped_by_a_vacuum_is_kept_again(catalog: Catalog, store: BodyStore) -> None:
    keep(catalog, store, b"comes back")
    store.close()
    assert vacuum_bodies(catalog).dropped == 1
    assert keep(catalog, store, b"comes back") == 1
    with catalog.write() as connection:
        connection.execute(update(urls).values(body_hash=None))
    assert kept(catalog, store, b"comes back") == b"comes back"


def test_a_process_killed_at_any_moment_leaves_every_kept_body_readable(
    database: str, opened: Callable[[], Catalog], tmp_path: Path
) -> None:
    program = """
import itertools, sys
from pathlib import Path
from catalog.bodies import BodyStore
from catalog.visit import stored_body
from catalog.database import open_catalog
catalog = open_catalog(sys.argv[1], Path(sys.argv[2]))
store = BodyStore(catalog.directory, shard_bytes=20_000)
for batch in itertools.count():
    with catalog.write() as connection:
        store.put(connection, [stored_body(b"%d %d" % (batch, number) * 200) for number in range(20)])
    print(batch, flush=True)
"""
    catalog = opened()
    process = subprocess.Popen(
        [sys.executable, "-c", program, database, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    committed = [int(process.stdout.readline()) for _ in range(5)][-1]
    process.kill()
    process.communicate()
    store = BodyStore(catalog.directory)
    with catalog.read() as connection:
        names = connection.scalars(select(bodies.c.hash)).all()
        assert len(names) >= 20 * (committed + 1)
        assert len(names) % 20 == 0
        assert all(store.get(connection, bytes(name)) is not None for name in names)
    for file in files_of(catalog):
        assert not in_use(file)
