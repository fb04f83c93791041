"""The text of a file whose charset may be declared wrongly, or not at all."""

from __future__ import annotations

import codecs
import re
from typing import Final

_HEAD_BYTES: Final = 1024
_declaration = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""").search
_parameter = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]+)""", re.IGNORECASE).search
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),  # XML without a mark (XML 1.0, appendix F)
    (b"\0<", "utf-16-be"),
)
# A declaration that could be read so far is in neither of the wide ones; the others are for host names.
_NOT_BELIEVED: Final = ("utf-16", "utf-32", "utf-7", "idna", "punycode")
_AS_WINDOWS_1252: Final = "sitelore.windows-1252"


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not in the declared charset, most often UTF-8, as the Western ones they usually are."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_AS_WINDOWS_1252, _windows_1252)


def decoder(head: bytes, content_type: str = "") -> codecs.IncrementalDecoder:
    """A decoder for the file that begins so; it never fails.

    A byte order mark is believed first, then the XML declaration, then the charset of the header; else it is
    UTF-8 (sitemaps.org: "must be UTF-8 encoded").
    """
    return codecs.getincrementaldecoder(_charset(head, content_type))(_AS_WINDOWS_1252)


def _charset(head: bytes, content_type: str) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    named = [match[1].decode() for match in (_declaration(head[:_HEAD_BYTES]),) if match]
    named += [match[1] for match in (_parameter(content_type),) if match]
    for name in named:
        try:
            known = codecs.lookup(name)
        except LookupError:
            continue
        # A declaration that could be read so far is not in UTF-16; and some codecs make no text at all.
        if known._is_text_encoding and not known.name.startswith(
            ("utf-16", "utf-32", "utf-7", "idna", "puny")
        ):
            return known.name if known.name != "utf-8" else "utf-8-sig"
    return "utf-8-sig"
