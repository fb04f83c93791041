"""How Python is set while a crawl runs: fewer searches for cycles, quicker turns among threads."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NEW_OBJECTS: Final = 10_000
"""Between two searches for cycles. A commit brings thousands of URLs at once, which live long and are part of
no cycle: by Python's 700 the search took 13 % of the processor's time of a crawl, by this 2 %."""

_TURN_SECONDS: Final = 0.001
"""How long the event loop may keep the writer from going on after each call of the database. By Python's 5 ms
the writer of a large crawl waited longer for its turns than for the database."""


@contextmanager
def set_for_crawling() -> Iterator[None]:
    """Set the whole process so, and set it back."""
    thresholds, turn = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(_NEW_OBJECTS, *thresholds[1:])
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(turn)
