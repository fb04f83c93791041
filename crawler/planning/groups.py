"""URLs that share a verdict, counted by the rule that decides, with some examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from catalog.vocabulary import Reason

EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Group:
    """The URLs of one rule; `rule` quotes its place, as in a `Decision`."""

    reason: Reason | None
    rule: str | None
    count: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class Groups:
    """Counts by (reason, rule); holds no more than a few URLs of each."""

    _counts: dict[tuple[str | None, str | None], int] = field(default_factory=dict)
    _examples: dict[tuple[str | None, str | None], list[str]] = field(default_factory=dict)

    def add(self, reason: str | None, rule: str | None, url: str, times: int = 1) -> None:
        """Count a URL."""
        key = (reason, rule)
        before = self._counts.get(key, 0)
        self._counts[key] = before + times
        if before < EXAMPLES:
            examples = self._examples.setdefault(key, [])
            if len(examples) < EXAMPLES:
                examples.append(url)

    @property
    def total(self) -> int:
        """How many were counted."""
        return sum(self._counts.values())

    def __iter__(self) -> Iterator[Group]:
        """The groups, the largest first."""
        order = sorted(self._counts.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1] or ""))
        for (reason, rule), count in order:
            examples = tuple(self._examples[reason, rule])
            yield Group(None if reason is None else Reason(reason), rule, count, examples)
