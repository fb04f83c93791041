"""What a page's HTML says about scripts that may write its content: figures, reasons, a template's mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SHELL: Final = 5
"""The weight of signs from which a page is taken for an empty shell that scripts fill."""


@dataclass(frozen=True)  # no slots: it travels between processes, and is pickled in C without them
class ScriptEvidence:
    """How much speaks for reading a page in a browser.

    `text_length` counts the characters of its main content, `words` the words of it outside navigation,
    footers and links. `scripts` counts those that could write content: neither data nor trackers. `reasons`
    are parts of a sentence for people, such as ``an empty #app``. `template` is a 64-bit mark (signed) of
    what could write into the page: its scripts by name and the empty elements that wait to be filled; pages
    with the same mark are made in the same way.
    """

    text_length: int = 0
    words: int = 0
    scripts: int = 0
    weight: int = 0
    reasons: tuple[str, ...] = ()
    template: int = 0

    @property
    def is_shell(self) -> bool:
        """Whether the HTML alone shows that the content is still to come."""
        return self.scripts > 0 and self.weight >= SHELL


NO_SCRIPTS: Final = ScriptEvidence()
"""Of files, and of pages that no script could change."""
