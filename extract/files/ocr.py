"""Text in pictures and on scanned pages, by tesseract: kreuzberg has it, the system its languages."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import kreuzberg

from catalog.document import Block
from extract.files.text import text_blocks

_FOLDERS: Final = ("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tessdata", "/usr/local/share/tessdata")
_NO_LANGUAGES: Final = frozenset({"osd", "equ", "snum"})
_MOST_LANGUAGES: Final = 4
"""Each further language makes tesseract slower, and a little less sure."""
_DOTS_PER_INCH: Final = 300
SECONDS: Final = 540.0
"""After that the pages read so far make the document: a parser for patient work has 600 s."""


@cache
def languages() -> tuple[str, ...]:
    """The languages of which tesseract has data here, English first; none where it is not installed."""
    prefix = os.environ.get("TESSDATA_PREFIX")
    folders = [Path(prefix)] if prefix else [found for each in _FOLDERS for found in Path("/").glob(each[1:])]
    names = {file.stem for folder in folders for file in folder.glob("*.traineddata")} - _NO_LANGUAGES
    return tuple(sorted(names, key=lambda name: (name != "eng", name)))


def picture_blocks(body: bytes, content_type: str, page: int | None = None) -> Iterator[Block]:
    """The text that stands in a picture. Raises what kreuzberg raises."""
    result = kreuzberg.extract_bytes_sync(body, content_type, _configuration())
    yield from text_blocks(result.content, page)


def scanned_blocks(body: bytes, pages: list[int]) -> Iterator[Block]:
    """The text of these pages of a PDF, from 1. Raises what kreuzberg raises."""
    ends = time.monotonic() + SECONDS
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(body)
        file.flush()
        for page in pages:
            if time.monotonic() > ends:
                return
            picture = kreuzberg.render_pdf_page(file.name, page - 1, dpi=_DOTS_PER_INCH)
            yield from picture_blocks(picture, "image/png", page)


def _configuration() -> kreuzberg.ExtractionConfig:
    tesseract = kreuzberg.TesseractConfig(
        psm=3, output_format="text", enable_table_detection=False, use_cache=False
    )
    return kreuzberg.ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        ocr=kreuzberg.OcrConfig(
            backend="tesseract",
            language="+".join(languages()[:_MOST_LANGUAGES]),
            tesseract_config=tesseract,
        ),
    )
