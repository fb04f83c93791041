"""Independent test material that lies in a folder `shared` beside the checkout, where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

SUITES: Final = Path(__file__).resolve().parents[3] / "shared" / "suites"

needs_suites: Final = pytest.mark.skipif(
    not SUITES.exists(), reason="the shared suites are not beside this checkout"
)
"""Skips a test, and says why, in a checkout without the suites."""
