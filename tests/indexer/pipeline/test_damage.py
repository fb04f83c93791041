"""Damaged files, a full disk, a read-only folder: told, nothing lost, and mended without embedding."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from catalog.database import Catalog
from catalog.errors import CatalogError
from indexer.embedding.embedder import ModelError, Vectors
from indexer.layout import IndexLayout
from indexer.lexical.errors import LexicalIndexError
from indexer.pipeline import Pipeline
from indexer.progress import Progress
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question
from indexer.vectors.backend import VectorBatch, VectorIndexError
from indexer.vectors.writer import VectorWriter
from settings.configuration import Settings
from tests.indexer.embedding.tiny_models import save_embedding_model
from tests.indexer.pipeline.support import (
    WordEmbedder,
    add,
    change,
    found,
    lexical_documents,
    make_settings,
    open_from,
    served,
)
from tests.indexer.pipeline.test_pipeline import chunk_ids, run

Damage = Callable[[bytes], bytes | None]


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0x10]) + content[middle + 1 :]


def gone(_: bytes) -> None:
    return None


def damage(settings: Settings, pattern: str, how: Damage) -> None:
    """Put other bytes in the place of the first file that matches; who has it open keeps what it was."""
    file = sorted(IndexLayout(settings.store.directory).index.glob(pattern))[0]
    content = how(file.read_bytes())
    if content is None:
        file.unlink()
    else:
        other = file.with_name(f"{file.name}.other")
        other.write_bytes(content)
        other.replace(file)


def wait_for_checks() -> None:
    """Until the checksums of all that was opened are compared."""
    for thread in threading.enumerate():
        if thread.name == "vectors-check":
            thread.join()


@pytest.mark.parametrize(
    ("pattern", "how"),
    [
        ("served", cut),
        ("*/vectors/manifest.json", cut),
        ("*/vectors/manifest.json", gone),
        ("*/vectors/segments/*/vectors.faiss", flipped),
        ("*/vectors/segments/*/rows.npy", flipped),
        ("*/vectors/segments/*/access.u32", cut),
        ("*/lexical/schema.json", gone),
        ("*/lexical/passages/meta.json", cut),
        ("*/lexical/documents/meta.json", gone),
        ("*/lexical/passages/*.store", flipped),
        ("*/lexical/passages/*.idx", cut),
        ("*/lexical/documents/*.term", gone),
    ],
)
def test_a_damaged_index_answers_as_before_until_the_indexer_has_mended_it_without_embedding(
    catalog: Catalog, settings: Settings, pattern: str, how: Damage
) -> None:
    for number in range(3):
        add(catalog, f"https://intranet.example/{number}", f"Text {number} of the harbour.")
    run(catalog, settings)
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    before = retriever.search(Question("harbour")).hits
    assert len(before) == 3
    wait_for_checks()  # of what was opened: they read the files, which are still sound
    damage(settings, pattern, how)
    with pytest.MonkeyPatch.context() as quiet:
        quiet.setattr("indexer.retrieval.retriever.logger.disabled", True)
        try:
            retriever.refresh()
        except LexicalIndexError as error:
            assert "indexer rebuild" in str(error)  # noqa: PT017 - only some damage is met by a reader
    assert retriever.search(Question("harbour")).hits == before
    add(catalog, "https://intranet.example/new", "A new text of the harbour.")
    done, embedded = run(catalog, settings)
    assert embedded == ["new\nPart 0\n\nA new text of the harbour."]
    assert done.pending == 0
    assert found(settings) == chunk_ids(catalog)
    assert lexical_documents(settings) == 4
    retriever.refresh()
    after = retriever.search(Question("harbour"))
    assert (len(after.hits), after.notices) == (4, ())


def test_a_damaged_shard_of_embeddings_costs_those_embeddings_and_no_others(
    catalog: Catalog, settings: Settings
) -> None:
    add(catalog, "https://intranet.example/a", "One.", "Two.")
    run(catalog, settings)
    add(catalog, "https://intranet.example/b", "Three.")
    run(catalog, settings)
    folder = IndexLayout(settings.store.directory).embeddings("words-1")
    shard = max(folder.glob("*.shard"), key=lambda file: file.stat().st_size)
    shard.write_bytes(shard.read_bytes()[:64] + bytes(64))
    embedder = WordEmbedder()
    with Pipeline(catalog, settings, embedder=embedder) as pipeline:
        pipeline.rebuild()
    assert embedder.seen == ["a\nPart 1\n\nTwo."]
    assert found(settings) == chunk_ids(catalog)


class BrokenModel(WordEmbedder):
    """Gives vectors that are no numbers."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), self.dimension), np.nan, dtype=np.float16)


def test_a_model_that_gives_no_numbers_is_told_and_what_is_pending_waits(
    catalog: Catalog, settings: Settings
) -> None:
    document = add(catalog, "https://intranet.example/a", "One.")
    run(catalog, settings)
    before = found(settings)
    change(catalog, document, "Two.")
    with (
        pytest.raises(ModelError, match="gave 1 of 1 passages a vector that is no number"),
        Pipeline(catalog, settings, embedder=BrokenModel()) as pipeline,
    ):
        pipeline.run_once()
    assert found(settings) == before == chunk_ids(catalog)
    assert run(catalog, settings)[0] == Progress(documents=1, chunks=1, embedded=1, pending=0)


