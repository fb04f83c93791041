"""What a page says, line by line, as numbers: so that pages of one pattern can be asked for anything new.

Where an address looks like a calendar's or combines parameters, short lines count without what the address
itself says and without days, months, years and times: "May 2031" is no news at ``?month=2031-05``. Everywhere
else lines count as they are, but for long identifiers of the address that the page echoes (a session's).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import Final
from urllib.parse import unquote
from zlib import crc32

from crawler.rules.traps.calendar_words import CALENDAR_WORDS
from crawler.rules.traps.looks import looks_of

MOST_LINES: Final = 400
"""Lines of a page that are looked at: those that come first."""

SIZE_BITS: Final = 8
"""The lowest bits of a line's number say how long it is, in units of four characters."""

_SHORT: Final = 120
"""Characters: longer lines are prose, in which a date is not all that is said."""
_LONGEST: Final = (1 << SIZE_BITS) - 1
_MARK: Final = 0xFFFFFFFF ^ _LONGEST
_GOLDEN: Final = 0x9E3779B1  # 2^32 over the golden ratio (Knuth, TAOCP 3, 6.4)
_WORD: Final = re.compile(r"\w+(?:[.,:]\w+)*")
_IDENTIFIER: Final = re.compile(r"(?=[A-Za-z_]*\d)[A-Za-z0-9_]{8,}")
_WHEN: Final = re.compile(r"\d{1,2}|\d{4}|\d{1,2}:\d{2}(?::\d{2})?|\d{1,4}\.\d{1,2}\.\d{1,4}")


def lines_said(url: str, title: str, texts: Iterable[str]) -> bytes:
    """The lines of a page at a URL: unsigned 32-bit numbers, alike where lines say the same.

    The title is the first of them. Lines of which nothing is left are not there.
    """
    looks = looks_of(url)
    lines: Iterable[str] = islice(chain((title,), *(text.split("\n") for text in texts)), MOST_LINES)
    if looks.is_suspect:
        lines = _without_echo(lines, {word.lower() for word in _WORD.findall(unquote(url))})
    elif identifiers := _IDENTIFIER.findall(url.partition("://")[2]):
        lines = (re.sub("|".join(identifiers), "", line) for line in lines)
    # One expression: each line of each page passes here. Lines that differ in a digit or two have sums that
    # differ in a pattern: a product scatters them.
    return array(
        "I",
        [
            crc32(line.encode("utf-8", "surrogatepass")) * _GOLDEN & _MARK | min(_LONGEST, 1 + len(line) // 4)
            for line in lines
            if line
        ],
    ).tobytes()


def unpacked(said: bytes) -> array[int]:
    """The numbers of `lines_said`."""
    numbers = array("I")
    numbers.frombytes(said)
    return numbers


def _without_echo(lines: Iterable[str], echoed: Collection[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > _SHORT:
            yield line
            continue
        yield " ".join(
            word
            for word in _WORD.findall(line.lower())
            if word not in echoed and word not in CALENDAR_WORDS and not _WHEN.fullmatch(word)
        )
