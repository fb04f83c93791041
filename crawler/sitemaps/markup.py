"""The tags and texts of XML that may be broken, as they arrive.

No XML parser: those stop at the first fault, while real sitemaps have bare ampersands, wrong namespaces,
undecodable bytes and no end. Nothing is declared here, so that no entity can grow or read a file: a DOCTYPE
is passed over, the five entities of XML, HTML's and numbers are replaced, any other is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Final, NamedTuple

LONGEST_TAG: Final = 16_384
"""Characters after which a ``<`` without its ``>`` is no tag."""
LONGEST_TEXT: Final = 65_536
"""Characters of text that wait for the tag after it."""

_tag = re.compile(r"<(/?)(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)([^<>]*)>").fullmatch
_reference = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]*));").sub
_LONGEST_OPENING: Final = len("<![CDATA[")
_SPECIAL: Final = ("!", "?")
_DOCTYPE: Final = "<!DOCTYPE"
_PASSED_OVER: Final = (("<!--", "-->"), ("<?", "?>"))


class Start(NamedTuple):
    """``<prefix:name attributes>``; the name in lower case."""

    prefix: str
    name: str
    attributes: str
    is_empty: bool  # <name/>


class End(NamedTuple):
    """``</prefix:name>``."""

    name: str


class Text(NamedTuple):
    """Text between two tags; `is_whole` is False where the file ended in it."""

    text: str
    is_whole: bool = True


Token = Start | End | Text


class Markup:
    """Feed it text piece by piece; memory stays within a piece and `LONGEST_TEXT`."""

    def __init__(self) -> None:
        self._buffer = ""
        self._passing_to: str | None = None  # inside something that ends so and is not wanted
        self._in_cdata = False

    def feed(self, text: str) -> Iterator[Token]:
        """Tokens that are complete now."""
        self._buffer += text
        yield from self._tokens(at_end=False)

    def finish(self) -> Iterator[Token]:
        """The rest: a tag that was cut off is dropped, a text that was is given as not whole."""
        yield from self._tokens(at_end=True)
        if self._buffer and not self._passing_to:
            whole, _, _ = self._buffer.partition("<")
            yield Text(_resolved(whole), is_whole="<" in self._buffer)
        self._buffer = ""

    def _tokens(self, *, at_end: bool) -> Iterator[Token]:
        buffer, position = self._buffer, 0
        while position < len(buffer):
            if self._passing_to or self._in_cdata:
                end = buffer.find(self._passing_to or "]]>", position)
                stop = end if end >= 0 else max(position, len(buffer) - 2)  # its end may be cut in two
                if self._in_cdata and stop > position:
                    yield Text(buffer[position:stop], is_whole=end >= 0 or not at_end)
                position = stop
                if end < 0:
                    break
                position += len(self._passing_to or "]]>")
                self._passing_to, self._in_cdata = None, False
                continue
            opening = buffer.find("<", position)
            if opening < 0:
                if len(buffer) - position > LONGEST_TEXT:
                    yield Text(_resolved(buffer[position:]))
                    position = len(buffer)
                break
            if len(buffer) - opening < _LONGEST_OPENING and not at_end and ">" not in buffer[opening:]:
                break
            following, tokens = self._construct(buffer, position, opening)
            if following is None:
                break
            yield from tokens
            position = following
        self._buffer = buffer[position:]

    def _construct(self, buffer: str, position: int, opening: int) -> tuple[int | None, list[Token]]:
        """What begins at a ``<``: where it ends, and the tokens up to there; None: more must come first."""
        before: list[Token] = [Text(_resolved(buffer[position:opening]))] if opening > position else []
        if buffer[opening + 1 : opening + 2] in _SPECIAL and (end := self._special(buffer, opening)):
            return end, before
        following = buffer.find("<", opening + 1)
        closing = buffer.find(">", opening, len(buffer) if following < 0 else following)
        if closing < 0 and following < 0 and len(buffer) - opening < LONGEST_TAG:
            return None, []
        match = _tag(buffer, opening, closing + 1) if closing >= 0 else None
        if match is None:  # a bare "<"
            return opening + 1, [*before, Text("<")]
        before.append(_token(match))
        return closing + 1, before

    def _special(self, buffer: str, opening: int) -> int | None:
        """Begin to pass over a comment, an instruction or a DOCTYPE, or to take a CDATA section."""
        for begin, end in _PASSED_OVER:
            if buffer.startswith(begin, opening):
                self._passing_to = end
                return opening + len(begin)
        if buffer.startswith("<![CDATA[", opening):
            self._in_cdata = True
            return opening + len("<![CDATA[")
        if buffer[opening : opening + len(_DOCTYPE)].upper() == _DOCTYPE:
            closing = buffer.find(">", opening)
            subset = buffer.find("[", opening, closing if closing >= 0 else len(buffer))
            self._passing_to = ">" if subset < 0 else "]"
            return opening + len(_DOCTYPE)
        return None


def _token(match: re.Match[str]) -> Token:
    slash, prefix, name, attributes = match.groups()
    if slash:
        return End(name.lower())
    return Start(prefix or "", name.lower(), attributes, attributes.endswith("/"))


_attribute = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""").findall


def attributes_of(tag: Start) -> dict[str, str]:
    """A tag's attributes by their names in lower case, prefixes included."""
    return {name.lower(): _resolved(double or single) for name, double, single in _attribute(tag.attributes)}


def _resolved(text: str) -> str:
    return _reference(_replacement, text) if "&" in text else text


def _replacement(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return html5.get(name + ";", "")
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return "" if number > 0x10FFFF or 0xD800 <= number < 0xE000 else chr(number)
