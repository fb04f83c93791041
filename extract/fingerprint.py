"""The identity of content: equal for two copies of a page that differ only in furniture and white space."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from catalog.document import Block, FieldValue


def content_hash(title: str, blocks: Iterable[Block], mapped_fields: Mapping[str, FieldValue]) -> bytes:
    """16 bytes of BLAKE2b over the title, the text with its white space folded, and the mapped fields."""
    folded = filter(None, map(_folded, [title, *(block.text for block in blocks)]))
    digest = hashlib.blake2b(" ".join(folded).encode("utf-8", "surrogatepass"), digest_size=16)
    for name in sorted(mapped_fields):
        digest.update(f"\0{name}\0{mapped_fields[name]!r}".encode("utf-8", "surrogatepass"))
    return digest.digest()


def _folded(text: str) -> str:
    """A text with one space for any white space; most blocks are so already, and seen to be in less time."""
    is_folded = text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]
    return text if is_folded else " ".join(text.split())
