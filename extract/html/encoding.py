"""Which character encoding a page is in, in the order of the HTML standard (section 13.2.3)."""

from __future__ import annotations

import codecs
import re
from typing import Final

_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xff\xfe", "utf-16-le"),
)
_PRESCAN: Final = 16384
"""The standard looks at 1,024 bytes first, but obeys a later `<meta>` too when the parser meets it."""
_SPACE: Final = b"\t\n\x0c\r "
_CHARSET: Final = re.compile(
    rb"charset[\t\n\x0c\r ]*=[\t\n\x0c\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\t\n\x0c\r ;]+))", re.I
)
_ATTRIBUTE: Final = re.compile(
    rb"[\t\n\x0c\r /]*([^\t\n\x0c\r />=][^\t\n\x0c\r />=]*)"
    rb"(?:[\t\n\x0c\r ]*=[\t\n\x0c\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\x0c\r >]+)))?"
)
_TAG: Final = re.compile(rb"<(?:!--|/?[A-Za-z]|[!/?])")
_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9_:.-]*")
_NAME_END: Final = re.compile(rb"[\t\n\x0c\r />]")
_WINDOWS_1252_LABELS: Final = frozenset({"ascii", "iso8859-1", "cp1252"})
# Labels of the Encoding standard that Python reads as another or does not know.
_LABELS: Final = {
    "x-sjis": "cp932", "shift_jis": "cp932", "sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "korean": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
    "gb_2312-80": "gb18030", "chinese": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp", "x-cp1252": "cp1252", "x-cp1251": "cp1251", "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "unicode-1-1-utf-8": "utf-8",
    "x-unicode20utf8": "utf-8",
    "tis-620": "cp874", "iso-8859-11": "cp874", "windows-874": "cp874", "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "iso-8859-8-i": "iso8859-8", "logical": "iso8859-8", "dos-874": "cp874", "x-user-defined": "cp1252",
}  # fmt: skip


def decode(body: bytes, content_type: str = "") -> str:
    """The text of a page; bytes that the encoding cannot mean become U+FFFD, never an error."""
    encoding, mark = sniff(body, content_type)
    return body[mark:].decode(encoding, "replace")


def sniff(body: bytes, content_type: str = "") -> tuple[str, int]:
    """Python's name of the encoding and the length of the byte order mark.

    In order: the mark, the header, a `<meta>`, then valid UTF-8 or else
    windows-1252 (what the standard proposes for most locales).
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return encoding, len(mark)
    declared = _CHARSET.search(content_type.encode("latin-1", "replace")) if content_type else None
    if declared is not None:
        labelled = encoding_of(_first(declared))
        if labelled is not None:
            return labelled, 0
    return prescan(body[:_PRESCAN]) or _guess(body), 0


def _first(match: re.Match[bytes]) -> bytes:
    return next((group for group in match.groups() if group is not None), b"")


def encoding_of(label: bytes) -> str | None:
    """Python's codec for a label of the Encoding standard, None when there is none."""
    name = label.strip(_SPACE).decode("latin-1").lower()
    if not _LABEL.fullmatch(name):
        return None
    name = _LABELS.get(name, name)
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if not codecs.lookup(found)._is_text_encoding or found in ("utf-7", "idna", "punycode"):
        return None
    return "cp1252" if found in _WINDOWS_1252_LABELS else found


def prescan(head: bytes) -> str | None:
    """The encoding that a `<meta>` among the first bytes declares (section 13.2.3.2)."""
    position = 0
    while (tag := _TAG.search(head, position)) is not None:
        if tag[0] == b"<!--":
            end = head.find(b"-->", tag.start() + 2)
            position = len(head) if end < 0 else end + 3
            continue
        if tag[0][1:2] in b"!/?" and not tag[0][-1:].isalpha():
            end = head.find(b">", tag.end())
            position = len(head) if end < 0 else end + 1
            continue
        name_end = _NAME_END.search(head, tag.end())
        if name_end is None:
            return None
        name = head[tag.end() - 1 : name_end.start()].lower()
        attributes, position = _attributes(head, name_end.start())
        if position >= len(head):
            return None  # the tag never ends: a parser would not see it
        if name == b"meta" and tag[0][1:2] != b"/":
            encoding = _declared(attributes)
            if encoding is not None:
                return encoding
    return None


def _attributes(head: bytes, position: int) -> tuple[dict[bytes, bytes], int]:
    found: dict[bytes, bytes] = {}
    while position < len(head) and head[position : position + 1] != b">":
        match = _ATTRIBUTE.match(head, position)
        if match is None or match.end() == position:
            position += 1
            continue
        value = next((group for group in match.groups()[1:] if group is not None), b"")
        found.setdefault(match[1].lower(), value)
        position = match.end()
    return found, position


def _declared(attributes: dict[bytes, bytes]) -> str | None:
    label: bytes | None = attributes.get(b"charset")
    if label is None and attributes.get(b"http-equiv", b"").lower() == b"content-type":
        match = _CHARSET.search(attributes.get(b"content", b""))
        label = _first(match) if match is not None else None
    encoding = encoding_of(label) if label is not None else None
    # A page whose meta could be read as ASCII is not in UTF-16, whatever it says.
    return "utf-8" if encoding is not None and encoding.startswith("utf-16") else encoding


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8" if not body.isascii() else "cp1252"
