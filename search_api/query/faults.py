"""What is wrong with a question: each fault names the field that it stands in."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct: `field` is a path such as ``filter.and[1].eq``, `message` a sentence."""

    field: str
    message: str


class InvalidQuestionError(Exception):
    """The question cannot be asked as it stands; `faults` is never empty."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = tuple(faults)


def invalid(field: str, message: str) -> InvalidQuestionError:
    """The exception for a single fault."""
    return InvalidQuestionError([Fault(field, message)])


def parse_each(parse: Callable[[T], U], items: Iterable[T]) -> list[U]:
    """Parse every item and report the faults of all of them, not of the first alone."""
    parsed: list[U] = []
    faults: list[Fault] = []
    for item in items:
        try:
            parsed.append(parse(item))
        except InvalidQuestionError as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidQuestionError(faults)
    return parsed


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at the known name that `name` may have meant: `` (did you mean "x"?)`` or nothing."""
    matches = difflib.get_close_matches(name[:100], list(known), n=1, cutoff=0.6)
    return f' (did you mean "{matches[0]}"?)' if matches else ""


def unknown_parameter(name: str, known: Iterable[str]) -> Fault:
    """The fault of a parameter that an address should not have."""
    return Fault(printable(name) or "''", f"there is no such parameter{nearest(name, known)}")


def printable(text: str) -> str:
    """A foreign name as the field of a fault: short, without lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")[:100]


def shown(value: object) -> str:
    """A foreign value for use inside a message: short, printable, without lone surrogates."""
    text = repr(value).encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= 60 else text[:57] + "..."
