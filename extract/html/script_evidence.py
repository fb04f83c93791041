"""What a page's HTML says about scripts that may write its content: figures, reasons, a template's mark."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_SHELL: Final = 5
_DOUBTFUL: Final = 3


class EvidenceKind(StrEnum):
    """What the HTML alone looks like: all there, perhaps not, or an empty shell that scripts fill."""

    PLAIN = "plain"
    DOUBTFUL = "doubtful"
    SHELL = "shell"


@dataclass(frozen=True)  # no slots: it travels between processes, and is pickled in C without them
class ScriptEvidence:
    """How much speaks for reading a page in a browser.

    `text_length` counts the characters of its main content, `words` the words of it outside navigation,
    footers and links. `scripts` counts those that could write content: neither data nor trackers. `reasons`
    are parts of a sentence for people, such as ``an empty #app``; `awaits_content` says that one of them is a
    place that is plainly still to be filled, and not only a plea or a link. `template` is a 64-bit mark
    (signed) of what could write into the page: its scripts by name and the empty elements that wait to be
    filled; pages with the same mark are made in the same way.
    """

    text_length: int = 0
    words: int = 0
    scripts: int = 0
    weight: int = 0
    reasons: tuple[str, ...] = ()
    template: int = 0
    awaits_content: bool = False

    @property
    def kind(self) -> EvidenceKind:
        """What the signs together say."""
        if self.weight >= _SHELL:
            return EvidenceKind.SHELL
        return EvidenceKind.DOUBTFUL if self.weight >= _DOUBTFUL else EvidenceKind.PLAIN


NO_SCRIPTS: Final = ScriptEvidence()
"""Of files, and of pages that no script could change."""