@pytest.mark.parametrize(
    ("file", "how", "told"),
    [
        ("model.safetensors", gone, "could not be loaded|lack"),
        ("model.safetensors", cut, "are damaged"),
        ("tokenizer.json", cut, "could not be loaded"),
        (
            "1_Pooling/config.json",
            lambda content: content.replace(b'"embedding_dimension": 16', b'"embedding_dimension": 24'),
            "says that its vectors have 24 numbers, but they have 16: .* do not belong together",
        ),
    ],
    ids=["weights gone", "weights cut", "tokenizer cut", "other dimension"],
)
def test_a_model_whose_files_are_wrong_is_told_the_served_index_stays_and_what_is_pending_waits(
    catalog: Catalog, settings: Settings, tmp_path: Path, *, file: str, how: Damage, told: str
) -> None:
    document = add(catalog, "https://intranet.example/a", "One.")
    run(catalog, settings)
    before, build = found(settings), served(settings)
    change(catalog, document, "Two.")
    folder = save_embedding_model(tmp_path / "model")
    content = how((folder / file).read_bytes())
    (folder / file).unlink()
    if content is not None:
        (folder / file).write_bytes(content)
    wrong = settings.model_copy(update={"index": settings.index.model_copy(update={"model": str(folder)})})
    with pytest.raises(ModelError, match=told), Pipeline(catalog, wrong) as pipeline:
        pipeline.run_once()
    assert (found(settings), served(settings)) == (before, build)
    assert run(catalog, settings)[0] == Progress(documents=1, chunks=1, embedded=1, pending=0)


def test_a_page_without_text_is_indexed_and_embeds_nothing(catalog: Catalog, settings: Settings) -> None:
    add(catalog, "https://intranet.example/empty")
    done, embedded = run(catalog, settings)
    assert (done.documents, done.chunks, done.pending, embedded) == (1, 0, 0, [])
    assert found(settings) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 4 MB."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip(f"mount: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def on_small_disk(tmp_path: Path, small_disk: Path) -> Settings:
    """The catalog has room; indexes and embeddings lie on the small disk."""
    settings = make_settings(tmp_path)
    store = settings.store.model_copy(update={"directory": small_disk / "data"})
    return settings.model_copy(update={"store": store})


FAULTS = (CatalogError, LexicalIndexError, OSError, VectorIndexError)
TOLD = r"No space left|disk is full|full disk|Read-only file system|is read-only"


def fill(disk: Path, free_bytes: int) -> Path:
    """Leave so little room."""
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    filler.write_bytes(bytes(max(0, free - free_bytes)))
    return filler


@pytest.mark.parametrize("free_bytes", [8_192, 40_960])
@pytest.mark.parametrize("rebuilt", [False, True], ids=["batch", "build"])
def test_a_full_disk_is_told_leaves_the_served_index_and_loses_nothing(
    on_small_disk: Settings, small_disk: Path, free_bytes: int, rebuilt: bool
) -> None:
    settings = on_small_disk
    catalog = open_from(settings)
    add(catalog, "https://intranet.example/a", "One.")
    run(catalog, settings)
    before, build = found(settings), served(settings)
    filler = fill(small_disk, free_bytes)
    for number in range(20):
        add(catalog, f"https://intranet.example/{number}", *(f"Text {number}.{part}." for part in range(20)))
    with (
        pytest.raises(FAULTS, match=TOLD),
        Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline,
    ):
        pipeline.rebuild() if rebuilt else pipeline.run_once()
    assert served(settings) == build
    assert set(before) <= set(found(settings))
    filler.unlink()
    run(catalog, settings)
    assert found(settings) == chunk_ids(catalog)
    assert (len(chunk_ids(catalog)), lexical_documents(settings)) == (401, 21)
    catalog.close()


def test_a_folder_that_cannot_be_written_is_told_and_goes_on_answering(
    on_small_disk: Settings, small_disk: Path
) -> None:
    settings = on_small_disk
    catalog = open_from(settings)
    add(catalog, "https://intranet.example/a", "One of the harbour.")
    run(catalog, settings)
    add(catalog, "https://intranet.example/b", "Two of the harbour.")
    retriever = open_retriever(catalog, settings, embedder=WordEmbedder())
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with (
        pytest.raises(FAULTS, match=TOLD),
        Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline,
    ):
        pipeline.run_once()
    assert len(retriever.search(Question("harbour")).hits) == 1
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert run(catalog, settings)[0].documents == 1
    assert len(found(settings)) == 2
    catalog.close()


def test_a_segment_that_finds_no_room_leaves_nothing_behind(small_disk: Path) -> None:
    writer = VectorWriter(small_disk / "vectors", "words-1", 32)
    filler = fill(small_disk, 32_768)
    count = 1_000
    vectors = np.array([WordEmbedder().embed_query(str(number)) for number in range(count)], dtype=np.float16)
    batch = VectorBatch(
        np.arange(1, count + 1), tuple("ab" * 16 for _ in range(count)), np.ones(count, np.uint32), vectors
    )
    with pytest.raises((OSError, VectorIndexError), match=r"No space left|cannot be written"):
        writer.append(batch)
    assert list((small_disk / "vectors" / "segments").iterdir()) == []
    filler.unlink()
    writer.append(batch)
    assert writer.manifest.rows == count
