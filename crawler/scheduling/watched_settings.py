"""The configuration as it was last found good, taken up anew when its file changes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from settings.configuration import Settings
from settings.faults import ConfigurationError
from settings.load import SNAPSHOT, load_settings


class WatchedSettings:
    """Use in a `with`: the copy that syncs read is removed at the end. Only this user can read it."""

    def __init__(self, config: Path) -> None:
        """Raises `ConfigurationError` when the file is no good."""
        self.config = config.absolute()
        self._folder = tempfile.TemporaryDirectory(prefix="sitelore-schedule-")
        self._number = 0
        self._seen: tuple[int, int, int] | None = None
        try:
            self.settings, self.snapshot = self._load()
        except BaseException:
            self._folder.cleanup()
            raise

    def refresh(self) -> str | None:
        """Take up a changed file: `taken` in words, or why not; None where nothing changed."""
        seen = self._state()
        if seen == self._seen:
            return None
        try:
            settings, snapshot = self._load()
        except ConfigurationError as error:
            faults = str(error).splitlines()
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            return f"the edited configuration is not taken up: {faults[0]}{more}; the last good one stays"
        if settings.store != self.settings.store:
            return "the edited configuration is not taken up: `store` changed, so restart `crawler schedule`"
        self.settings, self.snapshot = settings, snapshot
        return "the edited configuration is taken up"

    def _load(self) -> tuple[Settings, Path]:
        self._seen = self._state()
        self._number += 1
        snapshot = Path(self._folder.name) / f"{self._number}.yaml"
        try:
            text = self.config.read_bytes()
        except OSError:
            return load_settings(self.config), self.config  # which says what is wrong with it
        snapshot.write_bytes(text)
        return load_settings(self.config, {**os.environ, SNAPSHOT: str(snapshot)}), snapshot

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self.config.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._folder.cleanup()
