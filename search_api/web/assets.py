"""The pages' own files, read once, addressed by the digest of them all.

So browsers may keep each for ever, and what refers to its neighbours (a module that imports another) finds
them below the same address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the pages."""

    content: bytes
    media_type: str
    href: str


def load_assets() -> Mapping[str, Asset]:
    """Every asset by its path below `static`."""
    folder = files("search_api.web").joinpath("static")
    contents = {name: entry.read_bytes() for name, entry in _files(folder)}
    digest = hashlib.blake2b(digest_size=8)
    for name in sorted(contents):
        digest.update(f"{name}\0{len(contents[name])}\0".encode() + contents[name])
    return MappingProxyType(
        {
            name: Asset(
                content, _MEDIA_TYPES[PurePosixPath(name).suffix], f"/assets/{digest.hexdigest()}/{name}"
            )
            for name, content in contents.items()
        }
    )


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
        elif PurePosixPath(entry.name).suffix in _MEDIA_TYPES:
            yield f"{prefix}{entry.name}", entry
