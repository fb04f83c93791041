"""What an RTF states of itself: kreuzberg 4.10 leaves its characters escaped, `Geb\\'fchren`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from typing import Any, Final

RTF: Final = "application/rtf"
_CODE_PAGE: Final = re.compile(rb"\\ansicpg(\d{1,5})")
_ESCAPED: Final = re.compile(
    r"(?P<bytes>(?:\\'[0-9a-fA-F]{2})+)|\\u(?P<unit>-?\d{1,5}) ?(?:\\'[0-9a-fA-F]{2}|\?)?"
)


def readable(metadata: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """The statements of an RTF with its escapes resolved."""
    found = _CODE_PAGE.search(body[:4096])
    encoding = f"cp{found[1].decode()}" if found else "cp1252"
    try:
        codecs.lookup(encoding)
    except LookupError:
        encoding = "cp1252"
    return {name: _readable(value, encoding) for name, value in metadata.items()}


def _readable(value: Any, encoding: str) -> Any:
    if isinstance(value, list):
        return [_readable(each, encoding) for each in value]
    if not isinstance(value, str):
        return value

    def resolved(found: re.Match[str]) -> str:
        if found["bytes"]:
            return bytes.fromhex(found["bytes"].replace("\\'", "")).decode(encoding, "replace")
        return _unit(int(found["unit"]))

    return _ESCAPED.sub(resolved, value)


def _unit(number: int) -> str:
    """The character of a signed 16-bit number; halves of characters are no text."""
    code = number % 65_536
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)
