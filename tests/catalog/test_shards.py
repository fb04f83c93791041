"""Shard files: append, find again, roll over, survive a torn tail."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import ShardDamagedError
from catalog.shards import ShardPosition, ShardWriter, in_use, read_shard, shard_files


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200)))
def test_every_append_is_found_again(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("shards")
    writer = ShardWriter(folder, shard_bytes=300)
    positions = [writer.append(content) for content in contents]
    assert [read_shard(folder, position) for position in positions] == contents
    writer.close()
    assert [read_shard(folder, position) for position in positions] == contents


def test_a_file_is_made_by_the_first_append_only(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path / "bodies")
    writer.sync()
    assert not (tmp_path / "bodies").exists()
    writer.append(b"first")
    assert len(list(shard_files(tmp_path / "bodies"))) == 1
    writer.close()


def test_a_full_file_is_followed_by_another(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, shard_bytes=10)
    shards = [writer.append(b"twelve bytes").shard for _ in range(3)]
    writer.close()
    assert shards == [file.name for file in shard_files(tmp_path)]
    assert len(set(shards)) == 3


def test_two_writers_never_share_a_file(tmp_path: Path) -> None:
    writers = [ShardWriter(tmp_path) for _ in range(2)]
    first, second = (writer.append(b"content") for writer in writers)
    assert first.shard != second.shard
    for writer in writers:
        writer.close()


def test_a_file_is_in_use_until_its_writer_closes(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path)
    position = writer.append(b"content")
    assert in_use(tmp_path / position.shard)
    writer.close()
    assert not in_use(tmp_path / position.shard)


def test_a_torn_tail_leaves_what_stands_before_it(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path)
    whole, torn = writer.append(b"whole"), writer.append(b"torn in the middle")
    writer.close()
    with (tmp_path / torn.shard).open("r+b") as file:
        file.truncate(torn.offset + 4)
    assert read_shard(tmp_path, whole) == b"whole"
    with pytest.raises(ShardDamagedError, match="holds 4 of 18 bytes at 5: restore it from a backup"):
        read_shard(tmp_path, torn)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShardDamagedError, match=r"gone\.shard is missing: restore it from a backup"):
        read_shard(tmp_path, ShardPosition("gone.shard", 0, 1))
