"""docs/configuration.md, written from the models: `python -m settings.reference > docs/configuration.md`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from settings.schema import json_schema

_INTRODUCTION: Final = """\
# connectors.yaml

One YAML file says what is crawled, what is kept of it, and who may find it. `crawler init` writes a commented
one to start from, `crawler validate` checks it and shows every fault at once with its line and column.
This page is made from the models themselves (`python -m settings.reference`), and a test holds it to them.

**Editors** complete and check the file once its schema lies beside it, because its first line names it:
`crawler schema > connectors.schema.json`.

**Paths** start from the folder of the file. **Sizes** carry a unit (`50MB`, `512KiB`; a bare number is
bytes), **durations** too (`500ms`, `30s`, `24h`, `1h30m`, `7d`), and so do **parts** (`15%`).
**Selectors** carry their kind: `css:…` or `xpath:…`. **Regular expressions** are found anywhere in the whole
URL (RE2's syntax; look-around and back-references work too, at a cost).

**References** may stand in every value: `${env:NAME}` is an environment variable, `${file:/run/secrets/x}`
the text of a file without its last line break, and `$${` a literal `${`. Passwords, tokens and keys are never
printed: not in a message, a log, a report or a dump. A fault never prints what a reference stands for.

The scalars are those of YAML 1.2: only `true` and `false` are booleans, and `22:30` is a text. Anchors,
aliases and `<<` work. An unknown key is an error, and so is a key given twice.
"""

_INTEGER_BOUNDS: Final = (("minimum", "from {}"), ("exclusiveMinimum", "above {}"), ("maximum", "up to {}"))


def configuration_reference() -> str:
    """The page as Markdown: a table for each mapping of the file, in the order of the file."""
    schema = json_schema()
    pages = _Pages(schema["$defs"])
    pages.add("The file", schema)
    return "\n".join([_INTRODUCTION, *pages.lines])


class _Pages:
    """Collects a table for each section, once, wherever it stands first."""

    def __init__(self, definitions: dict[str, Any]) -> None:
        self.definitions = definitions
        self.lines: list[str] = []
        self._seen: set[str] = set()

    def add(self, heading: str, section: dict[str, Any], path: str = "") -> None:
        """The table of a section, then those of the sections inside it."""
        required = section.get("required", ())
        self.lines += [f"## {heading}", ""]
        if path:
            self.lines += [section["description"], ""]
        self.lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
        for key, value in section["properties"].items():
            default = "**required**" if key in required else _default(value)
            cells = (f"`{key}`", self._value(value), default, value["description"])
            self.lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        self.lines.append("")
        for key, value in section["properties"].items():
            for name, suffix in self._inner(value):
                if name not in self._seen:
                    self._seen.add(name)
                    self._add_definition(name, f"{path}.{key}{suffix}".lstrip("."))

    def _add_definition(self, name: str, path: str) -> None:
        definition = self.definitions[name]
        kind = definition["properties"].get("type", {}).get("const")
        heading = f"`{path}`" if kind is None else f"`{path}` with `type: {kind}`"
        self.add(heading, definition, path)

    def _inner(self, value: dict[str, Any], suffix: str = "") -> Iterator[tuple[str, str]]:
        """The sections that a value may be, and `[]` or `.NAME` where it holds several of them."""
        name = value.get("$ref", "").rpartition("/")[2]
        if name and "properties" in self.definitions[name]:
            yield name, suffix
        for part in (*value.get("anyOf", ()), *value.get("oneOf", ())):
            yield from self._inner(part, suffix)
        if "items" in value:
            yield from self._inner(value["items"], "[]")
        for named in ("additionalProperties", "patternProperties"):
            inner = value.get(named)
            for part in inner.values() if named == "patternProperties" and inner else (inner,):
                if isinstance(part, dict):
                    yield from self._inner(part, ".NAME")

    def _value(self, value: dict[str, Any]) -> str:
        """What may be written, in a few words."""
        if "$ref" in value:
            return self._value(self.definitions[value["$ref"].rpartition("/")[2]])
        parts = (*value.get("anyOf", ()), *value.get("oneOf", ()))
        if parts and "title" not in value:
            return " or ".join(dict.fromkeys(self._value(part) for part in parts))
        if value.get("type") == "array":
            return f"list of {self._value(value['items'])}"
        return _scalar(value)


def _scalar(value: dict[str, Any]) -> str:
    if "enum" in value:
        return ", ".join(f"`{choice}`" for choice in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if "title" in value and "properties" not in value:
        return str(value["title"])
    kind = {"string": "text", "integer": "number", "object": "mapping", "boolean": "`true`, `false`"}
    text = kind.get(value["type"], value["type"])
    bounds = [words.format(value[bound]) for bound, words in _INTEGER_BOUNDS if bound in value]
    return " ".join([text, *bounds])


def _default(value: dict[str, Any]) -> str:
    if "default" not in value:
        return ""
    default = value["default"]
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


if __name__ == "__main__":
    print(configuration_reference(), end="")  # the one purpose of running this module
