"""The path patterns of one host, bounded: with too many of them, parents stand for all that lies below.

``/products/**`` is such a parent, then ``/**``.
"""

from __future__ import annotations

from typing import Final

from crawler.rules.url_pattern import path_pattern

MOST_PATTERNS: Final = 128
"""Patterns of a host; as many parents may be added, then everything else is `EVERYTHING`."""
EVERYTHING: Final = "/**"

_MOST_SIBLINGS: Final = 16
"""Folders side by side that are told apart: of more, their names are data (people, categories)."""


class PatternBook:
    """The patterns of one host, bounded; the same URL may get a broader one as the host grows."""

    __slots__ = ("_folders", "_known")

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._folders: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def add(self, pattern: str) -> None:
        """Take a pattern that a former run knew."""
        if len(self._known) < 2 * MOST_PATTERNS:
            self._known.add(pattern)
            self._note_folders(pattern)

    def of(self, url: str) -> str:
        """The pattern of a URL, from now on known."""
        pattern = self.lookup(url)
        if pattern not in self._known:
            self.add(pattern)
        return pattern

    def lookup(self, url: str) -> str:
        """The pattern that the URL would get."""
        pattern = self._among_siblings(path_pattern(url))
        if pattern in self._known or len(self._known) < MOST_PATTERNS:
            return pattern
        parent = f"/{pattern.split('/', 2)[1]}/**" if pattern.count("/") > 1 else EVERYTHING
        return parent if parent in self._known or len(self._known) < 2 * MOST_PATTERNS - 1 else EVERYTHING

    def _among_siblings(self, pattern: str) -> str:
        """The pattern with a wildcard for each folder that is one too many beside its siblings."""
        path, mark, rest = _split(pattern)
        above, folders = "", path.split("/")[1:]
        for index, name in enumerate(folders[:-1]):
            siblings = self._folders.get(above, ())
            if name != "*" and len(siblings) >= _MOST_SIBLINGS and name not in siblings:
                folders[index] = "*"
            above += "/" + folders[index]
        return "/" + "/".join(folders) + mark + rest

    def _note_folders(self, pattern: str) -> None:
        above = ""
        for name in _split(pattern)[0].split("/")[1:-1]:
            if name != "*":
                self._folders.setdefault(above, set()).add(name)
            above += "/" + name


def _split(pattern: str) -> tuple[str, str, str]:
    """The path, and what follows it: a query or a route."""
    mark = "?" if "?" in pattern else "#"
    return pattern.partition(mark)
