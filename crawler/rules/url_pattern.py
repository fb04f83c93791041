"""Path patterns: URLs that a site makes in the same way share one, such as ``/products/*``.

A pattern is the path with its last segment's name as a wildcard (its extension stays), with numbers, hashes
and long slugs as wildcards, and with the names of the query's parameters. The pattern of a pattern is itself.
"""

from __future__ import annotations

import re
from typing import Final

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
    if len(named) == _MOST_SEGMENTS and named[-1] == "**":
        return path
    extension = _EXTENSION.search(named[-1])
    last = "*" + (extension[0].lower() if extension else "")
    if len(named) > _MOST_SEGMENTS:
        return "/".join(["", *map(_folder, named[: _MOST_SEGMENTS - 1]), "**"])
    return "/".join(["", *map(_folder, named[:-1]), last]) + slash


def _folder(name: str) -> str:
    is_data = len(name) > _LONGEST_NAME or _DIGITS.search(name) or len(_SLUG.findall(name)) >= 3
    return "*" if is_data else name
