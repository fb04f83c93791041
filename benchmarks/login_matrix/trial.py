"""What a cell of the matrix crawls: a site behind a login, in the state of one case."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

PAGES: Final = 20
"""Of each site, where the site does not say otherwise."""

EXPIRES_AFTER: Final = 7
"""Pages that are shown before a session ends."""


class Case(StrEnum):
    """What the configured secret is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True)
class Trial:
    """A site that is ready to be crawled by a connector with `seeds`, `auth` and `more`.

    `pages` is what a crawl that is signed in finds, as documents or as copies of documents. `counted` tells
    what the server counted, `rejected` how many attempts it turned down. `renews` says whether a session that
    expires can be made anew. `names` are those that a proxy must be able to resolve.
    """

    seeds: tuple[str, ...]
    auth: Mapping[str, Any]
    pages: int
    counted: Callable[[], str]
    rejected: Callable[[], int] = lambda: 0
    renews: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


Make = Callable[[Case, Path], AbstractContextManager[Trial]]
"""Runs what a case needs until the block ends; the folder is the case's own."""


@contextmanager
def once(happened: Callable[[], bool], act: Callable[[], object]) -> Iterator[None]:
    """Act as soon as something has happened, while the block runs."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            if happened():
                act()
                return
            time.sleep(0.005)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
