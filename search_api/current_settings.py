"""The configuration as it was last found good, taken up anew when its file changes."""

from __future__ import annotations

import logging
import threading
from typing import Final

from settings.configuration import Settings
from settings.faults import ConfigurationError
from settings.load import load_settings

logger = logging.getLogger(__name__)


class CurrentSettings:
    """For what operators look at; what is served keeps the settings of its start. Any thread may ask."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock: Final = threading.Lock()
        self._seen = self._state()

    def get(self) -> Settings:
        """The settings of the file as it is now; while it has faults, the last good ones."""
        with self._lock:
            state = self._state()
            if state != self._seen:
                self._seen = state
                try:
                    self._settings = load_settings(self._settings.path)
                except ConfigurationError as error:
                    logger.warning("the edited configuration is not taken up: %s", error)
            return self._settings

    def _state(self) -> tuple[int, int] | None:
        try:
            found = self._settings.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
