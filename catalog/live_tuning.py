"""Tuning of one kind as it holds at the moment: of its files, and of the newest version in the catalog."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

from catalog.database import Catalog
from catalog.tuning import newest_version, read_content
from settings.faults import Fault
from settings.tuning.kinds import TuningKind
from settings.tuning.live import LiveEntries, LiveFile
from settings.tuning.parsed import Parsed

logger = logging.getLogger(__name__)

T = TypeVar("T")


class LiveTuning(Generic[T]):
    """The entries of the files, then those that were put. `parse` takes a content and what to call it.

    A version with faults (the fields of the index may have changed since it was put) leaves the one before in
    force, and the log says so.
    """

    def __init__(
        self,
        kind: TuningKind,
        catalog: Catalog,
        files: Sequence[LiveFile[T]],
        parse: Callable[[str, Path], Parsed[T]],
    ) -> None:
        self.kind: Final = kind
        self.version = 0
        self._catalog: Final = catalog
        self._parse: Final = parse
        self._live: Final = LiveEntries(files)
        self._put_faults: tuple[Fault, ...] = ()
        self.refresh()

    @property
    def entries(self) -> tuple[T, ...]:
        """Everything that holds."""
        return self._live.entries

    @property
    def files(self) -> tuple[LiveFile[T], ...]:
        """The files, each with its state."""
        return self._live.files

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why something does not hold as it stands now."""
        return (*self._live.faults, *self._put_faults)

    def refresh(self) -> bool:
        """Look at files and catalog; whether any entry changed. Raises `CatalogError`."""
        changed = self._live.refresh()
        return self._refresh_put() or changed

    def _refresh_put(self) -> bool:
        with self._catalog.read() as connection:
            newest = newest_version(connection, self.kind)
            if newest == self.version:
                return False
            content = read_content(connection, self.kind, newest) or ""
        self.version = newest
        name = Path(f"{self.kind} version {newest}")
        parsed = self._parse(content, name) if content.strip() else Parsed(())
        self._put_faults = parsed.faults
        if parsed.faults:
            logger.warning("%s is not used:\n%s", name, "\n".join(map(str, parsed.faults)))
            return False
        return self._live.put(parsed.entries)
