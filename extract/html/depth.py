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
_TAG: Final = re.compile(rb"<(/?)([a-zA-Z][^\s/>]*)[^>]*>")
# Elements without an end tag, and those whose end tag is left out so often that counting them misleads;
# where the latter nest, it is inside elements that are counted.
_UNCOUNTED: Final = frozenset(
    b"area base br col embed hr img input link meta param source track wbr "
    b"p li dt dd tr td th thead tbody tfoot option optgroup rt rp body html head".split()
)


def flattened(page: bytes) -> bytes:
    """A page in UTF-8 without the tags that open deeper than 512 levels; nearly always the very same one."""
    if page.count(b"<") <= _HARMLESS:
        return page
    depth, deepest = 0, 0
    for match in _TAG.finditer(page):
        if match[2].lower() in _UNCOUNTED:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
        if deepest > _MAX_DEPTH:
            return _cut(page)
    return page


def _cut(page: bytes) -> bytes:
    depth = 0

    def keep(match: re.Match[bytes]) -> bytes:
        nonlocal depth
        if match[2].lower() in _UNCOUNTED:
            return match[0] if depth <= _MAX_DEPTH else b" "
        if match[1]:
            depth = max(0, depth - 1)
            return match[0] if depth < _MAX_DEPTH else b" "
        depth += 1
        return match[0] if depth <= _MAX_DEPTH else b" "

    return _TAG.sub(keep, page)
