"""The block list: words and phrases, one a line, that nothing proposed may hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from search_api.query.words import WORD, fold

COMMENT: Final = "#"
_KEY: Final = "`search.suggestions.block`"


class BlockListError(Exception):
    """The file cannot be used; the message says why."""


class BlockList:
    """What may not be proposed. Words are compared as whole words, without capitals and accents."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        phrases = {_padded(line) for line in lines if not line.startswith(COMMENT)}
        self._phrases: Final = tuple(phrase for phrase in phrases if phrase.strip())

    @classmethod
    def read(cls, file: Path) -> BlockList:
        """Raises `BlockListError` when the file cannot be read."""
        try:
            return cls(file.read_text(encoding="utf-8").splitlines())
        except OSError as error:
            raise BlockListError(f"{_KEY}: {file} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise BlockListError(f"{_KEY}: {file} is not UTF-8 text: {error}") from error

    def allows(self, text: str) -> bool:
        """Whether `text` holds none of the words and phrases."""
        padded = _padded(text)
        return not any(phrase in padded for phrase in self._phrases)


NOTHING_BLOCKED: Final = BlockList()


def _padded(text: str) -> str:
    return f" {' '.join(fold(word) for word in WORD.findall(text))} "
