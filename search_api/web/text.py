"""Untrusted text on its way to a template: without tricks, cut where it is marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from catalog.document import FieldValue

_LABELS: Final = {
    "connector": "Source",
    "created_at": "Created",
    "file_type": "Type",
    "languages": "Language",
    "updated_at": "Updated",
}
_FOLDERS: Final = 3


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that is marked as a whole or not at all."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of a document; `machine` is the date for a `<time>` element."""

    label: str
    text: str
    machine: str | None = None


def clean(text: str) -> str:
    """Without control and formatting characters: none may turn the line's direction or hide in it."""
    kept = (c if c == " " or unicodedata.category(c) not in {"Cc", "Cf", "Cs"} else " " for c in text)
    return " ".join("".join(kept).split())


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


def label_of(name: str) -> str:
    """A field's name as people write it."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def fact_of(name: str, value: FieldValue) -> Fact:
    """A field as people read it."""
    match value:
        case datetime():
            return Fact(label_of(name), day_of(value), value.date().isoformat())
        case bool():
            return Fact(label_of(name), "yes" if value else "no")
        case tuple():
            return Fact(label_of(name), ", ".join(clean(item) for item in value[:3]))
        case int() | float():
            return Fact(label_of(name), f"{value:,}")
        case _:
            text = value.upper() if name == "file_type" and len(value) <= 5 else value
            return Fact(label_of(name), clean(text))


def day_of(moment: datetime) -> str:
    """A date as people write it."""
    return f"{moment.day} {moment:%b %Y}"
