"""What a body is, by its first bytes before its label (after the WHATWG MIME Sniffing standard)."""

from __future__ import annotations

import re
import zipfile
from typing import Final

from extract.archive import UNREADABLE_ARCHIVE, open_archive

HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
UNKNOWN: Final = "application/octet-stream"
PLAIN: Final = "text/plain"
_ZIP: Final = "application/zip"
_OLE: Final = "application/x-ole-storage"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."

_SIGNATURES: Final = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", _ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!", "application/vnd.rar"),
    (b"OggS", "application/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/x-msdownload"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"BM", "image/bmp"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)
_MARKED_BY: Final = {b"BM": slice(6, 10)}
"""Signatures of two letters, and where zeros must stand besides."""
_RIFF: Final = {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo", b"WEBP": "image/webp"}
_MP4_AUDIO: Final = (b"M4A ", b"M4B ")
_MP4_IMAGES: Final = (b"heic", b"mif1", b"avif")
_MPEG_AUDIO: Final = re.compile(rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xfd\xff][\x10-\xef]", re.DOTALL)
"""The first three bytes of an MPEG audio frame: sync, a version and layer that exist, a bit rate. FF FE could
be one too, of a layer that nobody uses, and is the mark of UTF-16."""
_HTML_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|<!--.*?-->|<\?xml[^>]*\?>)*"
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|frameset|meta|main)"
    rb"[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_MAIL_START: Final = re.compile(
    rb"(?:(?:From|To|Cc|Date|Subject|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|DKIM-Signature"
    rb"|Content-Type|X-[\w-]+|Reply-To|Sender|List-[\w-]+|Authentication-Results|ARC-[\w-]+):[^\n]*\n"
    rb"(?:[ \t][^\n]*\n)*){3,}",
    re.IGNORECASE,
)
"""Three header fields of a message (RFC 5322), folded lines among them."""
_XML_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b")
# What an OLE2 container holds, by the UTF-16 names in its directory (MS-CFB and its users).
_OLE_STREAMS: Final = (
    ("WordDocument", "application/msword"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("__substg1.0_", "application/vnd.ms-outlook"),
    ("EncryptedPackage", "application/x-encrypted-office"),
)
NO_TEXT: Final = re.compile(
    r"image/|audio/|video/|font/|application/(?:zip|gzip|x-7z|vnd\.rar|ogg|x-executable|x-msdownload"
    r"|wasm|java-archive|vnd\.android|octet-stream|x-tar|x-bzip|x-xz|zstd|x-iso9660|x-shockwave)"
)
"""Types of which no text is read: but for what is seen in a picture, or heard."""
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/tiff", "image/bmp", "image/webp"})
"""Types in which OCR may find text."""
_ZIP_PARTS: Final = (
    ("word/", f"{_OFFICE}wordprocessingml.document"),
    ("xl/", f"{_OFFICE}spreadsheetml.sheet"),
    ("ppt/", f"{_OFFICE}presentationml.presentation"),
)
_SNIFFED: Final = 2048
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_STRAY: Final = 20
"""Of so many bytes one may be what no text has."""
_NEVER_TEXT: Final = re.compile(
    r"application/(?:pdf|msword|zip|epub\+zip|vnd\.ms-|vnd\.openxmlformats-officedocument\.|vnd\.oasis\.)"
)
"""Labels of files that begin with a signature: without one they are something else, such as the page of a
login in the place of a PDF, or a table in HTML or CSV that a server calls Excel."""
_TEXTS: Final = frozenset({"application/json", "application/xml", "message/rfc822"})
_UTF16_MARKS: Final = (b"\xfe\xff", b"\xff\xfe")
_TEXT_EXTENSIONS: Final = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/json",
    "xml": "application/xml",
    "rss": "application/xml",
    "atom": "application/xml",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "eml": "message/rfc822",
    "ipynb": "application/x-ipynb+json",
    "yaml": "application/x-yaml",
    "yml": "application/x-yaml",
    "tex": "application/x-latex",
    "rst": "text/x-rst",
    "org": "text/x-org",
}
_VAGUE: Final = frozenset(
    {"", UNKNOWN, PLAIN, "binary/octet-stream", "application/x-download", "unknown/unknown"}
)


