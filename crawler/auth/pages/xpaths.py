"""Short XPaths that go on finding an element when the page around it changes."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

_MADE_UP: Final = re.compile(r"\d{3,}|[0-9a-f]{8,}|^:|^(ember|mui|react|radix|headlessui)", re.I)
"""Identities that a framework numbers anew with each page."""


class XPaths:
    """Names elements of one page: by a unique id, else by a unique name, else by their place."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._ids: Counter[str] = Counter()
        self._names: Counter[tuple[str, str]] = Counter()
        self._places: dict[int, tuple[str, int]] = {}
        counted: Counter[str] = Counter()
        for node in tree.css("form, input, button, select, textarea, a"):
            tag = node.tag or "*"
            counted[tag] += 1
            self._places[node.mem_id] = (tag, counted[tag])
            self._names[tag, node.attributes.get("name") or ""] += 1
        self._ids.update(node.attributes.get("id") or "" for node in tree.css("[id]"))

    def of(self, node: LexborNode) -> str:
        """An XPath 1.0 expression that finds this element and no other."""
        tag = node.tag or "*"
        identity, name = node.attributes.get("id") or "", node.attributes.get("name") or ""
        if self._ids[identity] == 1 and not _MADE_UP.search(identity) and (quoted := _quoted(identity)):
            return f"//{tag}[@id={quoted}]"
        if name and self._names[tag, name] == 1 and (quoted := _quoted(name)):
            return f"//{tag}[@name={quoted}]"
        if tag == "input" and (path := self._by_type(node)):
            return path
        place = self._places.get(node.mem_id)
        return f"(//{place[0]})[{place[1]}]" if place else _steps(node)

    def _by_type(self, node: LexborNode) -> str | None:
        """`//input[@type='password']` where there is one."""
        if node.attributes.get("type") != "password" or node.parser is None:
            return None
        alike = [
            other for other in node.parser.css("input[type]") if other.attributes.get("type") == "password"
        ]
        return "//input[@type='password']" if len(alike) == 1 else None


def _steps(node: LexborNode) -> str:
    """The way from the root: `/html/body/div[2]`."""
    steps: list[str] = []
    here: LexborNode | None = node
    while here is not None and here.is_element_node:
        number = 1
        before = here.prev
        while before is not None:
            number += before.tag == here.tag
            before = before.prev
        steps.append(f"{here.tag}[{number}]")
        here = here.parent
    return "/" + "/".join(reversed(steps))


def _quoted(text: str) -> str | None:
    """A literal of XPath 1.0, which knows no escapes; None where it needs none of both quotes or is odd."""
    if not text or not text.isprintable() or len(text) > 100:
        return None
    if "'" not in text:
        return f"'{text}'"
    return f'"{text}"' if '"' not in text else None
