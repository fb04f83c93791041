"""What the tables and stories of the commands have in common: the console and its widths."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from rich.console import Console
from rich.table import Table

_PIPE_WIDTH: Final = 10_000
_FOLDED: Final = {"URL", "reason", "rule", "such as"}


def console() -> Console:
    """As wide as the terminal; into a pipe or a file as wide as it takes, for a line is one record there."""
    made = Console(highlight=False, soft_wrap=True)
    return made if made.is_terminal else Console(highlight=False, soft_wrap=True, width=_PIPE_WIDTH)


def table(*columns: str, right: Collection[str] = ()) -> Table:
    """A table without lines; what people read folds, the rest is cut."""
    made = Table(box=None, pad_edge=False)
    for column in columns:
        made.add_column(
            column,
            justify="right" if column in right else "left",
            overflow="fold" if column in _FOLDED else "ellipsis",
            no_wrap=column not in _FOLDED,
        )
    return made
