"""Messages between the crawler and its parser processes: a length, then a pickle.

Both ends are this program on this machine over a socket pair that nobody else can open.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator
from typing import Final

_HEADER: Final = struct.Struct("!Q")


def pack_frame(message: object) -> bytes:
    """A message as it goes over the wire."""
    payload = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return _HEADER.pack(len(payload)) + payload


class FrameBuffer:
    """Collects bytes as they arrive and gives out the messages that are complete."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[object]:
        """Add bytes; yield each message that is now complete."""
        self._data += data
        while len(self._data) >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._data)
            end = _HEADER.size + length
            if len(self._data) < end:
                return
            message = pickle.loads(memoryview(self._data)[_HEADER.size : end])  # noqa: S301 - see above
            del self._data[:end]
            yield message
