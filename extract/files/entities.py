"""XML entities that would grow beyond all measure (a billion laughs): counted, not expanded."""

from __future__ import annotations

import re
from typing import Final

_SMALL: Final = 10_000
"""Characters that entities may always grow to."""
_MOST_GROWTH: Final = 10
"""How many times as long as the document its entities may make it."""
_MOST_ENTITIES: Final = 2_000
_DEEPEST: Final = 20
_DECLARED: Final = re.compile(
    r"""<!ENTITY\s+(?:%\s+)?([^\s"'>]{1,200})\s+(?:"([^"]*)"|'([^']*)')""",
)
_REFERENCE: Final = re.compile(r"[&%]([^\s;&%#<>]{1,200});")


def entity_fault(markup: bytes, size: int | None = None) -> str | None:
    """What of its entities makes a document dangerous, as the rest of a sentence; None where nothing does.

    `markup` is the document or its start, `size` the length of the whole, if that is not it. Entities that
    stand elsewhere (`SYSTEM`, `PUBLIC`) are never fetched by any parser here, and count for nothing.
    """
    if b"<!ENTITY" not in markup and b"<\0!\0E\0N\0T" not in markup:
        return None
    text = _text(markup)
    declared = {name: double or single for name, double, single in _DECLARED.findall(text)}
    if len(declared) > _MOST_ENTITIES:
        return f"{len(declared):,} entities are declared, more than {_MOST_ENTITIES:,}"
    lengths: dict[str, int] = {}
    for name in declared:
        if _length(name, declared, lengths, 0) is None:
            return f"the entity {name[:40]} contains itself, or others {_DEEPEST} deep"
    body = text.rpartition("]>")[2]
    grown = sum(lengths.get(match[1], 0) for match in _REFERENCE.finditer(body))
    most = max(_SMALL, _MOST_GROWTH * (size or len(markup)))
    if size is not None and size > len(markup):  # how often they are used is not known
        grown = max(lengths.values(), default=0)
    return f"entities grow to {grown:,} characters" if grown > most else None


def _length(name: str, declared: dict[str, str], lengths: dict[str, int], depth: int) -> int | None:
    """How long an entity is when all others in it are replaced; None where that has no end."""
    if name in lengths:
        return lengths[name]
    if depth > _DEEPEST:
        return None
    value = declared[name]
    total = len(value)
    for match in _REFERENCE.finditer(value):
        if match[1] in declared:
            inner = _length(match[1], declared, lengths, depth + 1)
            if inner is None:
                return None
            total += inner - len(match[0])
    lengths[name] = total
    return total


def _text(markup: bytes) -> str:
    """Names and values as they stand; what is not ASCII in them does not matter here."""
    if markup[:2] in (b"\xff\xfe", b"<\0"):
        return markup.decode("utf-16-le", "replace")
    if markup[:2] in (b"\xfe\xff", b"\0<"):
        return markup.decode("utf-16-be", "replace")
    return markup.decode("latin-1")
