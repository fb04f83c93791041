"""YAML as data and as places: for each key path the line and column it stands at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.reader import Reader

from settings.faults import ConfigurationError, Fault

try:
    from yaml import CSafeLoader as _FastLoader
except ImportError:  # PyYAML was built without libyaml; the same result, ten times slower
    from yaml import SafeLoader as _FastLoader  # type: ignore[assignment]

KeyPath = tuple[str | int, ...]
"""From the top: a key of a mapping, or an index in a list."""

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MOST_NODES: Final = 200_000
_DEEPEST: Final = 40
_TOO_DEEP: Final = f"this is nested more than {_DEEPEST} levels deep, which no configuration needs"
_TAG: Final = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands (lines and columns from 1); `text` is a scalar as it was written."""

    file: Path
    line: int
    column: int
    text: str | None = None

    def fault(self, message: str) -> Fault:
        """A fault at this place; what it quotes from the file cannot break its line or steer a terminal."""
        one_line = _CONTROL.sub(lambda control: control[0].encode("unicode_escape").decode(), message)
        return Fault(self.file, self.line, self.column, one_line)


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What a file says; `values` and `keys` have the places of each value and of each mapping's key."""

    data: object
    values: dict[KeyPath, Place]
    keys: dict[KeyPath, Place]

    def value_place(self, path: KeyPath) -> Place:
        """The place of a value, or of the nearest mapping or list around it."""
        while path not in self.values:
            path = path[:-1]
        return self.values[path]

    def key_place(self, path: KeyPath) -> Place:
        """The place of the key that leads to a value; for a list's entry, of the value."""
        return self.keys.get(path) or self.value_place(path)


class _CoreLoader(_FastLoader):
    """The scalars of YAML 1.2's core schema: `no` is a text, `0123` is decimal, `22:30` is no number."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the way PyYAML is configured


for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]{1,18}", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*|(?=[eE])))(?:[eE][-+]?[0-9]{1,3})?", "-+.0123456789"),
    ("merge", r"<<", "<"),
):
    _CoreLoader.add_implicit_resolver(
        _TAG + _name, re.compile(rf"^(?:{_pattern})$"), [c if c != "\0" else "" for c in _first]
    )


def read_yaml(text: str, file: Path) -> tuple[YamlDocument, tuple[Fault, ...]]:
    """The document and the faults that leave it usable (keys given twice, odd tags).

    Raises:
        ConfigurationError: the text is not YAML at all.
    """
    if unprintable := Reader.NON_PRINTABLE.search(text):
        raise ConfigurationError((_unprintable(text, unprintable.start(), file),))
    try:
        _check_depth(text, file)
        root = yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        raise ConfigurationError((_syntax_fault(error, text, file),)) from None
    builder = _Builder(file)
    data = builder.build(root, ()) if root is not None else {}
    builder.values.setdefault((), Place(file, 1, 1))
    return YamlDocument(data, builder.values, builder.keys), tuple(builder.faults)


def _check_depth(text: str, file: Path) -> None:
    """Composing recurses, in C without a limit of its own; parsing does not."""
    depth = 0
    for event in yaml.parse(text, Loader=_CoreLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise ConfigurationError((Fault(file, *_position(event.start_mark), _TOO_DEEP),))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, file: Path) -> Fault:
    mark = error.problem_mark or error.context_mark
    line, column = _position(mark)
    problem = error.problem or "it cannot be read"
    lines = text.splitlines()
    if line <= len(lines) and "\t" in lines[line - 1][:column]:
        problem += "; indent with spaces, not tabs"
    elif error.context and error.context_mark:
        problem += f" ({error.context}, which begins on line {error.context_mark.line + 1})"
    return Fault(file, line, column, f"this is not valid YAML: {problem}")


def _position(mark: Any) -> tuple[int, int]:
    """A mark of either loader (they share no type) as line and column from 1."""
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _unprintable(text: str, offset: int, file: Path) -> Fault:
    line_start = text.rfind("\n", 0, offset) + 1
    return Fault(
        file,
        text.count("\n", 0, offset) + 1,
        offset - line_start + 1,
        f"the character U+{ord(text[offset]):04X} is not allowed in YAML: remove it",
    )


@dataclass(slots=True)
class _Builder:
    """Turns composed nodes into dictionaries, lists and scalars, and notes where each stands."""

    file: Path
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _open: list[yaml.Node] = field(default_factory=list)

    def build(self, node: yaml.Node, path: KeyPath) -> object:
        place = self._place(node)
        if len(self.values) >= _MOST_NODES:
            message = f"this file holds more than {_MOST_NODES:,} values once its aliases are followed"
            raise ConfigurationError((place.fault(message),))
        if len(self._open) > _DEEPEST:
            raise ConfigurationError((place.fault(_TOO_DEEP),))
        if any(node is ancestor for ancestor in self._open):
            raise ConfigurationError((place.fault("this alias contains itself: write the value out"),))
        self.values[path] = place
        self._open.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
            return self._scalar(node)
        finally:
            self._open.pop()

    def _place(self, node: yaml.Node) -> Place:
        text = node.value if isinstance(node, yaml.ScalarNode) else None
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1, text)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        mapping: dict[str, object] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif not isinstance(key, yaml.ScalarNode):
                self.faults.append(
                    self._place(key).fault("a key must be a plain text, not a list or a mapping")
                )
            elif key.value in mapping:
                first = self.keys[*path, key.value].line
                message = f"`{key.value}` is given twice (first on line {first}): keep one of them"
                self.faults.append(self._place(key).fault(message))
            else:
                self.keys[*path, key.value] = self._place(key)
                mapping[key.value] = self.build(value, (*path, key.value))
        for source in merged:
            for key, value in self._merged(source):
                if key.value not in mapping:
                    self.keys[*path, key.value] = self._place(key)
                    mapping[key.value] = self.build(value, (*path, key.value))
        return mapping

    def _merged(self, source: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """The entries that `<<: *anchor` brings in."""
        if not isinstance(source, yaml.MappingNode):
            self.faults.append(self._place(source).fault("`<<` must be followed by an alias of a mapping"))
            return
        for key, value in source.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != f"{_TAG}merge":
                yield key, value

    def _scalar(self, node: yaml.Node) -> object:
        kind = node.tag.removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind in ("int", "float"):
            try:
                return int(node.value) if kind == "int" else float(node.value)
            except ValueError:  # an explicit tag on something else: `!!int abc`
                return node.value
        if kind != "str":
            self.faults.append(self._place(node).fault(f"the tag {node.tag} is not supported: remove it"))
        return node.value
