"""Untrusted text on its way to a template: without tricks, cut where it is marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

_FOLDERS: Final = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that is marked as a whole or not at all."""

    text: str
    marked: bool


def clean(text: str) -> str:
    """Without control and formatting characters: none may turn the line's direction or hide in it."""
    kept = (c if c == " " or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else " " for c in text)
    return " ".join("".join(kept).split())


def sentence(text: str) -> str:
    """A message as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def without_bars(text: str) -> str:
    """Cells of a table parted by points instead of bars; as long as before, so that offsets hold."""
    return text.replace(" | ", " · ")


def segments_of(text: str, spans: Iterable[tuple[int, int]]) -> tuple[Segment, ...]:
    """The text cut at the borders of its spans (start, end); those that a space parts are marked as one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and text[joined[-1][1] : start] == " ":
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    segments, position = [], 0
    for start, end in joined:
        segments += [Segment(text[position:start], False), Segment(text[start:end], True)]
        position = end
    segments.append(Segment(text[position:], False))
    return tuple(segment for segment in segments if segment.text)


def crumbs_of(url: str) -> tuple[str, ...]:
    """The host and the folders of an address, readable: at most the last three folders."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return (clean(url),)
    folders = [clean(unquote(step)) for step in parts.path.split("/") if step]
    shown = [step for step in folders if step]
    if len(shown) > _FOLDERS:
        shown = ["…", *shown[-_FOLDERS:]]
    return (clean(parts.netloc.rpartition("@")[2]) or clean(url), *shown)
