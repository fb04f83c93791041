"""What each HTML element means for reading a page: lexbor's number for a tag to the role it plays."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from selectolax.lexbor import LexborHTMLParser


class Role(IntEnum):
    """How the walk treats an element; `INLINE` is the rest, elements of no known name among them."""

    INLINE = 0
    LINK = 1
    BREAK = 2
    SKIP = 3
    EMBED = 4
    GROUP = 5
    LIST = 6
    DEFINITION_LIST = 7
    TABLE = 8
    ROW = 9
    CELL = 10
    HEADING = 11
    PARAGRAPH = 12
    ITEM = 13
    TERM = 14
    DETAIL = 15
    PREFORMATTED = 16
    QUOTE = 17
    CAPTION = 18


_ELEMENTS: Final = {
    Role.LINK: "a area",
    Role.BREAK: "br",
    # Not part of what a reader reads; <iframe> and <frame> count as links.
    Role.SKIP: "script style noscript template svg select option datalist button input textarea object "
    "canvas audio video head title meta base link map progress meter",
    Role.EMBED: "iframe frame",
    Role.GROUP: "body html div section article main aside nav header footer form fieldset figure details "
    "summary center address search dialog hgroup legend frameset noframes",
    Role.LIST: "ul ol menu dir",
    Role.DEFINITION_LIST: "dl",
    Role.TABLE: "table",
    Role.ROW: "tr",
    Role.CELL: "td th",
    Role.HEADING: "h1 h2 h3 h4 h5 h6",
    Role.PARAGRAPH: "p hr",
    Role.ITEM: "li",
    Role.TERM: "dt",
    Role.DETAIL: "dd",
    Role.PREFORMATTED: "pre listing xmp plaintext",
    Role.QUOTE: "blockquote",
    Role.CAPTION: "figcaption caption",
}

_FACTORY = LexborHTMLParser("")


def tag_id(name: str) -> int:
    """Lexbor's number of a known tag; numbers compare faster than names."""
    return _FACTORY.create_node(name).tag_id


TEXT: Final = 2
"""Lexbor's number of a text node (`LXB_TAG__TEXT`)."""

_COMMENT: Final = 4
_DOCTYPE: Final = 5

ROLES: Final[dict[int, Role]] = {
    _COMMENT: Role.SKIP,
    _DOCTYPE: Role.SKIP,
    **{tag_id(name): role for role, names in _ELEMENTS.items() for name in names.split()},
}
HEADING_LEVELS: Final = {tag_id(f"h{level}"): level for level in range(1, 7)}
"""Lexbor's number of h1 … h6 to 1 … 6."""
