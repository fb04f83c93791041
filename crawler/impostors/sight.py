"""What a detector sees of a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from extract.html.script_evidence import ScriptEvidence
from extract.html.short_page import ShortPage

_SHOWN: Final = 60


@dataclass(frozen=True)
class Sight:
    """A page with little text at a URL.

    `body` are the bytes that were read: those of a browser's DOM where the page was rendered.
    """

    url: str
    page: ShortPage
    evidence: ScriptEvidence
    body: bytes = b""
    is_seed: bool = False
    is_rendered: bool = False

    @property
    def host(self) -> str:
        """The name of the host without `www.`, in lower case."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")

    @cached_property
    def statements(self) -> tuple[str, ...]:
        """Title, headings and the lines of the text, in this order."""
        return (self.page.title, *self.page.headings, *self.page.text.split("\n"))

    @cached_property
    def said(self) -> str:
        """The same as one text, in lower case, with plain apostrophes."""
        return "\n".join(self.statements).lower().replace("’", "'")


def shortened(text: str) -> str:
    """What a stranger wrote, short and on one line."""
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
