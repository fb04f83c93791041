"""Containers that unpack to more than any document needs: found before a parser opens them.

What the list of members says is checked first; since it may lie, members are then unpacked and counted.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import Final, NamedTuple

from catalog.vocabulary import Reason
from extract.archive import MOST_DIRECTORY_BYTES, UNREADABLE_ARCHIVE, directory_bytes, open_archive
from extract.files.entities import entity_fault

MOST_MEMBERS: Final = 20_000
LARGEST_CONTENT: Final = 500_000_000
"""Bytes of all members unpacked. Files of 50 MB that are honest stay below: text shrinks to a fifth."""
LARGEST_MARKUP: Final = 100_000_000
"""Bytes of one member that is XML: a parser makes ten times as much of it in memory."""
_TOO_LARGE: Final = f"it unpacks to more than {LARGEST_CONTENT:,} bytes"
_ENCRYPTED: Final = 1
_LOCAL_HEADER: Final = struct.Struct("<4s5H3L2H")
_PIECE: Final = 65_536
_MOST_AT_ONCE: Final = 1_048_576
_MARKUP: Final = (".xml", ".rels", ".xhtml", ".html", ".htm", ".opf", ".ncx", ".vml")
_HEAD_OF_MARKUP: Final = 16_384


class Refusal(NamedTuple):
    """Why a file is not parsed."""

    reason: Reason
    detail: str


class _TooLargeError(Exception):
    """A member unpacks to more than may be parsed."""


def check_container(body: bytes) -> Refusal | None:
    """Why a ZIP container must not be parsed; None where it may be."""
    if directory_bytes(body) > MOST_DIRECTORY_BYTES:
        return Refusal(Reason.DECOMPRESSION_BOMB, f"it has more than {MOST_MEMBERS:,} members")
    archive = open_archive(body)
    if archive is None:
        return Refusal(Reason.BROKEN_FILE, "it is a ZIP container whose list of members cannot be read")
    members = archive.infolist()
    return _by_directory(members, len(body)) or _by_content(body, members)


def _by_directory(members: list[zipfile.ZipInfo], size: int) -> Refusal | None:
    if len(members) > MOST_MEMBERS:
        return Refusal(
            Reason.DECOMPRESSION_BOMB, f"it has {len(members):,} members, more than {MOST_MEMBERS:,}"
        )
    if any(member.flag_bits & _ENCRYPTED for member in members):
        return Refusal(Reason.ENCRYPTED_FILE, "its members are protected by a password")
    if any(member.filename in ("META-INF/rights.xml", "META-INF/sinf.xml") for member in members):
        return Refusal(Reason.ENCRYPTED_FILE, "the book is protected against copying")
    if sum(member.compress_size for member in members) > size:
        return Refusal(Reason.DECOMPRESSION_BOMB, "its members share the same bytes")
    if sum(member.file_size for member in members) > LARGEST_CONTENT:
        return Refusal(Reason.DECOMPRESSION_BOMB, _TOO_LARGE)
    return None


def _by_content(body: bytes, members: list[zipfile.ZipInfo]) -> Refusal | None:
    left = LARGEST_CONTENT
    for member in members:
        name = member.filename[:100]
        is_markup = name.lower().endswith(_MARKUP)
        try:
            size, head = _unpacked(body, member, min(left, LARGEST_MARKUP) if is_markup else left)
        except _TooLargeError:
            of_one = f"its member {name} unpacks to more than {LARGEST_MARKUP:,} bytes of markup"
            return Refusal(
                Reason.DECOMPRESSION_BOMB, of_one if is_markup and left > LARGEST_MARKUP else _TOO_LARGE
            )
        except UNREADABLE_ARCHIVE as error:
            return Refusal(Reason.BROKEN_FILE, f"its member {name} is damaged: {error}")
        if name == "META-INF/manifest.xml" and b"encryption-data" in head:
            return Refusal(Reason.ENCRYPTED_FILE, "the OpenDocument file is protected by a password")
        left -= size
        fault = entity_fault(head, size) if is_markup else None
        if fault is not None:
            return Refusal(Reason.DECOMPRESSION_BOMB, f"in its member {name} {fault}")
    return None


def _unpacked(body: bytes, member: zipfile.ZipInfo, most: int) -> tuple[int, bytes]:
    """How many bytes a member really has, and the first of them."""
    start = _start_of(body, member)
    packed = memoryview(body)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        if len(packed) > most:
            raise _TooLargeError
        return len(packed), bytes(packed[:_HEAD_OF_MARKUP])
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"it is packed by method {member.compress_type}, documents by 8")
    inflate, size, head = zlib.decompressobj(-zlib.MAX_WBITS), 0, b""
    for place in range(0, len(packed), _PIECE):
        piece = bytes(packed[place : place + _PIECE])
        while piece and not inflate.eof:
            found = inflate.decompress(piece, _MOST_AT_ONCE)
            piece = inflate.unconsumed_tail
            size += len(found)
            if len(head) < _HEAD_OF_MARKUP:
                head += found[: _HEAD_OF_MARKUP - len(head)]
            if size > most:
                raise _TooLargeError
    return size, head


def _start_of(body: bytes, member: zipfile.ZipInfo) -> int:
    """Where the bytes of a member begin: behind its own header (APPNOTE.TXT 4.3.7)."""
    header = _LOCAL_HEADER.unpack_from(body, member.header_offset)
    if header[0] != b"PK\x03\x04":
        raise zipfile.BadZipFile("it does not stand where the list says")
    return member.header_offset + _LOCAL_HEADER.size + int(header[9]) + int(header[10])
