"""Rules that join several sections; they look at the data itself, so that other faults don't hide them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from settings.faults import Fault, nearest
from settings.fields import BUILT_IN_FIELDS
from settings.yaml_document import KeyPath, YamlDocument


def joint_faults(data: object, document: YamlDocument) -> Iterator[Fault]:
    """Faults that no section can see alone. Values of the wrong type are passed over: they have their own."""
    if isinstance(data, dict):
        yield from _repeated_names(data, document)
        yield from _retyped_fields(data, document)
        yield from _unknown_fields(data, document)
        yield from _missing_milvus(data, document)


def _connectors(data: dict[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    connectors = data.get("connectors")
    for index, connector in enumerate(connectors if isinstance(connectors, list) else ()):
        if isinstance(connector, dict):
            yield ("connectors", index), connector


def _repeated_names(data: dict[str, Any], document: YamlDocument) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for path, connector in _connectors(data):
        name = connector.get("name")
        if not isinstance(name, str):
            continue
        place = document.value_place((*path, "name"))
        if name in first:
            message = (
                f"the name `{place.text}` is taken by the connector on line {first[name]}: give each its own"
            )
            yield place.fault(message)
        first.setdefault(name, place.line)


def _retyped_fields(data: dict[str, Any], document: YamlDocument) -> Iterator[Fault]:
    fields = data.get("fields")
    for name, entry in fields.items() if isinstance(fields, dict) else ():
        given = entry.get("type") if isinstance(entry, dict) else None
        if name in BUILT_IN_FIELDS and given is not None and given != BUILT_IN_FIELDS[name].type:
            message = (
                f"`{name}` is always there and must stay `{BUILT_IN_FIELDS[name].type}`; choose another name"
            )
            yield document.value_place(("fields", name, "type")).fault(message)


def _unknown_fields(data: dict[str, Any], document: YamlDocument) -> Iterator[Fault]:
    own = data.get("fields")
    known = {**BUILT_IN_FIELDS, **(own if isinstance(own, dict) else {})}
    for path, name in _named_fields(data):
        if name not in known:
            place, near = document.value_place(path), nearest(name, known)
            # As it was written: a reference is not printed resolved.
            declare = f"declare it under `fields`: `{place.text}: {{type: string}}`"
            hint = f"did you mean `{near}`?" if near else declare
            yield place.fault(f"there is no field `{place.text}`; {hint}")


def _named_fields(data: dict[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Every place where a field of the index is named: mappings and boosts."""
    holders: list[tuple[KeyPath, object]] = [
        ((*path, "field_mappings"), connector.get("field_mappings")) for path, connector in _connectors(data)
    ]
    search = data.get("search")
    holders.append((("search", "boosts"), search.get("boosts") if isinstance(search, dict) else None))
    for path, entries in holders:
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            name = entry.get("field") if isinstance(entry, dict) else None
            if isinstance(name, str) and name:
                yield (*path, index, "field"), name


def _missing_milvus(data: dict[str, Any], document: YamlDocument) -> Iterator[Fault]:
    index = data.get("index")
    if isinstance(index, dict) and index.get("backend") == "milvus" and index.get("milvus") is None:
        place = document.value_place(("index", "backend"))
        yield place.fault("`backend: milvus` needs its server: add `milvus: {uri: http://HOST:19530}`")
