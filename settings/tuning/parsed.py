"""What a file says, as far as it can be understood, and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from settings.faults import Fault

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T_co]):
    """The entries of a file in its order, and its faults; one that has faults is not used."""

    entries: tuple[T_co, ...]
    faults: tuple[Fault, ...] = ()
