"""Where a rule stands in the configuration file: from what a verdict quotes to its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from settings.yaml_document import KeyPath, YamlDocument, read_yaml

_KEYS: Final = re.compile(
    r"((?:scope|filters|access|attachments|seeds|politeness|content|render|sync)[a-z_.]*)(?:\[(\d+)\])?"
)
_QUOTED: Final = re.compile(r"\[\d+\] (['\"])(.*)\1$", re.DOTALL)
_SCALAR: Final = re.compile(r"scope\.[a-z_]+ (\S+)")


@dataclass(frozen=True, slots=True)
class RulePlace:
    """A place in the file as it is now; `line` is None for a key that is not written there: its default.

    `moved` says that another rule stands there by now than the one that was quoted: the file was edited.
    """

    file: Path
    line: int | None
    key: str
    moved: bool = False

    def __str__(self) -> str:
        if self.line is None and self.moved:
            return f"formerly {self.key}, which {self.file.name} does not have any more"
        if self.line is None:
            return f"{self.key}, which {self.file.name} leaves at its default"
        place = f"{self.file.name}:{self.line} ({self.key})"
        return f"formerly at {place}, which says something else now" if self.moved else place


class RulePlaces:
    """Knows the lines of one configuration file."""

    def __init__(self, file: Path) -> None:
        """Read the file's places; it was checked before, so that it can be read."""
        self.file = file
        self._document, _ = read_yaml(file.read_text(encoding="utf-8-sig"), file)
        self._indexes = _connectors(self._document)

    def find(self, connector: str, rule: str | None) -> RulePlace | None:
        """The place of a rule such as ``filters.crawl.exclude[1] '/logout'``; None for one that stands
        elsewhere, as a line of robots.txt does."""
        keys = None if rule is None else _KEYS.match(rule)
        index = self._indexes.get(connector)
        if keys is None or rule is None or index is None:
            return None
        path: KeyPath = ("connectors", index, *keys[1].rstrip(".").split("."))
        if keys[2] is not None:
            path = (*path, int(keys[2]))
        key = f"connectors[{index}].{keys[0].rstrip('.')}"
        place = self._document.values.get(path)
        if place is None:
            return RulePlace(self.file, None, key, moved=keys[2] is not None)
        return RulePlace(self.file, self._line(path, place.line), key, self._differs(rule, path))

    def _line(self, path: KeyPath, line: int) -> int:
        """The line of a list's entry, or of the key of anything else."""
        key = self._document.keys.get(path)
        return line if key is None else key.line

    def _differs(self, rule: str, path: KeyPath) -> bool:
        quoted = _QUOTED.search(rule)
        if quoted is None:
            scalar = _SCALAR.fullmatch(rule)
            return scalar is not None and scalar[1] != self._document.values[path].text
        present: Any = self._document.values[path].text
        if present is None:  # an access rule: its pattern is under `match`
            present = getattr(self._document.values.get((*path, "match")), "text", "")
        # A reference (`${env:…}`) is quoted by its value, which the file does not show.
        return repr(present) != f"{quoted[1]}{quoted[2]}{quoted[1]}" and "${" not in present


def place_object(place: RulePlace | None) -> dict[str, Any] | None:
    """Where a rule stands in the configuration file."""
    if place is None:
        return None
    return {"file": str(place.file), "line": place.line, "key": place.key, "moved": place.moved}


def _connectors(document: YamlDocument) -> dict[str, int]:
    data = document.data
    listed = data.get("connectors") if isinstance(data, dict) else None
    return {
        each["name"]: index
        for index, each in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and isinstance(each.get("name"), str)
    }
