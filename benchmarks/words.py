"""The lexical index of 100,000 real passages (`benchmarks.passages`): its size, what writing costs, and how
soon a changed document is committed and read; and how fast pages are cut into passages.

`python -m benchmarks.words [--passages N]`. A document of the index has ten passages.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from benchmarks.embed import MANUAL, document, made_pages, manual_pages
from benchmarks.passages import COUNT, cache_folder, read_texts
from benchmarks.report import Figure, print_figure
from catalog.document import Document
from indexer.chunking import Chunking, chunk_documents
from indexer.embedding.local import LocalEmbedder
from indexer.lexical.reader import LexicalReader
from indexer.lexical.writer import LexicalWriter
from settings.fields import BUILT_IN_FIELDS

CHANGES: Final = 30
PAGES: Final = 200
_PER_DOCUMENT: Final = 10
_PER_COMMIT: Final = 500
_PAGES_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class _Passage:
    text: str
    heading_path: tuple[str, ...]
    start: int = 0

    @property
    def end(self) -> int:
        return self.start + len(self.text)


Entry = tuple[Document, list[tuple[int, _Passage]]]


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.words", description=__doc__)
    parser.add_argument("--passages", type=int, default=COUNT)
    passages = parser.parse_args().passages
    entries = list(passage_entries(islice(read_texts(cache_folder()), passages)))
    if not entries:
        raise SystemExit(f"{cache_folder()} holds no passages: run `python -m benchmarks.passages`")
    print_figure(Figure("pages cut into passages", _chunks_per_second(), "chunks/s of one core"))
    with tempfile.TemporaryDirectory() as folder:
        _measure_index(Path(folder), entries)


def _measure_index(folder: Path, entries: Sequence[Entry]) -> None:
    count = sum(len(passages) for _, passages in entries)
    writer = LexicalWriter(folder, BUILT_IN_FIELDS)
    started = time.process_time(), time.thread_time()
    for number, (page, passages) in enumerate(entries, start=1):
        writer.replace(page, passages)
        if number % _PER_COMMIT == 0:
            writer.commit()
    writer.commit()
    whole, own = time.process_time() - started[0], time.thread_time() - started[1]
    print_figure(Figure(f"writing {count:,} passages: processor", whole / count * 1e6, "µs/passage"))
    print_figure(Figure("of it in Python", own / count * 1e6, "µs/passage"))
    commits, reloads = _changes(folder, writer, entries[:CHANGES])
    print_figure(Figure("a changed document is committed", statistics.median(commits) * 1e3, "ms"))
    print_figure(Figure("and read", statistics.median(reloads) * 1e3, "ms"))
    writer.close()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print_figure(Figure(f"lexical index of {count:,}", size / count, "bytes/passage"))


def _changes(
    folder: Path, writer: LexicalWriter, entries: Sequence[Entry]
) -> tuple[list[float], list[float]]:
    """Seconds of each commit of one document, and of a reader that takes it over."""
    reader = LexicalReader.open(folder)
    commits, reloads = [], []
    for page, passages in entries:
        writer.replace(page, passages)
        started = time.perf_counter()
        writer.commit()
        commits.append(time.perf_counter() - started)
        started = time.perf_counter()
        reader.refresh()
        reloads.append(time.perf_counter() - started)
    return commits, reloads


def _chunks_per_second() -> float:
    """Of processor time, the pipeline's batches at a time."""
    tokenizer = LocalEmbedder(device="cpu").tokenizer
    pages = manual_pages(PAGES) if MANUAL.is_dir() else made_pages(PAGES)
    started = time.process_time()
    chunks = 0
    for first in range(0, len(pages), _PAGES_AT_ONCE):
        made = chunk_documents(pages[first : first + _PAGES_AT_ONCE], tokenizer, Chunking())
        chunks += sum(map(len, made))
    return chunks / (time.process_time() - started)


def passage_entries(texts: Iterator[str]) -> Iterator[Entry]:
    """Documents of `_PER_DOCUMENT` passages; a text's first line is its title and headings."""
    number = 0
    while some := list(islice(texts, _PER_DOCUMENT)):
        parted = [text.partition("\n") for text in some]
        passages = [
            (number + place, _Passage(body or head, tuple(head.split(". ")[1:])))
            for place, (head, _, body) in enumerate(parted, start=1)
        ]
        title = parted[0][0].partition(". ")[0]
        yield document(f"https://manual.example/{number}.html", title, ()), passages
        number += len(some)


if __name__ == "__main__":
    main()
