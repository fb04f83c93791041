"""What an identity provider publishes: fetched under caps, kept for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

import httpx2

from search_api.identity.refusals import ProviderError

PAUSE_SECONDS: Final = 5.0
"""A provider that failed is not asked again before this, so that nobody waits for it in a queue."""
TIMEOUT_SECONDS: Final = 10.0
_LARGEST: Final = 1_000_000

T = TypeVar("T")


class Published(Generic[T]):
    """Something that `read` reads when it is old, or raises `ProviderError`; for any thread."""

    def __init__(self, read: Callable[[], T], clock: Callable[[], float] = time.monotonic) -> None:
        self._read: Final = read
        self._clock: Final = clock
        self._lock: Final = threading.Lock()
        self._known: T | None = None
        self._asked_at: float | None = None
        self._failure = ""

    def current(self, oldest: float) -> T:
        """What is published, at most `oldest` seconds ago, or longer while it cannot be read.

        Raises `ProviderError` when it was never read and cannot be.
        """
        with self._lock:
            now = self._clock()
            wait = PAUSE_SECONDS if self._known is None else oldest
            if self._asked_at is None or now - self._asked_at >= wait:
                self._asked_at = now
                self._ask()
            if self._known is None:
                raise ProviderError(self._failure)
            return self._known

    def _ask(self) -> None:
        """After a failure what was known goes on: the provider is not asked again at once."""
        try:
            self._known = self._read()
        except ProviderError as error:
            self._failure = str(error)


def fetch(url: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The body at an address of the identity provider; raises `ProviderError`."""
    try:
        with (
            httpx2.Client(timeout=TIMEOUT_SECONDS, trust_env=False, headers=headers) as client,
            client.stream("GET", url) as answer,
        ):
            answer.raise_for_status()
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _LARGEST:
                    raise ProviderError(f"{url} answers with more than a megabyte")
            return body
    except httpx2.HTTPError as error:
        raise ProviderError(f"the identity provider cannot be asked at {url}: {error}") from error
