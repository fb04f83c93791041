"""What one walk over a page leaves: pieces of text, the groups they stand in, the elements that link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from catalog.document import BlockKind


class Piece(NamedTuple):
    """A run of text between two block boundaries. `group` is the index of the innermost group around it;
    `link_chars` counts its characters that stand inside links."""

    kind: BlockKind
    text: str
    level: int
    anchor: str | None
    group: int
    link_chars: int


@dataclass(slots=True)
class Group:
    """An element that holds blocks: a division, a list, a table that only lays out.

    `parent` is its index, -1 for the root. The pieces of its subtree are `first_piece <= i < end_piece`,
    the groups of its subtree the indexes from its own up to `end_group`, exclusive.
    """

    parent: int
    tag: int
    hint: int
    first_piece: int
    classes: str | None = None
    end_piece: int = 0
    end_group: int = 0


@dataclass(slots=True)
class Flow:
    """What the walk leaves: pieces and groups in document order, those pieces that stand for what it went
    past, the attributes and the text of each element that links, and the elements that hold nothing but white
    space (images too)."""

    pieces: list[Piece] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    passed: list[Piece] = field(default_factory=list)
    links: list[tuple[Mapping[str, str | None], str]] = field(default_factory=list)
    empty_nodes: list[LexborNode] = field(default_factory=list)
