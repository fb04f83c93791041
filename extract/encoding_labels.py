"""Labels of encodings as the web writes them, to Python's codecs (Encoding standard, section 4.2)."""

from __future__ import annotations

import codecs
import re
from typing import Final

CHARSET: Final = re.compile(
    rb"charset[\t\n\x0c\r ]*=[\t\n\x0c\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\t\n\x0c\r ;]+))", re.I
)
"""How a header or a `<meta>` names an encoding."""
_SPACE: Final = b"\t\n\x0c\r "
_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9_:.-]*")
_WINDOWS_1252_LABELS: Final = frozenset({"ascii", "iso8859-1", "cp1252"})
# Labels of the standard that Python reads as another or does not know.
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


def first_group(match: re.Match[bytes]) -> bytes:
    """The text of whichever way of quoting matched."""
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
