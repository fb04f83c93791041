"""What a page says in data for machines: JSON-LD objects, and microdata as objects of the same form.

Sources: JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/), HTML standard section 5 "Microdata".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
from selectolax.lexbor import LexborNode

_ATTRIBUTES: Final = {
    "meta": "content", "a": "href", "area": "href", "link": "href", "img": "src", "audio": "src",
    "video": "src", "source": "src", "iframe": "src", "embed": "src", "object": "data", "data": "value",
    "meter": "value", "time": "datetime",
}  # fmt: skip
_WRAPPING: Final = re.compile(
    r"^\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)\s*$"
)
"""What once hid scripts from browsers that knew none."""
_MOST: Final = 2000
"""Objects or properties of one page that are looked at; no honest page has as many."""


def json_ld_objects(scripts: Iterable[LexborNode]) -> list[Mapping[str, Any]]:
    """Every JSON-LD object of these scripts, outermost first, those inside `@graph` after them.

    A reference such as `{"@id": "#eva"}` is replaced by the object of that name, wherever the page has it.
    """
    found: list[dict[str, Any]] = []
    named: dict[str, dict[str, Any]] = {}
    for node in scripts:
        found.extend(_outermost(_json(node.text())))
    everything = list(_nested(found))
    for item in everything:
        if len(item) > 1 and isinstance(item.get("@id"), str):
            named.setdefault(item["@id"], item)
    for item in everything if named else ():
        item.update({key: _followed(value, named) for key, value in item.items() if key != "@id"})
    return list(found)


def _json(text: str) -> object:
    """The value written there, line breaks inside texts allowed, as templates leave them; None where it is
    broken: then it says nothing, and the page's text is there all the same."""
    text = text.strip()
    if not text.startswith(("{", "[")):
        text = _WRAPPING.sub("", text)
    text = text.strip().strip(";")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            return None


def _outermost(value: object) -> Iterator[dict[str, Any]]:
    pending: list[object] = [value]
    while pending:
        item = pending.pop(0)
        if isinstance(item, list):
            pending[:0] = item
        elif isinstance(item, dict):
            yield item
            if "@graph" in item:
                pending.append(item["@graph"])


def _nested(objects: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """These objects and all inside them, each once."""
    pending: list[object] = [*objects]
    seen: set[int] = set()
    while pending and len(seen) < _MOST:
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict) and id(item) not in seen:
            seen.add(id(item))
            yield item
            pending.extend(item.values())


def _followed(value: object, named: Mapping[str, object]) -> object:
    if isinstance(value, list):
        return [_followed(item, named) for item in value]
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str):
        return named.get(value["@id"], value)
    return value


def microdata_objects(nodes: Sequence[LexborNode]) -> list[Mapping[str, Any]]:
    """The outermost microdata items of these elements; properties outside every item form one, the first.

    A property that stands several times has a list; an item that is a property's value lies inside its owner.
    """
    page: dict[str, Any] = {}
    items: dict[int, dict[str, Any]] = {}
    outermost = [page]
    for node in nodes[:_MOST]:
        attributes = node.attributes
        own: dict[str, Any] | None = None
        if "itemscope" in attributes:
            kind = (attributes.get("itemtype") or "").split()
            own = items[node.mem_id] = {"@type": kind[0].rpartition("/")[2]} if kind else {}
        names = (attributes.get("itemprop") or "").split()
        owner = _owner(node, items)
        if not names and own is not None:
            outermost.append(own)
        for name in names:
            _add(page if owner is None else owner, name, _value(node) if own is None else own)
    return [item for item in outermost if item]


def _owner(node: LexborNode, items: Mapping[int, dict[str, Any]]) -> dict[str, Any] | None:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in items:
            return items[parent.mem_id]
        parent = parent.parent
    return None


def _value(node: LexborNode) -> str:
    attribute = _ATTRIBUTES.get(node.tag or "")
    stated = node.attributes.get(attribute) if attribute is not None else node.attributes.get("content")
    return " ".join((node.text() if stated is None else stated).split())


def _add(item: dict[str, Any], name: str, value: object) -> None:
    if name not in item:
        item[name] = value
    elif isinstance(item[name], list):
        item[name].append(value)
    else:
        item[name] = [item[name], value]
