"""Opening the reader once there is need of it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from indexer.embedding.embedder import ModelError
from indexer.reading.reading import Reading

if TYPE_CHECKING:
    from indexer.reading.span_reader import SpanReader

logger = logging.getLogger(__name__)


class LazyReader:
    """A `SpanReader` that is opened when it is first needed, or by `prepare`; without it nothing is found."""

    def __init__(self) -> None:
        self._opening: Final = threading.Lock()
        self._reader: SpanReader | None = None
        self._has_failed = False

    def prepare(self) -> None:
        """Load the model, unless that is done or has failed."""
        with self._opening:
            if self._reader is None and not self._has_failed:
                try:
                    self._reader = _open()
                except ModelError as error:
                    self._has_failed = True
                    logger.warning("no answers are read from passages: %s", error)

    def read(self, question: str, text: str) -> Reading | None:
        """See `SpanReader.read`; None while there is no reader."""
        self.prepare()
        return None if self._reader is None else self._reader.read(question, text)


def _open() -> SpanReader:
    from indexer.reading.span_reader import SpanReader  # noqa: PLC0415 - loads torch

    return SpanReader()
