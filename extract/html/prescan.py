"""The encoding that a page declares among its first bytes: a `<meta>`, else an XML declaration.

Source: the HTML standard, section 13.2.3.2, "prescan a byte stream to determine its encoding" and "get an XML
encoding".
"""

from __future__ import annotations

import re
from typing import Final

from extract.encoding_labels import CHARSET, encoding_of, first_group

_UTF16_XML: Final = ((b"<\0?\0x\0", "utf-16-le"), (b"\0<\0?\0x", "utf-16-be"))
_XML_ENCODING: Final = re.compile(rb"encoding[\0- ]*=[\0- ]*(?:\"([^\"]*)\"|'([^']*)')")
_ATTRIBUTE: Final = re.compile(
    rb"[\t\n\x0c\r /]*([^\t\n\x0c\r />=][^\t\n\x0c\r />=]*)"
    rb"(?:[\t\n\x0c\r ]*=[\t\n\x0c\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\x0c\r >]+)))?"
)
_TAG: Final = re.compile(rb"<(?:!--|/?[A-Za-z]|[!/?])")
_NAME_END: Final = re.compile(rb"[\t\n\x0c\r />]")


def prescan(head: bytes) -> str | None:
    """Python's name of the declared encoding, None where nothing is declared."""
    for mark, encoding in _UTF16_XML:
        if head.startswith(mark):
            return encoding
    return _by_meta(head) or _by_xml(head)


def _by_xml(head: bytes) -> str | None:
    declaration, closed, _ = head.partition(b">")
    if not closed or not declaration.startswith(b"<?xml"):
        return None
    match = _XML_ENCODING.search(declaration)
    return _readable_so_far(encoding_of(first_group(match))) if match is not None else None


def _by_meta(head: bytes) -> str | None:
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
        match = CHARSET.search(attributes.get(b"content", b""))
        label = first_group(match) if match is not None else None
    return _readable_so_far(encoding_of(label)) if label is not None else None


def _readable_so_far(encoding: str | None) -> str | None:
    """What is declared in bytes that could be read as ASCII is not UTF-16, whatever it says."""
    return "utf-8" if encoding is not None and encoding.startswith("utf-16") else encoding
