"""The lexical index of the 100,000 real passages, made once and kept, for its size."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from benchmarks.passages import cache_folder, read_texts
from benchmarks.words import passage_entries
from indexer.lexical.errors import LexicalIndexError
from indexer.lexical.reader import LexicalReader
from indexer.lexical.writer import LexicalWriter
from settings.fields import BUILT_IN_FIELDS

_PER_COMMIT: Final = 500
"""Documents."""


def lexical_collection(folder: Path) -> Path:
    """`folder`, filled unless it holds the index in today's format already: half a minute."""
    try:
        if folder.exists():
            LexicalReader.open(folder)
            return folder
    except LexicalIndexError:
        shutil.rmtree(folder)
    unfinished = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    with LexicalWriter(unfinished, BUILT_IN_FIELDS) as writer:
        for number, (page, passages) in enumerate(passage_entries(read_texts(cache_folder())), start=1):
            writer.replace(page, passages)
            if number % _PER_COMMIT == 0:
                writer.commit()
        writer.commit()
    return unfinished.replace(folder)
