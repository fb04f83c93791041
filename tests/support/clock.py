"""A clock of the test's own for the processes that it starts, by libfaketime: a file tells its distance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

FAKETIME: Final = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
"""The library, where the Debian package faketime is installed."""
CLOCK_VARIABLE: Final = "FAKETIME_TIMESTAMP_FILE"


def shown_by(file: Path) -> Mapping[str, str]:
    """The variables of a process whose clock is off by what stands in the file, such as `-5h`, at any moment;
    monotonic time goes on."""
    return {
        "LD_PRELOAD": str(FAKETIME),
        CLOCK_VARIABLE: str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
