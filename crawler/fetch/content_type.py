"""Is it a page or a file: by the header, and by the first bytes where the header does not say.

A part of the WHATWG MIME Sniffing Standard (https://mimesniff.spec.whatwg.org/, sections 7 and 7.1): what
decides between HTML, PDF and ZIP containers.
"""

from __future__ import annotations

import re

_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_SAYS_NOTHING = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "unknown/unknown", "application/unknown", "*/*"}
)
_LOOKED_AT_BYTES = 1_445
_html_tag = re.compile(
    rb"(?:\xef\xbb\xbf)?[\t\n\x0c\r ]*(?:<!--|<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE"
    rb"|A|STYLE|TITLE|B|BODY|BR|P)[ >])",
    re.IGNORECASE,
).match
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"<?xml", "text/xml"),
)


def effective_type(header: str, body: bytes) -> str:
    """The header's value, or what the body's first bytes say where the header says nothing.

    A `text/plain` is believed to be text unless it is plainly binary: HTML sent as text is meant to be
    read as text.
    """
    essence = header.partition(";")[0].strip().lower()
    if essence in _SAYS_NOTHING:
        return _sniffed(body) or header or "application/octet-stream"
    if essence == "text/plain":
        return next((name for magic, name in _SIGNATURES[:3] if body.startswith(magic)), header)
    return header


def is_html(content_type: str) -> bool:
    """Whether a type is HTML or XHTML."""
    return content_type.partition(";")[0].strip().lower() in _HTML_TYPES


def _sniffed(body: bytes) -> str | None:
    start = body[:_LOOKED_AT_BYTES]
    if _html_tag(start):
        return "text/html"
    return next((name for magic, name in _SIGNATURES if start.lstrip().startswith(magic)), None)
