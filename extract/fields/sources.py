"""The sources of field mappings: what each kind reads from a page or a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from extract.fields.patterns import search
from extract.html.metadata import Head
from extract.rules import Source


@dataclass(frozen=True)
class Subject:
    """The page or file that sources read from. `tree` and `head` are None for files; header names are in
    lower case; `size` is that of the body in bytes."""

    url: str
    headers: Mapping[str, str]
    title: str
    size: int
    content_type: str
    link_text: str = ""
    language: str | None = None
    tree: LexborHTMLParser | None = None
    head: Head | None = None

    @cached_property
    def file_name(self) -> str:
        """The last segment of the path, or the name that Content-Disposition gives."""
        return file_name_of(self.url, self.headers)

    @cached_property
    def xml(self) -> Any:
        """The page as an lxml tree, parsed only when an XPath asks for it."""
        from extract.html.xpath import parse  # noqa: PLC0415 - lxml only where a mapping uses XPath

        return parse(self.tree.html or "" if self.tree is not None else "")


def file_name_of(url: str, headers: Mapping[str, str]) -> str:
    """A file's name by Content-Disposition (RFC 6266), else by the address."""
    disposition = headers.get("content-disposition", "")
    if "filename" in disposition:
        from email.message import Message  # noqa: PLC0415 - few answers have the header

        message = Message()
        message["content-disposition"] = disposition
        name = message.get_filename()
        if name:
            return name.replace("\\", "/").rsplit("/", 1)[-1]
    path = url.split("#", 1)[0].split("?", 1)[0]
    return unquote(path.rsplit("/", 1)[-1]) if path.count("/") > 2 else ""


def texts_of(subject: Subject, source: Source) -> Sequence[str]:
    """What the source yields, blank texts among it; nothing where the subject has no such thing."""
    return _READERS[source.kind](subject, source.argument)


def _meta(subject: Subject, name: str) -> Sequence[str]:
    return subject.head.metas.get(name.lower(), ()) if subject.head is not None else ()


def _css(subject: Subject, argument: str) -> Sequence[str]:
    if subject.tree is None:
        return ()
    selector, attribute = split_attribute(argument)
    nodes = subject.tree.css(selector)
    if attribute:
        return [node.attributes.get(attribute) or "" for node in nodes]
    return [node.text(separator=" ") for node in nodes]


def split_attribute(argument: str) -> tuple[str, str | None]:
    """`selector@attribute` in its two parts; an `@` inside brackets belongs to the selector."""
    selector, at, attribute = argument.rpartition("@")
    return (selector, attribute) if at and selector and "]" not in attribute else (argument, None)


def _xpath(subject: Subject, expression: str) -> Sequence[str]:
    if subject.tree is None or subject.xml is None:
        return ()
    from extract.html.xpath import texts  # noqa: PLC0415

    return texts(subject.xml, expression)


def _json_ld(subject: Subject, path: str) -> Sequence[str]:
    found: list[str] = []
    for item in subject.head.json_ld if subject.head is not None else ():
        found += _at_path(item, path.split("."))
    return found


def _at_path(value: object, path: Sequence[str]) -> list[str]:
    """The scalars at a path of keys; lists on the way are walked through."""
    if isinstance(value, list):
        return [text for item in value for text in _at_path(item, path)]
    if path:
        return _at_path(value[path[0]], path[1:]) if isinstance(value, dict) and path[0] in value else []
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, dict):
        named = value.get("name", value.get("@value"))
        return [] if isinstance(named, (dict, list)) else _at_path(named, ())
    return [str(value)] if isinstance(value, (str, int, float)) else []


def _url(subject: Subject, pattern: str) -> Sequence[str]:
    match = search(pattern, subject.url)
    if match is None:
        return ()
    return (unquote((match[1] if match.re.groups else match[0]) or ""),)


def _header(subject: Subject, name: str) -> Sequence[str]:
    return (subject.headers.get(name.lower(), ""),)


def _file(subject: Subject, what: str) -> Sequence[str]:
    if what == "name":
        return (subject.file_name,)
    return (subject.content_type,) if what == "type" else (str(subject.size),)


_READERS: Final[Mapping[str, Callable[[Subject, str], Sequence[str]]]] = {
    "title": lambda subject, _: (subject.title,),
    "url": lambda subject, pattern: _url(subject, pattern) if pattern else (subject.url,),
    "host": lambda subject, _: (urlsplit(subject.url).hostname or "",),
    "meta": _meta,
    "css": _css,
    "xpath": _xpath,
    "jsonld": _json_ld,
    "header": _header,
    "const": lambda _, text: (text,),
    "file": _file,
    "html": lambda subject, _: (str(subject.size),) if subject.tree is not None else (),
    "link": lambda subject, _: (subject.link_text,),
}
