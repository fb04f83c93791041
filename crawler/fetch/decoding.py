"""Content codings (RFC 9110 section 8.4.1) undone piece by piece under a cap.

No step may grow a few bytes into gigabytes before somebody counts them: every decoder is asked for at most
64 KiB at a time.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli
from backports import zstd

ACCEPTED = "gzip, br, zstd, deflate"
MAX_RATIO = 200
"""How much more than came over the wire a body may become, beyond the first 8 MiB."""

_PIECE_BYTES = 64 * 1024
_MAX_CODINGS = 3
_RATIO_MATTERS_FROM_BYTES = 8 << 20
_ZSTD_WINDOW_LOG = 23
"""8 MiB: the largest window that RFC 9659 lets a web server use."""


class BodyTooLargeError(Exception):
    """The body is larger than the cap."""


class DecompressionBombError(Exception):
    """The decompressed body grows beyond the cap, or out of proportion."""


class UndecodableBodyError(Exception):
    """An unknown coding, or bytes that are not in the coding that the header names."""


class Decoder(Protocol):
    """One coding of one body."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Decode; the pieces are at most 64 KiB each and are made as they are asked for."""
        ...

    def is_finished(self) -> bool:
        """Whether the coded stream came to its end."""
        ...


class Body:
    """Collects the pieces of a body as they arrive, decoded, and stops at a cap."""

    def __init__(self, content_encoding: str, max_bytes: int) -> None:
        """`content_encoding` is the header's value, empty for none. Raises `UndecodableBodyError`."""
        names = [name for name in content_encoding.lower().replace(" ", "").split(",") if name]
        self._codings = [name for name in names if name != "identity"]
        unknown = [name for name in self._codings if name not in _DECODERS]
        if unknown or len(self._codings) > _MAX_CODINGS:
            raise UndecodableBodyError(f"Content-Encoding {content_encoding!r}, and we asked for {ACCEPTED}")
        # The coding applied last is named last, and is undone first.
        self._decoders = [_DECODERS[name]() for name in reversed(self._codings)]
        self._max_bytes = max_bytes
        self._pieces: list[bytes] = []
        self._received = 0
        self._decoded = 0

    def feed(self, data: bytes) -> None:
        """Take what arrived. Raises `BodyTooLargeError`, `DecompressionBombError`, `UndecodableBodyError`."""
        self._received += len(data)
        if self._received > self._max_bytes:
            raise BodyTooLargeError(f"the body is larger than {self._max_bytes:,} bytes")
        if not self._decoders:
            self._pieces.append(data)
            return
        try:
            for piece in self._decode(data, 0):
                self._count(len(piece))
                self._pieces.append(piece)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise UndecodableBodyError(f"the body is not {', '.join(self._codings)}: {error}") from error

    def finish(self) -> bytes:
        """The whole body. Raises `UndecodableBodyError` where a coded stream stops in the middle."""
        if self._received and not all(decoder.is_finished() for decoder in self._decoders):
            raise UndecodableBodyError(f"the {', '.join(self._codings)} body ends too early")
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    @property
    def size(self) -> int:
        """How many decoded bytes there are so far."""
        return self._decoded if self._decoders else self._received

    def so_far(self) -> bytes:
        """The decoded body up to here, where the rest is of no interest."""
        return b"".join(self._pieces)

    def _decode(self, data: bytes, step: int) -> Iterator[bytes]:
        if step == len(self._decoders):
            yield data
            return
        for piece in self._decoders[step].feed(data):
            yield from self._decode(piece, step + 1)

    def _count(self, added: int) -> None:
        self._decoded += added
        if self._decoded > self._max_bytes:
            raise DecompressionBombError(
                f"{self._received:,} bytes decompress to more than {self._max_bytes:,}"
            )
        if self._decoded > max(_RATIO_MATTERS_FROM_BYTES, MAX_RATIO * self._received):
            raise DecompressionBombError(
                f"{self._received:,} bytes decompress to more than {MAX_RATIO} times as many"
            )


class _Gzip:
    """RFC 1952; several members in a row count as one body, and what follows them is ignored."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                if not data.startswith(b"\x1f"):
                    return
                self._member = zlib.decompressobj(16 + zlib.MAX_WBITS)
            piece = self._member.decompress(data, _PIECE_BYTES)
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if piece:
                yield piece

    def is_finished(self) -> bool:
        return self._member.eof


class _Deflate:
    """The zlib format (RFC 1950), or the bare DEFLATE that some servers send under the same name."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj()
        self._is_first = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._is_first and data:
            self._is_first = False
            if data[0] & 0x0F != zlib.DEFLATED:  # the compression method of a zlib header
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        while data and not self._stream.eof:
            piece = self._stream.decompress(data, _PIECE_BYTES)
            data = self._stream.unconsumed_tail
            if piece:
                yield piece

    def is_finished(self) -> bool:
        return self._stream.eof


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._stream.is_finished():
            return
        piece = self._stream.process(data, output_buffer_limit=_PIECE_BYTES)
        while piece or not self._stream.can_accept_more_data():
            if piece:
                yield piece
            if self._stream.is_finished():
                return
            piece = self._stream.process(b"", output_buffer_limit=_PIECE_BYTES)

    def is_finished(self) -> bool:
        return bool(self._stream.is_finished())


class _Zstandard:
    """RFC 8878; frames in a row count as one body."""

    def __init__(self) -> None:
        self._frame = self._new_frame()

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data or not (self._frame.needs_input or self._frame.eof):
            if self._frame.eof:
                self._frame = self._new_frame()
            piece = self._frame.decompress(data, _PIECE_BYTES)
            data = self._frame.unused_data if self._frame.eof else b""
            if piece:
                yield piece

    def is_finished(self) -> bool:
        return self._frame.eof

    @staticmethod
    def _new_frame() -> zstd.ZstdDecompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstandard,
}
