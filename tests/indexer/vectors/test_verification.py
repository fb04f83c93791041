"""Damage that leaves a file's size and time as they were, and what a note of checked files is worth."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from indexer.vectors.backend import VectorIndexError
from indexer.vectors.reader import VectorReader
from indexer.vectors.verification import is_noted
from indexer.vectors.writer import VectorWriter
from tests.indexer.vectors.support import DIMENSION, queries, simple_batch


def written(folder: Path) -> VectorWriter:
    """Chunks 1 and 2 in a segment, 3 and 4 in another."""
    writer = VectorWriter(folder, "model", DIMENSION)
    writer.append(simple_batch(1, 2))
    writer.append(simple_batch(3, 2))
    return writer


def found(reader: VectorReader) -> list[int]:
    return sorted(reader.search(queries(1), {1}, 1000)[1][0].tolist())


def damage_silently(folder: Path, writer: VectorWriter, segment: int) -> None:
    """Change a bit of a segment's vectors, as a failing disk does."""
    file = folder / "segments" / writer.manifest.segments[segment].id / "vectors.faiss"
    status = file.stat()
    with file.open("r+b") as opened:
        opened.seek(-1, os.SEEK_END)
        last = opened.read(1)[0]
        opened.seek(-1, os.SEEK_END)
        opened.write(bytes([last ^ 1]))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_damage_that_leaves_no_trace_is_found_in_the_background_and_is_not_searched_any_more(
    tmp_path: Path,
) -> None:
    writer = written(tmp_path)
    damage_silently(tmp_path, writer, segment=0)
    assert is_noted(tmp_path / "segments" / writer.manifest.segments[0].id, writer.manifest.segments[0])
    reader = VectorReader.open(tmp_path)
    reader.check()
    assert found(reader) == [3, 4]
    (fault,) = reader.faults
    assert "vectors.faiss is damaged: its checksum differs" in fault
    assert "its passages are not found until `indexer rebuild` has been run" in fault


def test_what_was_withdrawn_stays_so_when_more_is_published(tmp_path: Path) -> None:
    writer = written(tmp_path)
    damage_silently(tmp_path, writer, segment=0)
    reader = VectorReader.open(tmp_path)
    reader.check()
    writer.append(simple_batch(5, 1))
    assert reader.refresh() is True
    assert found(reader) == [3, 4, 5]
    assert len(reader.faults) == 1


def test_a_newly_published_segment_that_is_damaged_leaves_the_former_state(tmp_path: Path) -> None:
    writer = written(tmp_path)
    reader = VectorReader.open(tmp_path)
    writer.append(simple_batch(5, 2))
    file = tmp_path / "segments" / writer.manifest.segments[2].id / "vectors.faiss"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    for _ in range(2):
        with pytest.raises(VectorIndexError, match=r"vectors\.faiss is damaged: its checksum differs"):
            reader.refresh()
        assert found(reader) == [1, 2, 3, 4]
    file.write_bytes(whole)
    assert reader.refresh() is True
    assert found(reader) == [1, 2, 3, 4, 5, 6]


def test_a_note_of_checked_files_is_not_believed_after_they_were_copied(tmp_path: Path) -> None:
    writer = written(tmp_path / "made")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "made", copy)  # with its notes, sizes and times
    entry = writer.manifest.segments[0]
    assert is_noted(tmp_path / "made" / "segments" / entry.id, entry)
    assert not is_noted(copy / "segments" / entry.id, entry)
    damage_silently(copy, writer, segment=0)
    reader = VectorReader.open(copy)
    assert len(reader.faults) == 1  # before anything was checked in the background
    assert found(reader) == [3, 4]
    assert found(VectorReader.open(tmp_path / "made")) == [1, 2, 3, 4]
