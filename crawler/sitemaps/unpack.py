"""What a fetched file holds, decompressed piece by piece under a cap: itself, or the files of a ZIP."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

LARGEST: Final = 50 * 1024 * 1024
"""Bytes of a sitemap, decompressed (sitemaps.org: "no larger than 50MB (52,428,800 bytes)")."""
LARGEST_ARCHIVE: Final = 200 * 1024 * 1024
"""Bytes of all files of a ZIP together, decompressed."""
MOST_FILES: Final = 100
"""Files of a ZIP that are read."""

_PIECE: Final = 64 * 1024
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_MOST_LAYERS: Final = 2  # a .gz that a server compressed once more


@dataclass(slots=True)
class Budget:
    """How many decompressed bytes may still come; `notes` say what was cut or broken."""

    remaining: int
    notes: list[str] = field(default_factory=list)

    def take(self, piece: bytes, largest: int) -> bytes:
        """As much of a piece as there is room for; a note says so where that is not all."""
        kept = piece[: max(0, self.remaining)]
        self.remaining -= len(kept)
        if len(kept) < len(piece):
            self.notes.append(f"it is larger than {largest:,} bytes when decompressed: the rest is left out")
        return kept


def is_archive(body: bytes) -> bool:
    """Whether a file is a ZIP."""
    return body.startswith(_ZIP)


def pieces(body: bytes, notes: list[str], largest: int = LARGEST) -> Iterator[bytes]:
    """The bytes of one file, gzip undone where it is some, up to `largest`."""
    budget = Budget(largest, notes)
    for piece in _layers(_slices(body), notes, _MOST_LAYERS):
        kept = budget.take(piece, largest)
        yield kept
        if len(kept) < len(piece):
            return


def members(body: bytes, notes: list[str]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and bytes of each file of a ZIP; each is to be read before the next is asked for."""
    try:
        archive = zipfile.ZipFile(BytesIO(body))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        notes.append(f"the ZIP cannot be opened ({error})")
        return
    with archive:
        files = [each for each in archive.infolist() if not each.is_dir()]
        if len(files) > MOST_FILES:
            notes.append(f"it holds {len(files):,} files: those after the first {MOST_FILES} are left out")
        whole = Budget(LARGEST_ARCHIVE, notes)
        for each in files[:MOST_FILES]:
            if whole.remaining <= 0:
                return
            yield each.filename, _member(archive, each, notes, whole)


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, notes: list[str], whole: Budget
) -> Iterator[bytes]:
    budget = Budget(LARGEST, notes)
    for piece in _layers(_stored(archive, member, notes), notes, 1):
        kept = whole.take(budget.take(piece, LARGEST), LARGEST_ARCHIVE)
        yield kept
        if len(kept) < len(piece):
            return


def _stored(archive: zipfile.ZipFile, member: zipfile.ZipInfo, notes: list[str]) -> Iterator[bytes]:
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_PIECE):
                yield piece
    # An encrypted member is a RuntimeError, an unknown method a NotImplementedError.
    except (zipfile.BadZipFile, RuntimeError, zlib.error, EOFError, OSError) as error:
        notes.append(f"{member.filename[:100]!r} of the ZIP cannot be read ({error})")


def _slices(body: bytes) -> Iterator[bytes]:
    view = memoryview(body)
    for start in range(0, len(body), _PIECE):
        yield bytes(view[start : start + _PIECE])


def _layers(stream: Iterator[bytes], notes: list[str], most: int) -> Iterator[bytes]:
    first = next(stream, b"")
    rest = _chained(first, stream)
    return _layers(_gunzipped(rest, notes), notes, most - 1) if most and first.startswith(_GZIP) else rest


def _chained(first: bytes, stream: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from stream


def _gunzipped(stream: Iterator[bytes], notes: list[str]) -> Iterator[bytes]:
    """RFC 1952, member after member; what could be undone before a fault counts."""
    member = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for arrived in stream:
            data = arrived
            while data:
                if member.eof:
                    if not data.startswith(b"\x1f"):
                        return
                    member = zlib.decompressobj(16 + zlib.MAX_WBITS)
                yield member.decompress(data, _PIECE)
                data = member.unused_data if member.eof else member.unconsumed_tail
    except zlib.error:
        notes.append("its gzip is damaged: what came before the fault was read")
        return
    if not member.eof:
        notes.append("its gzip ends too early: what came before the end was read")
