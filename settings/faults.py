"""What is wrong with a configuration, and where: `file:line:column: message`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong; `line` and `column` count from 1. The message says what would be right."""

    file: Path
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigurationError(Exception):
    """A configuration cannot be used; `faults` has everything that is wrong with it, in order."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class UnknownConnectorError(LookupError):
    """No connector has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = tuple(known)
        nearest = difflib.get_close_matches(name, names, n=len(names) or 1, cutoff=0.0)
        super().__init__(f"no connector is called `{name}`; there are: {', '.join(nearest)}")


class UnquotableError(ValueError):
    """A value is not acceptable, and may hold a secret: whoever reports this must not quote it."""


class MissingKeyError(ValueError):
    """A key is missing because another, `beside`, is there: which is where to look."""

    def __init__(self, message: str, beside: str) -> None:
        super().__init__(message)
        self.beside = beside


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one most likely means."""
    matches = difflib.get_close_matches(name, list(known), n=1)
    return matches[0] if matches else None
