"""An empty lexical index to write to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.lexical.writer import LexicalWriter
from settings.fields import BUILT_IN_FIELDS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lexical"


@pytest.fixture
def writer(folder: Path) -> Iterator[LexicalWriter]:
    with LexicalWriter(folder, BUILT_IN_FIELDS) as opened:
        yield opened
