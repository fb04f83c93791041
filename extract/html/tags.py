"""What each HTML element means for reading a page: lexbor's number for a tag to the role it plays."""

from __future__ import annotations

from typing import Final

from selectolax.lexbor import LexborHTMLParser


class Role:
    """How the walk treats an element; one without a role flows with the text, as unknown elements do.

    The roles up to `BUTTON` flow with the text too, the others begin a block. Plain numbers, since looking up
    a member of an enumeration takes Python 3.11 ten times as long, and the walk does it at every node.
    """

    LINK: Final = 1
    BREAK: Final = 2
    SKIP: Final = 3
    EMBED: Final = 4
    BUTTON: Final = 5
    GROUP: Final = 6
    LIST: Final = 7
    DEFINITION_LIST: Final = 8
    TABLE: Final = 9
    ROW: Final = 10
    CELL: Final = 11
    HEADING: Final = 12
    PARAGRAPH: Final = 13
    ITEM: Final = 14
    TERM: Final = 15
    DETAIL: Final = 16
    PREFORMATTED: Final = 17
    QUOTE: Final = 18
    CAPTION: Final = 19


_ELEMENTS: Final = {
    Role.LINK: "a area",
    Role.BREAK: "br",
    # Not part of what a reader reads; <iframe> and <frame> count as links.
    Role.SKIP: "script style noscript template svg select option datalist input textarea object "
    "canvas audio video head title meta base link progress meter",
    Role.EMBED: "iframe frame",
    # Read inside a heading or a term alone: there it opens what stands below.
    Role.BUTTON: "button",
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

ROLES: Final[dict[int, int]] = {
    _COMMENT: Role.SKIP,
    _DOCTYPE: Role.SKIP,
    **{tag_id(name): role for role, names in _ELEMENTS.items() for name in names.split()},
}
HEADING_LEVELS: Final = {tag_id(f"h{level}"): level for level in range(1, 7)}
"""Lexbor's number of h1 … h6 to 1 … 6."""
