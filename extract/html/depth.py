"""A cap on nesting before parsing: building a tree of n open elements takes time n².

Browsers cap at 512 levels too (Chromium and WebKit: `maximumHTMLParserDOMTreeDepth`); what stands deeper
stays as text at that level.
"""

from __future__ import annotations

import re
from typing import Final

_MAX_DEPTH: Final = 512
_HARMLESS: Final = 8_000
"""Tags up to which even the worst nesting parses in a tenth of a second, so that nothing need be counted."""
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)[^>]*>")
# Elements without an end tag, and those whose end tag is left out so often that counting them misleads;
# where the latter nest, it is inside elements that are counted.
_UNCOUNTED: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "optgroup",
        "rt",
        "rp",
        "body",
        "html",
        "head",
    ]
)


def flattened(text: str) -> str:
    """The page without the tags that open deeper than 512 levels; nearly always the very same text."""
    if text.count("<") <= _HARMLESS:
        return text
    depth, deepest = 0, 0
    for match in _TAG.finditer(text):
        if match[2].lower() in _UNCOUNTED:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
        if deepest > _MAX_DEPTH:
            return _cut(text)
    return text


def _cut(text: str) -> str:
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        if match[2].lower() in _UNCOUNTED:
            return match[0] if depth <= _MAX_DEPTH else " "
        if match[1]:
            depth = max(0, depth - 1)
            return match[0] if depth < _MAX_DEPTH else " "
        depth += 1
        return match[0] if depth <= _MAX_DEPTH else " "

    return _TAG.sub(keep, text)
