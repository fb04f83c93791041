"""How blocks, fields and links lie in the catalog: compact JSON, compressed where it is long."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, overload

import orjson
import zstandard

from catalog.document import Block, BlockKind, FieldValue

MAX_UNPACKED: Final = 1 << 30
"""No packed value grows beyond this many bytes, whatever its header claims."""

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_LEVEL: Final = 1  # level 3 takes half as long again and saves 4 % on manuals
_KINDS: Final = {kind.value: kind for kind in BlockKind}

PackedValue = str | int | float | bool | dict[str, str] | list[str]


def storable(text: str) -> str:
    """`text` without what no database keeps: NUL (PostgreSQL) and lone surrogates (not UTF-8)."""
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


class _Compressors(threading.local):
    """zstandard's objects are quick to use again, and not to be shared between threads."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_local: Final = _Compressors()


def _compress(encoded: bytes) -> bytes:
    return _local.compressor.compress(encoded)


def _unpack(packed: bytes) -> Any:
    return orjson.loads(_local.decompressor.decompress(packed, max_output_size=MAX_UNPACKED))


def pack_blocks(blocks: Iterable[Block]) -> bytes:
    """Blocks as zstandard over JSON: an array of [kind, text, level, anchor, page], and the language of those
    that have one of their own; texts made `storable`."""
    rows = [_row(block) for block in blocks]
    try:
        encoded = orjson.dumps(rows)
    except orjson.JSONEncodeError:  # a lone surrogate: too rare to look for it in every page
        return _compress(orjson.dumps([_storable_row(row) for row in rows]))
    if b"\\u0000" in encoded:
        encoded = orjson.dumps([_storable_row(row) for row in rows])
    return _compress(encoded)


def _row(block: Block) -> list[Any]:
    row = [block.kind.value, block.text, block.level, block.anchor, block.page]
    return row if block.language is None else [*row, block.language]


def _storable_row(row: list[Any]) -> list[Any]:
    return [storable(item) if isinstance(item, str) else item for item in row]


def unpack_blocks(packed: bytes) -> tuple[Block, ...]:
    """The blocks that `pack_blocks` packed."""
    return tuple(Block(_KINDS[kind], *rest) for kind, *rest in _unpack(packed))


class PackedBlocks(Sequence[Block]):
    """What `pack_blocks` packed, unpacked when a block is looked at; another process gets it packed."""

    def __init__(self, packed: bytes) -> None:
        self._packed: Final = packed

    @cached_property
    def _blocks(self) -> tuple[Block, ...]:
        return unpack_blocks(self._packed)

    @overload
    def __getitem__(self, index: int) -> Block: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Block, ...]: ...

    def __getitem__(self, index: int | slice) -> Block | tuple[Block, ...]:
        return self._blocks[index]

    def __len__(self) -> int:
        return len(self._blocks)

    def __iter__(self) -> Iterator[Block]:
        return iter(self._blocks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._blocks == tuple(other)

    def __hash__(self) -> int:
        return hash(self._blocks)

    def __repr__(self) -> str:
        return repr(self._blocks)

    def __reduce__(self) -> tuple[type[PackedBlocks], tuple[bytes]]:
        return PackedBlocks, (self._packed,)


def pack_links(links: Iterable[tuple[str, bool]]) -> bytes:
    """Links, each an address and whether it says nofollow, as zstandard over JSON."""
    pairs = list(links)
    nofollow = [index for index, (_, marked) in enumerate(pairs) if marked]
    return _compress(orjson.dumps([[storable(url) for url, _ in pairs], nofollow]))


def unpack_links(packed: bytes) -> tuple[tuple[str, bool], ...]:
    """The links that `pack_links` packed, in their order."""
    urls, nofollow = _unpack(packed)
    marked = frozenset(nofollow)
    return tuple((url, index in marked) for index, url in enumerate(urls))


def pack_fields(fields: Mapping[str, FieldValue]) -> dict[str, PackedValue]:
    """Fields as JSON can hold them: a date is an object, which no other value is.

    Raises ValueError for what is no field value: an infinite or undefined number, an integer beyond 64
    bits, a date without a time zone.
    """
    return {name: _pack_value(name, value) for name, value in fields.items()}


def _pack_value(name: str, value: FieldValue) -> PackedValue:
    match value:
        case str():
            return storable(value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"field {name!r}: the date {value} has no time zone")
            return {"date": value.astimezone(UTC).isoformat()}
        case float() if not math.isfinite(value):
            raise ValueError(f"field {name!r}: {value} is not a finite number")
        case int() if not -(1 << 63) <= value < 1 << 63:
            raise ValueError(f"field {name!r}: {value} does not fit into 64 bits")
        case tuple():
            return [storable(item) for item in value]
        case _:
            return value


def unpack_fields(packed: Mapping[str, PackedValue]) -> dict[str, FieldValue]:
    """The fields that `pack_fields` packed, dates aware and in UTC."""
    return {name: _unpack_value(value) for name, value in packed.items()}


def _unpack_value(value: PackedValue) -> FieldValue:
    match value:
        case {"date": moment}:
            return datetime.fromisoformat(moment)
        case list():
            return tuple(value)
        case _:
            assert not isinstance(value, dict)
            return value
