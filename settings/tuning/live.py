"""Entries of files that are read anew when these change; while one has faults, its former state holds."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from settings.faults import Fault
from settings.tuning.parsed import Parsed

logger = logging.getLogger(__name__)

T = TypeVar("T")
Seen = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class State(Generic[T]):
    """What holds of a file, and why it may be less than what the file says now."""

    entries: tuple[T, ...] = ()
    digest: str | None = None
    faults: tuple[Fault, ...] = ()


class LiveFile(Generic[T]):
    """One file. `parse` never raises; what it finds at fault is logged, once, and kept in `state`.

    `known` are its entries where it was read already; else the first `refresh` reads it.
    """

    def __init__(
        self, path: Path, parse: Callable[[str], Parsed[T]], known: tuple[T, ...] | None = None
    ) -> None:
        self.path: Final = path
        self.state: State[T] = State(known or ())
        self._parse: Final = parse
        self._seen: Seen | str = "never" if known is None else _seen(path)
        self._last: str | None = None

    def refresh(self) -> bool:
        """Look at the file; whether its entries are others now. Cheap while its times stay."""
        seen = _seen(self.path)
        if seen == self._seen:
            return False
        self._seen = seen
        parsed, digest = self.read()
        if digest is not None and digest == self._last:
            return False
        self._last = digest
        if parsed.faults:
            self.state = State(self.state.entries, self.state.digest, parsed.faults)
            told = "\n".join(map(str, parsed.faults))
            former = "the former version holds" if self.state.digest else "it is left out"
            logger.warning("%s is not used as it is now, %s:\n%s", self.path, former, told)
            return False
        self.state = State(parsed.entries, digest)
        return True

    def read(self) -> tuple[Parsed[T], str | None]:
        """What the file says now, and a digest of its content; None, and a fault, where it cannot be read."""
        try:
            content = self.path.read_bytes()
            return self._parse(content.decode("utf-8-sig")), hashlib.sha256(content).hexdigest()
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            fault = Fault(self.path, line, 1, "must be text in UTF-8: save it in that encoding")
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            fault = Fault(self.path, 1, 1, f"the file cannot be read ({reason})")
        return Parsed((), (fault,)), None


class LiveEntries(Generic[T]):
    """The entries of several files, and of what was put beside them (see `put`), in this order."""

    def __init__(self, files: Sequence[LiveFile[T]] = ()) -> None:
        self.files: Final = tuple(files)
        self.entries: tuple[T, ...] = ()
        self._put: tuple[T, ...] = ()
        self.refresh()
        self._gather()

    def put(self, entries: tuple[T, ...]) -> bool:
        """Let these hold beside those of the files; whether anything changed."""
        if entries == self._put:
            return False
        self._put = entries
        self._gather()
        return True

    def refresh(self) -> bool:
        """Look at every file; whether any entry changed."""
        changed = [file for file in self.files if file.refresh()]
        if changed:
            self._gather()
        return bool(changed)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why files are not used as they are now."""
        return tuple(fault for file in self.files for fault in file.state.faults)

    def _gather(self) -> None:
        self.entries = (*(each for file in self.files for each in file.state.entries), *self._put)


def _seen(path: Path) -> Seen:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
