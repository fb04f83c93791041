"""Which Chromium is driven: Playwright's own where it is installed, else the system's."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SYSTEM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM: Final = "no Chromium was found: install Debian's package chromium"


class BrowserError(Exception):
    """The browser is not there or cannot be used; one sentence says why and what to change."""


def find_chromium(playwrights_own: Path | None = None, names: Iterable[str] = SYSTEM_NAMES) -> Path:
    """The executable to run. `playwrights_own` is where Playwright would have put its own.

    Raises `BrowserError` where there is none.
    """
    if playwrights_own is not None and playwrights_own.is_file():
        return playwrights_own
    for name in names:
        if found := shutil.which(name):
            return Path(found)
    raise BrowserError(NO_CHROMIUM)