def content_type_of(body: bytes, header: str, url: str = "") -> str:
    """The MIME type of a body, without parameters: by content where that is certain, else by its label, the
    `Content-Type` header, and last by the extension in the address."""
    return _container(body, type_by_start(body, header, url))


def type_by_start(body: bytes, header: str, url: str = "") -> str:
    """The MIME type by what stands at the start: of containers only that they are such."""
    return _by_start(body[:_SNIFFED], header, url)


def is_parsed_as_file(body: bytes, header: str, url: str = "", *, ocr: bool = False) -> bool:
    """Whether a body is a file of which text is read, by its start alone: containers are not looked into."""
    kind = type_by_start(body, header, url)
    if kind in HTML or not body:
        return False
    return kind == _ZIP or NO_TEXT.match(kind) is None or (ocr and kind in PICTURES)


def is_heard(content_type: str) -> bool:
    """Whether a type is audio or video."""
    return content_type.startswith(("audio/", "video/")) or content_type == "application/ogg"


def _by_start(start: bytes, header: str, url: str) -> str:
    label = header.partition(";")[0].strip().lower()
    signed = _signed(start)
    if signed is not None:
        return signed
    if _is_binary(start, label) and label not in HTML:
        return label if label and not label.startswith("text/") and label not in _VAGUE else UNKNOWN
    if label in HTML:
        return label
    if label in _VAGUE or label in ("text/xml", "application/xml"):
        return _of_text(start, label, url)
    if _NEVER_TEXT.match(label) and start.strip():
        return _of_text(start, "", url)
    return label


def _is_binary(start: bytes, label: str) -> bool:
    """Whether bytes stand there that no text has; a few may be in one that says it is text."""
    if start.startswith(_UTF16_MARKS) or not _BINARY.search(start):
        return False
    is_text = label.startswith("text/") or label in _TEXTS
    return not is_text or len(_BINARY.findall(start)) * _STRAY > len(start)


def _signed(start: bytes) -> str | None:
    for signature, kind in _SIGNATURES:
        if start.startswith(signature) and not any(start[_MARKED_BY.get(signature, slice(0))]):
            return kind
    if b"%PDF-" in start[:1024]:
        return "application/pdf"  # ISO 32000 allows bytes before the header, and mail gateways add them
    if start[4:8] == b"ftyp":
        brand = start[8:12]
        kind = "audio/mp4" if brand in _MP4_AUDIO else "video/mp4"
        return "image/heic" if brand in _MP4_IMAGES else kind
    if start.startswith(b"RIFF"):
        return _RIFF.get(start[8:12])
    return "audio/mpeg" if _MPEG_AUDIO.match(start) else None


def _of_text(start: bytes, label: str, url: str) -> str:
    by_name = _TEXT_EXTENSIONS.get(
        url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0].rsplit(".", 1)[-1].lower()
    )
    if _MAIL_START.match(start):
        return "message/rfc822"
    if label == PLAIN:
        return by_name or PLAIN
    if _HTML_START.match(start):
        return "text/html"
    if label or _XML_START.match(start):
        return (
            label
            if label.endswith("xml")
            else "application/xml"
            if _XML_START.match(start)
            else by_name or PLAIN
        )
    return by_name or PLAIN


def _container(body: bytes, kind: str) -> str:
    if kind == _OLE:
        # The directory may stand anywhere; its first entries are near one of the ends in practice.
        for name, found in _OLE_STREAMS:
            if name.encode("utf-16-le") in body:
                return found
    if kind == _ZIP:
        return _zipped(body)
    return kind


def _zipped(body: bytes) -> str:
    archive = open_archive(body)
    if not isinstance(archive, zipfile.ZipFile):
        return _ZIP
    names = archive.namelist()
    try:
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
            return archive.read("mimetype").decode("ascii", "replace").strip()
    except UNREADABLE_ARCHIVE:
        return _ZIP
    if "[Content_Types].xml" in names:
        for folder, kind in _ZIP_PARTS:
            if any(name.startswith(folder) for name in names):
                return kind
    return _ZIP
