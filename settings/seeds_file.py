"""`seeds_file`: the lines of a file join `seeds`, each with its own place for faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from settings.faults import Fault
from settings.yaml_document import KeyPath, Place, YamlDocument

MOST_SEEDS: Final = 100


def is_remote(location: str) -> bool:
    """Whether a `seeds_file` or one of `sitemaps` is no path: it is read when a sync starts."""
    return "://" in location


def seed_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Number, line and address of each line that has one."""
    for number, line in enumerate(text.splitlines(), start=1):
        # A fragment names no other page, and "#" after a blank begins a comment, as in YAML.
        content = line.split(" #", 1)[0].strip()
        if content and not content.startswith("#"):
            yield number, line, content


@dataclass(slots=True)
class SeedsFiles:
    """Reads the files that the connectors of a document name."""

    document: YamlDocument
    folder: Path
    faults: list[Fault] = field(default_factory=list)
    unreadable: set[KeyPath] = field(default_factory=set)

    def include(self, data: object) -> None:
        """Append the lines of each `seeds_file` to its connector's `seeds`, in place, and count them."""
        connectors = data.get("connectors") if isinstance(data, dict) else None
        for index, connector in enumerate(connectors if isinstance(connectors, list) else ()):
            if isinstance(connector, dict):
                self._include(connector, ("connectors", index))

    def _include(self, connector: dict[str, Any], path: KeyPath) -> None:
        name, given = connector.get("seeds_file"), connector.get("seeds", [])
        name = name if isinstance(name, str) and not is_remote(name) else ""
        lines = list(self._lines(name, (*path, "seeds_file"))) if name else []
        if not isinstance(given, list):
            return
        seeds = list(given)
        place_of_name = (*path, "seeds_file")
        if name and not (lines or seeds or connector.get("sitemaps") or place_of_name in self.unreadable):
            self.faults.append(
                self.document.value_place(place_of_name).fault(
                    "`seeds_file` holds no address: put one a line there"
                )
            )
        for place in lines:
            self.document.values[*path, "seeds", len(seeds)] = place
            seeds.append(place.text)
        if len(seeds) > MOST_SEEDS:
            place = self.document.value_place((*path, "seeds", MOST_SEEDS))
            message = f"a connector takes at most {MOST_SEEDS} seeds, this is one of {len(seeds)}: "
            self.faults.append(place.fault(message + "make a second connector for the rest"))
        if seeds:
            self.document.values.setdefault(
                (*path, "seeds"), self.document.value_place((*path, "seeds_file"))
            )
            connector["seeds"] = seeds

    def _lines(self, name: str, path: KeyPath) -> Iterator[Place]:
        try:
            text = self._read(name)
        except ValueError as error:
            self.unreadable.add(path)
            self.faults.append(self.document.value_place(path).fault(f"`seeds_file` {error}"))
            return
        file = self.document.value_place(()).file.parent / name
        for number, line, content in seed_lines(text):
            yield Place(file, number, line.index(content) + 1, content)

    def _read(self, name: str) -> str:
        try:
            return (self.folder / Path(name).expanduser()).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("must name a text file in UTF-8") from None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise ValueError(f"cannot be read ({reason}): put one address a line there") from None
