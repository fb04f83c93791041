"""Where a secret lies in the clear: files of any kind, values in databases, compressed bodies among them."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

import zstandard

SQLITE = b"SQLite format 3\0"
ZSTANDARD = b"\x28\xb5\x2f\xfd"


def places_of(secret: str, folder: Path, *, leave_out: Iterable[Path] = ()) -> list[str]:
    """The files under `folder` that hold the secret, as it is or in one of the spellings of the web."""
    spellings = set(_spellings(secret))
    excluded = set(leave_out)
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in excluded
        if any(spelling in content for content in _contents(path) for spelling in spellings)
    ]


def _spellings(secret: str) -> Iterator[bytes]:
    for text in (secret, escape(secret), quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield text.encode()
    yield secret.encode("utf-16-le")
    yield base64.b64encode(secret.encode()).rstrip(b"=")


def _contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and whatever is packed in them."""
    content = path.read_bytes()
    yield from _unpacked(content)
    if content.startswith(SQLITE):
        with closing(sqlite3.connect(path)) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        yield from _unpacked(value if isinstance(value, bytes) else str(value).encode())


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(ZSTANDARD):
        with suppress(zstandard.ZstdError):  # it only begins like a frame
            yield zstandard.ZstdDecompressor().decompressobj().decompress(content)
