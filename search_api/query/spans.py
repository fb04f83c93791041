"""A number or a date as typed, as the span that it covers: `2025` is a year, `2025-03` a month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from catalog.document import FieldValue
from indexer.retrieval.question import Comparison
from search_api.query.values import typed_value
from settings.fields import FieldType

_PERIOD: Final = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_NOT_A_DATE: Final = "must be a date such as 2026, 2026-11 or 2026-11-30"


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` up to, not including, `end`; without an `end` it is `first` alone."""

    first: FieldValue
    end: FieldValue | None = None

    def at_least(self, name: str) -> Comparison:
        """Not before the span."""
        return Comparison(name, "gte", self.first)

    def above(self, name: str) -> Comparison:
        """After the span."""
        return Comparison(name, "gt", self.first) if self.end is None else Comparison(name, "gte", self.end)

    def at_most(self, name: str) -> Comparison:
        """Not after the span."""
        return Comparison(name, "lte", self.first) if self.end is None else Comparison(name, "lt", self.end)

    def below(self, name: str) -> Comparison:
        """Before the span."""
        return Comparison(name, "lt", self.first)


def span_of(kind: FieldType, text: str) -> Span:
    """The span that `text` names for a field of this kind; raises ValueError with a sentence."""
    period = _PERIOD.fullmatch(text) if kind is FieldType.DATE else None
    if period is None:
        return Span(typed_value(kind, text))
    year, month, day = (None if part is None else int(part) for part in period.groups())
    assert year is not None
    try:
        first = datetime(year, month or 1, day or 1, tzinfo=UTC)
        return Span(first, _following(first, month, day))
    except (ValueError, OverflowError):
        raise ValueError(_NOT_A_DATE) from None


def _following(first: datetime, month: int | None, day: int | None) -> datetime:
    if day is not None:
        return first + timedelta(days=1)
    if month is not None and month < 12:
        return first.replace(month=month + 1)
    return first.replace(year=first.year + 1, month=1)
