"""Tables: which hold data and which only lay out a page, and the text of those with data."""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborNode

_LONG_CELL = 400
"""Characters in one cell on average from which a table without headers is taken for layout."""


def is_data_table(table: LexborNode) -> bool:
    """Whether rows and columns mean something.

    A header cell says so; a nested table, `role=presentation`, preformatted text (source beside its line
    numbers), a single column or cells as long as articles say the opposite.
    """
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    # A selector may match by what stands around: `table table` would find this table inside one for layout.
    if len(table.css("table")) > 1 or table.css_first("td h1, td h2, td form") is not None:
        return False
    if table.css_first("th") is not None:
        return True
    if table.css_first("td pre") is not None:
        return False
    rows, cells = len(table.css("tr")), len(table.css("td"))
    if rows < 2 or cells < 2 * rows:
        return False
    return len(table.text_lexbor()) < cells * _LONG_CELL


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """A line per row, cells parted by " | "; rows without text are left out."""
    return "\n".join(" | ".join(row) for row in rows if any(row))
