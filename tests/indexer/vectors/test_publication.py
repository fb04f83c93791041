"""What readers see while a writer appends, removes, changes access and merges."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.vectors import writer as writing
from indexer.vectors.backend import VectorIndexError
from indexer.vectors.content import SegmentContent, batch_content
from indexer.vectors.manifest import FORMAT, manifest_file
from indexer.vectors.merging import TIER_FACTOR
from indexer.vectors.reader import VectorReader
from indexer.vectors.storing import WrittenSegment, write_segment
from indexer.vectors.writer import GRACE_SECONDS, VectorWriter, rebuild_vectors
from tests.indexer.vectors.support import DIMENSION, name, queries, simple_batch


def open_writer(folder: Path) -> VectorWriter:
    return VectorWriter(folder, "model", DIMENSION)


def found(reader: VectorReader, allowed: Sequence[int] = (1,)) -> list[int]:
    return sorted(reader.search(queries(1), frozenset(allowed), 1000)[1][0].tolist())


def folders(folder: Path) -> set[str]:
    return {child.name for child in (folder / "segments").iterdir()}


def test_an_appended_batch_shows_after_a_refresh(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    reader = VectorReader.open(tmp_path)
    writer.append(simple_batch(1, 3))
    assert found(reader) == []
    assert reader.refresh() is True
    assert found(reader) == [1, 2, 3]
    assert reader.refresh() is False


def test_an_empty_batch_publishes_nothing(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.append(simple_batch(1, 0))
    assert writer.manifest.segments == ()


def test_a_removed_row_is_gone_at_once_in_a_reader_of_another_process(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.append(simple_batch(1, 3))
    code = (
        "import sys; from pathlib import Path\n"
        "from indexer.vectors.reader import VectorReader\n"
        "from tests.indexer.vectors.test_publication import found\n"
        "reader = VectorReader.open(Path(sys.argv[1]))\n"
        "for _ in sys.stdin:\n"
        "    print(found(reader), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def ask() -> str:
            assert other.stdin is not None
            assert other.stdout is not None
            other.stdin.write("\n")
            other.stdin.flush()
            return other.stdout.readline().strip()

        assert ask() == "[1, 2, 3]"
        writer.set_access({name(2): {2: 0}, name(3): {3: 9}})
        assert ask() == "[1]"
        other.stdin.close()
        assert other.wait() == 0


def test_live_rows_are_told_by_document(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.append(simple_batch(1, 3, access_id=4))
    writer.set_access({name(2): {2: 0}})
    assert writer.live_rows([name(1), name(2), name(77)]) == {name(1): {1: 4}}
    assert writer.live_rows([]) == {}


def test_a_writer_goes_on_where_another_stopped(tmp_path: Path) -> None:
    first = open_writer(tmp_path)
    first.append(simple_batch(1, 2))
    first.close()
    second = open_writer(tmp_path)
    second.append(simple_batch(3, 2))
    second.set_access({name(1): {1: 0}})
    assert found(VectorReader.open(tmp_path)) == [2, 3, 4]


def test_a_full_tier_is_merged_without_its_tombstones(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    for number in range(TIER_FACTOR):
        assert writer.merge() is False
        writer.append(simple_batch(10 * number, 3, access_id=number % 3 + 1))
    writer.set_access({name(0): {0: 0}})
    reader = VectorReader.open(tmp_path)
    before = found(reader, (1, 2, 3))
    assert writer.merge() is True
    assert len(writer.manifest.segments) == 1
    assert writer.manifest.rows == 3 * TIER_FACTOR - 1
    assert found(reader, (1, 2, 3)) == before
    reader.refresh()
    assert found(reader, (1, 2, 3)) == before
    assert (
        found(reader, (2,))
        == found(VectorReader.open(tmp_path), (2,))
        == [10, 11, 12, 40, 41, 42, 70, 71, 72]
    )
    assert writer.live_rows([name(10)]) == {name(10): {10: 2}}


def test_a_segment_of_tombstones_disappears(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.append(simple_batch(1, 2))
    writer.set_access({name(1): {1: 0}, name(2): {2: 0}})
    assert writer.merge() is True
    assert writer.manifest.segments == ()
    assert writer.merge() is False


def test_a_merge_keeps_an_access_change_that_happens_while_it_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_writer(tmp_path)
    for number in range(TIER_FACTOR):
        writer.append(simple_batch(10 * number, 2))

    def write_while_access_changes(directory: Path, content: SegmentContent) -> WrittenSegment:
        written = write_segment(directory, content)
        change = threading.Thread(target=writer.set_access, args=({name(0): {0: 0}, name(11): {11: 5}},))
        change.start()
        change.join()
        return written

    monkeypatch.setattr(writing, "write_segment", write_while_access_changes)
    assert writer.merge() is True
    reader = VectorReader.open(tmp_path)
    assert 0 not in found(reader, (1, 5))
    assert found(reader, (5,)) == [11]


def test_a_reader_that_has_not_refreshed_sees_removals_after_a_merge_too(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    for number in range(TIER_FACTOR):
        writer.append(simple_batch(10 * number, 1))
    reader = VectorReader.open(tmp_path)
    writer.merge()
    writer.close()
    open_writer(tmp_path).set_access({name(10): {10: 0}})
    assert 10 not in found(reader)


def test_merged_files_stay_until_readers_had_time_to_swap(tmp_path: Path) -> None:
    now = [1000.0]
    writer = VectorWriter(tmp_path, "model", DIMENSION, clock=lambda: now[0])
    for number in range(TIER_FACTOR):
        writer.append(simple_batch(10 * number, 1))
    reader = VectorReader.open(tmp_path)
    writer.merge()
    assert len(folders(tmp_path)) == TIER_FACTOR + 1
    now[0] += GRACE_SECONDS + 1
    writer.merge()
    assert folders(tmp_path) == {segment.id for segment in writer.manifest.segments}
    assert len(found(reader)) == TIER_FACTOR


def test_what_a_killed_process_never_published_is_removed(tmp_path: Path) -> None:
    open_writer(tmp_path).append(simple_batch(1, 1))
    write_segment(tmp_path, batch_content(simple_batch(2, 1)))
    assert len(folders(tmp_path)) == 2
    writer = open_writer(tmp_path)
    assert folders(tmp_path) == {segment.id for segment in writer.manifest.segments}


@pytest.mark.parametrize("file", ["vectors.faiss", "rows.npy", "documents.npy", "document_numbers.npy"])
def test_a_damaged_segment_is_refused_and_the_others_are_served(tmp_path: Path, file: str) -> None:
    writer = open_writer(tmp_path)
    writer.append(simple_batch(1, 2))
    writer.append(simple_batch(3, 2))
    damaged = tmp_path / "segments" / writer.manifest.segments[0].id / file
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    reader = VectorReader.open(tmp_path)
    assert found(reader) == [3, 4]
    (fault,) = reader.faults
    assert f"{file} is damaged: its checksum differs" in fault
    assert "until `indexer rebuild` has been run" in fault
    with pytest.raises(VectorIndexError, match="is damaged"):
        open_writer(tmp_path)


def test_a_missing_or_short_file_is_a_fault_too(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    for number in range(2):
        writer.append(simple_batch(number, 1))
    first, second = (tmp_path / "segments" / segment.id for segment in writer.manifest.segments)
    (first / "rows.npy").unlink()
    (second / "access.u32").write_bytes(b"\0\0")
    reader = VectorReader.open(tmp_path)
    assert found(reader) == []
    assert "rows.npy" in reader.faults[0]
    assert "access.u32 is damaged: 2 bytes instead of 4" in reader.faults[1]


def test_a_damaged_manifest_says_what_to_do(tmp_path: Path) -> None:
    open_writer(tmp_path).append(simple_batch(1, 1))
    manifest_file(tmp_path).write_text(f'{{"format": {FORMAT}}}')
    with pytest.raises(VectorIndexError, match=r"manifest\.json is damaged .* `indexer rebuild`"):
        VectorReader.open(tmp_path)
    manifest_file(tmp_path).write_text('{"format": 99}')
    with pytest.raises(VectorIndexError, match=f"is of format 99, this version reads {FORMAT}"):
        open_writer(tmp_path)


def test_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    open_writer(tmp_path)
    with pytest.raises(VectorIndexError, match="holds vectors of model, not of other"):
        VectorWriter(tmp_path, "other", DIMENSION)


def test_a_rebuild_switches_in_one_step_whatever_was_there(tmp_path: Path) -> None:
    open_writer(tmp_path).append(simple_batch(1, 3))
    reader = VectorReader.open(tmp_path)
    rebuild_vectors(tmp_path, "model", DIMENSION, iter([simple_batch(7, 1), simple_batch(8, 1)]))
    assert found(reader) == [1, 2, 3]
    reader.refresh()
    assert found(reader) == [7, 8]
    manifest_file(tmp_path).write_text("broken")
    rebuild_vectors(tmp_path, "model", DIMENSION, iter([simple_batch(9, 1)]))
    reader.refresh()
    assert found(reader) == [9]


def test_searches_go_on_while_segments_are_swapped(tmp_path: Path) -> None:
    writer = open_writer(tmp_path)
    writer.append(simple_batch(0, 1))
    reader = VectorReader.open(tmp_path)
    missing: list[int] = []
    finished = threading.Event()

    def search() -> None:
        while not finished.is_set():
            if 0 not in found(reader):
                missing.append(1)

    searching = threading.Thread(target=search)
    searching.start()
    for number in range(1, 3 * TIER_FACTOR):
        writer.append(simple_batch(number, 1))
        writer.merge()
        reader.refresh()
    finished.set()
    searching.join()
    assert missing == []
    assert found(reader) == list(range(3 * TIER_FACTOR))


def test_rows_are_added_and_removed_while_another_thread_merges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_writer(tmp_path)
    for first in range(1, TIER_FACTOR + 1):
        writer.append(simple_batch(first, 1))
    copying, go_on = threading.Event(), threading.Event()

    def held(directory: Path, content: SegmentContent) -> WrittenSegment:
        written = write_segment(directory, content)
        if threading.current_thread() is merging:
            copying.set()
            assert go_on.wait(30)
        return written

    monkeypatch.setattr(writing, "write_segment", held)
    merging = threading.Thread(target=writer.merge)
    merging.start()
    try:
        assert copying.wait(30)
        writer.append(simple_batch(100, 2))
        writer.set_access({name(1): {1: 0}, name(2): {2: 7}})
        assert writer.live_rows([name(1), name(2)]) == {name(2): {2: 7}}
    finally:
        go_on.set()
        merging.join()
    reader = VectorReader.open(tmp_path)
    assert len(writer.manifest.segments) == 2
    assert found(reader) == [*range(3, TIER_FACTOR + 1), 100, 101]
    assert found(reader, [7]) == [2]
