"""What a file holds: its blocks, and what it says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from catalog.document import Block

_PLACEHOLDER: Final = re.compile(
    r"|\(?(?:anonymous|unspecified|untitled|unknown)\)?"
    r"|(?:microsoft (?:word|powerpoint|excel) - .*|\S+\.(?:docx?|pptx?|xlsx?|odt|rtf|indd|tex|dvi|qxd))",
    re.IGNORECASE,
)
"""What programs write when nobody said anything: also the name of the file that was printed."""

_UNREADABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class FileContent:
    """Blocks and statements of a file; `metadata` has kreuzberg's names."""

    __slots__ = ("blocks", "metadata")

    def __init__(self, blocks: Iterable[Block], metadata: Mapping[str, Any]) -> None:
        self.blocks = tuple(map(_clean, blocks))
        self.metadata = metadata

    def text(self, name: str) -> str | None:
        """A statement of the file, unless it is what a program writes when nobody said anything."""
        value = self.metadata.get(name)
        if not isinstance(value, str) or _PLACEHOLDER.fullmatch(value.strip()):
            return None
        return " ".join(value.replace("\0", "").split())

    @property
    def authors(self) -> tuple[str, ...]:
        """The people named as authors."""
        names = self.metadata.get("authors") or ()
        return tuple(name.strip() for name in names if not _PLACEHOLDER.fullmatch(name.strip()))


def _clean(block: Block) -> Block:
    """A block without control characters: no database keeps NUL, and nobody can read the others."""
    return replace(block, text=_UNREADABLE.sub("", block.text)) if _UNREADABLE.search(block.text) else block
