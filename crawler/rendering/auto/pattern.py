"""Path patterns: URLs that a site makes in the same way share one, such as ``/products/*``.

A pattern is the path with its last segment's name as a wildcard (its extension stays), with numbers, hashes
and long slugs as wildcards, and with the names of the query's parameters. On a host with too many of them the
parents stand for all that lies below: ``/products/**``, then ``/**``.
"""

from __future__ import annotations

import re
from typing import Final

MOST_PATTERNS: Final = 128
"""Patterns of a host; as many parents may be added, then everything else is `EVERYTHING`."""
EVERYTHING: Final = "/**"

_MOST_SIBLINGS: Final = 16
"""Folders side by side that are told apart: of more, their names are data (people, categories)."""
_MOST_SEGMENTS: Final = 6
_MOST_PARAMETERS: Final = 8
_LONGEST_NAME: Final = 24
_EXTENSION: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_SLUG: Final = re.compile(r"[-_+]|%20")
_DIGITS: Final = re.compile(r"\d+")


def host_of(url: str) -> str:
    """The host of an absolute URL, with its port where one is named."""
    return re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]


def path_pattern(url: str) -> str:
    """The pattern of an absolute URL, without regard to what else its host has."""
    rest = url.partition("://")[2]
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    pattern = _path("/" + rest.partition("/")[2])
    if query:
        names = {_DIGITS.sub("*", each.partition("=")[0]) for each in query.split("&")}
        pattern += "?" + "&".join(sorted(name[:_LONGEST_NAME] for name in names)[:_MOST_PARAMETERS])
    if fragment.startswith(("/", "!")):  # a route of a script
        mark = "#!" if fragment[0] == "!" else "#"
        pattern += mark + _path("/" + fragment.partition("?")[0].lstrip("!").lstrip("/"))
    return pattern


def _path(path: str) -> str:
    """A path that begins with a slash, generalised."""
    segments = path.partition(";")[0].split("/")[1:]
    slash = "/" if segments[-1] == "" and len(segments) > 1 else ""
    named = [segment for segment in segments if segment]
    if not named:
        return "/"
    extension = _EXTENSION.search(named[-1])
    last = "*" + (extension[0].lower() if extension else "")
    if len(named) > _MOST_SEGMENTS:
        return "/".join(["", *map(_folder, named[: _MOST_SEGMENTS - 1]), "**"])
    return "/".join(["", *map(_folder, named[:-1]), last]) + slash


def _folder(name: str) -> str:
    is_data = len(name) > _LONGEST_NAME or _DIGITS.search(name) or len(_SLUG.findall(name)) >= 3
    return "*" if is_data else name


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
