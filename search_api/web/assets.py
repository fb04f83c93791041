"""The page's own files, read once, addressed by their content so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Final

_MEDIA_TYPES: Final = {
    "style.css": "text/css; charset=utf-8",
    "search.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page."""

    content: bytes
    media_type: str
    href: str


def load_assets() -> Mapping[str, Asset]:
    """Every asset by its name."""
    folder = files("search_api.web")
    assets = {}
    for name, media_type in _MEDIA_TYPES.items():
        content = folder.joinpath(name).read_bytes()
        digest = hashlib.blake2b(content, digest_size=8).hexdigest()
        assets[name] = Asset(content, media_type, f"/assets/{digest}/{name}")
    return MappingProxyType(assets)
