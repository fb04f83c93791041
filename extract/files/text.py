"""Plain text and separated values: read here, since the standard library keeps their rows and lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from catalog.document import Block, BlockKind
from extract.html.tables import table_text

_BLANK_LINES: Final = re.compile(r"\n[ \t]*\n\s*")
_SHORT: Final = 2 / 3
"""The share of the longest line below which a line ends its paragraph."""
SEPARATED: Final = {"text/csv": ",", "text/tab-separated-values": "\t"}


def text_blocks(text: str, page: int | None = None) -> Iterator[Block]:
    """Paragraphs of plain text: parted by blank lines, or where a line ends well before the others do."""
    for part in _BLANK_LINES.split(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")):
        for paragraph in _paragraphs(part.split("\n")):
            yield Block(BlockKind.PARAGRAPH, paragraph, page=page)


def _paragraphs(lines: list[str]) -> Iterator[str]:
    full = _SHORT * max(map(len, lines))
    gathered: list[str] = []
    for line in lines:
        folded = " ".join(line.split())
        if folded:
            gathered.append(folded)
        if len(line) < full and gathered:
            yield " ".join(gathered)
            gathered = []
    if gathered:
        yield " ".join(gathered)


def separated_blocks(text: str, delimiter: str) -> Iterator[Block]:
    """One table; the delimiter is the one that the file uses, if that is another than its type says."""
    text = text.replace("\0", "")
    lines = text.splitlines()
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff("\n".join(lines[:20]), delimiters=",;\t|")
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect))  # a cell may have several lines
    except csv.Error:
        rows = [line.split(delimiter) for line in lines]
    table = table_text([[" ".join(cell.split()) for cell in row] for row in rows])
    if table:
        yield Block(BlockKind.TABLE, table)
