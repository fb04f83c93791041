"""Which character encoding a text is in, in the order of the HTML standard (section 13.2.3)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from extract.encoding_labels import CHARSET, encoding_of, first_group
from extract.html.prescan import prescan

_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
)
_PRESCAN: Final = 16384
"""The standard looks at 1,024 bytes first, but obeys a later `<meta>` too when the parser meets it."""
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
_SAMPLE: Final = 65536
"""Bytes from the first that is not ASCII: 5 ms of the detector's time, which knows after a few hundred."""
_TOP_LEVEL: Final = re.compile(r"[a-z]{2,}")


def decode(body: bytes, content_type: str = "", *, url: str = "") -> str:
    """The text of a page or plain file; bytes that the encoding cannot mean become U+FFFD, never an error."""
    encoding, mark = sniff(body, content_type, url=url)
    return body[mark:].decode(encoding, "replace")


def as_utf8(body: bytes, content_type: str = "", *, url: str = "") -> bytes:
    """The same text in UTF-8, which nearly all pages are in already: then it need not be written anew."""
    encoding, mark = sniff(body, content_type, url=url)
    body = body[mark:] if mark else body
    if encoding == "utf-8" and _is_utf8(body):
        return body
    return body.decode(encoding, "replace").encode("utf-8", "ignore")


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def sniff(body: bytes, content_type: str = "", *, url: str = "") -> tuple[str, int]:
    """Python's name of the encoding and the length of the byte order mark.

    In order: the mark, the header, a `<meta>`, an XML declaration; then UTF-8 where the bytes are valid, else
    statistics, which the top-level domain of `url` helps to decide.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return encoding, len(mark)
    declared = CHARSET.search(content_type.encode("latin-1", "replace")) if content_type else None
    if declared is not None:
        labelled = encoding_of(first_group(declared))
        if labelled is not None:
            return labelled, 0
    return prescan(body[:_PRESCAN]) or _guess(body, url), 0


def _guess(body: bytes, url: str) -> str:
    if body.isascii():
        return "cp1252"
    return "utf-8" if _is_utf8(body) else _by_statistics(body, url)


def _by_statistics(body: bytes, url: str) -> str:
    """What Firefox would take it for (https://hsivonen.fi/chardetng/): most often windows-1252."""
    from chardetng_py import EncodingDetector  # noqa: PLC0415 - few pages declare nothing and are not in UTF-8

    first = _NOT_ASCII.search(body)
    start = first.start() if first is not None else 0
    sample = body[start : start + _SAMPLE]
    detector = EncodingDetector()
    detector.feed(sample, last=len(sample) < _SAMPLE)
    top = (urlsplit(url).hostname or "").rpartition(".")[2] if url else ""
    guess = detector.guess(tld=top.encode() if _TOP_LEVEL.fullmatch(top) else None, allow_utf8=False)
    return encoding_of(guess.encode()) or "cp1252"
