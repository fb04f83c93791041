"""A text file with one address a line (https://www.sitemaps.org/protocol.html#otherformats)."""

from __future__ import annotations

import re
from typing import Final

from crawler.sitemaps.entry import Entry

LONGEST_LINE: Final = 8_192
"""Characters: a longer line is no address."""

_address = re.compile(r"(?:https?://|/)[^\s<>\"]+", re.IGNORECASE).match
_without_scheme = re.compile(r"www\.[^\s<>\"]+", re.IGNORECASE).match


class TextLines:
    """Feed it text piece by piece; lines that are no address are passed over."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._rest = ""

    def feed(self, text: str) -> None:
        """Take the lines that are complete now."""
        *lines, rest = (self._rest + text).replace("\r", "\n").split("\n")
        # A line without an end is cut so that it is none: memory stays small.
        self._rest = rest if len(rest) <= LONGEST_LINE else rest[: LONGEST_LINE + 1]
        for line in lines:
            self._take(line)

    def finish(self) -> None:
        """The last line may lack its end."""
        self._take(self._rest)
        self._rest = ""

    def _take(self, line: str) -> None:
        line = line.strip().lstrip("\ufeff")
        if not line or len(line) > LONGEST_LINE:
            return
        if match := _address(line):
            self.entries.append(Entry(match[0]))
        elif match := _without_scheme(line):
            self.entries.append(Entry(f"http://{match[0]}"))
