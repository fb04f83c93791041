"""What runs in each document before the page's own scripts, and what it tells us."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import orjson

from crawler.rendering.interfaces import NOTE_BINDING
from crawler.rendering.page_scripts.sources import source

_LONGEST_NOTE: Final = 8_192
_CLOSED_TREE: Final = re.compile(
    rb"""(<template\b[^>]{0,300}?\bshadowrootmode\s*=\s*["']?)closed\b""", re.IGNORECASE
)


@cache
def on_new_document() -> str:
    """The script for the page's own world (`Page.addScriptToEvaluateOnNewDocument`).

    Dialogs, printing, beacons and notifications do nothing, sockets fail as if their server were down,
    windows are noted by `NOTE_BINDING` (of which Chromium tells only after `Runtime.enable`) and not opened,
    closed shadow trees are open for us alone.
    """
    script = source("observe")
    if f'"{NOTE_BINDING}"' not in script:
        raise AssertionError("observe.js must name the binding that the engine installs")
    return f"(()=>{{'use strict';{script}}})()"


def noted_link(note: str) -> str | None:
    """The address in a note, which the page may have forged; None where there is none."""
    if len(note) > _LONGEST_NOTE:
        return None
    try:
        said = orjson.loads(note)
    except orjson.JSONDecodeError:
        return None
    link = said.get("link") if isinstance(said, dict) else None
    return link if isinstance(link, str) and link.startswith(("http://", "https://")) else None


def with_open_shadow_trees(document: bytes) -> bytes:
    """The page's HTML with closed declarative shadow trees opened, so that what they show can be read."""
    return _CLOSED_TREE.sub(rb"\1open", document) if b"shadowrootmode" in document.lower() else document
