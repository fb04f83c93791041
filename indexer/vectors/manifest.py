"""The manifest: the one small file that says which segments make up an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from catalog.durable import write_durably
from indexer.vectors.backend import VectorIndexError

FORMAT: Final = 3
_NAME: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Size in bytes and BLAKE2b-256 of an immutable file."""

    bytes: int
    blake2b: str


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment: its folder's name, its rows, its immutable files. (`access.u32` changes: no checksum.)"""

    id: str
    rows: int
    files: Mapping[str, FileEntry]


@dataclass(frozen=True, slots=True)
class RetiredEntry:
    """A segment that others replaced, kept a while for readers that still use it."""

    segment: SegmentEntry
    retired_at: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index consists of. `generation` grows with each publication."""

    model: str
    dimension: int
    generation: int = 0
    segments: tuple[SegmentEntry, ...] = ()
    retired: tuple[RetiredEntry, ...] = ()

    @property
    def rows(self) -> int:
        """All rows, tombstones included."""
        return sum(segment.rows for segment in self.segments)


def manifest_file(directory: Path) -> Path:
    """Where the manifest of an index lies."""
    return directory / _NAME


def publish(directory: Path, manifest: Manifest) -> None:
    """Make `manifest` the one that readers see, in one step."""
    encoded = orjson.dumps({"format": FORMAT, **asdict(manifest)}, option=orjson.OPT_INDENT_2)
    write_durably(manifest_file(directory), encoded + b"\n")


def read_manifest(directory: Path) -> Manifest | None:
    """The published manifest; None where nothing was published yet. Raises `VectorIndexError`."""
    file = manifest_file(directory)
    try:
        content = orjson.loads(file.read_bytes())
        if content["format"] == FORMAT:
            return _parse(content)
        seen = f"is of format {content['format']}, this version reads {FORMAT}"
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        seen = f"is damaged ({error!r})"
    raise VectorIndexError(f"{file} {seen}; `indexer rebuild` makes the index anew")


def _parse(content: Mapping[str, Any]) -> Manifest:
    return Manifest(
        model=content["model"],
        dimension=content["dimension"],
        generation=content["generation"],
        segments=tuple(_segment(entry) for entry in content["segments"]),
        retired=tuple(
            RetiredEntry(_segment(entry["segment"]), entry["retired_at"]) for entry in content["retired"]
        ),
    )


def _segment(entry: Mapping[str, Any]) -> SegmentEntry:
    files = {name: FileEntry(**described) for name, described in entry["files"].items()}
    return SegmentEntry(entry["id"], entry["rows"], files)
