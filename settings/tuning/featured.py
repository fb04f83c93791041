"""Featured results: documents that stand first for certain questions, for a time, for certain people."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from settings.access import EVERYONE, Principal
from settings.section import Section, one_or_many
from settings.tuning.faq import Language
from settings.tuning.parsed import Parsed
from settings.tuning.yaml_section import parse_section
from settings.urls import HttpUrl
from settings.yaml_document import Place

MOST_RESULTS: Final = 10
"""Documents of one entry."""


def _moment(value: object, *, after: timedelta) -> object:
    """A day (in UTC) as its first moment, shifted by `after`; a moment with its offset as it is."""
    if isinstance(value, datetime) or value is None:
        return value
    try:
        text = str(value)
        if len(text) == len("2026-11-30"):
            return datetime.combine(date.fromisoformat(text), time.min, UTC) + after
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("must be a day such as 2026-11-30, or a moment such as 2026-11-30T08:00:00+01:00")
    return moment


_DATE_SCHEMA: Final = WithJsonSchema({"type": "string", "title": "date"})
Start = Annotated[datetime, BeforeValidator(lambda value: _moment(value, after=timedelta())), _DATE_SCHEMA]
End = Annotated[
    datetime, BeforeValidator(lambda value: _moment(value, after=timedelta(days=1))), _DATE_SCHEMA
]
Words = Annotated[str, Field(min_length=1, max_length=1_000)]


class FeaturedDocument(Section):
    """A document that stands first."""

    url: HttpUrl
    """Its address, as it is indexed."""
    title: str | None = None
    """Shown in the place of its title."""
    excerpt: str | None = None
    """Shown in the place of its description or beginning."""


def _documents(value: Any) -> Any:
    listed = one_or_many(value)
    return [{"url": each} if isinstance(each, str) else each for each in listed] if listed else listed


class Featured(Section):
    """What stands first for some questions."""

    queries: Annotated[tuple[Words, ...], BeforeValidator(one_or_many)] = ()
    """Whole questions, whatever their case, accents and punctuation."""
    phrases: Annotated[tuple[Words, ...], BeforeValidator(one_or_many)] = ()
    """Words that stand side by side in a question."""
    results: Annotated[tuple[FeaturedDocument, ...], BeforeValidator(_documents)] = Field(
        min_length=1, max_length=MOST_RESULTS
    )
    """The documents, first to last: addresses, or mappings with a `url`."""
    from_: Start | None = Field(default=None, alias="from")
    """The first day."""
    until: End | None = None
    """The last day."""
    language: Language = None
    """The language of its words (ISO 639): then any of their forms will do. Empty: these very words."""
    audience: Annotated[tuple[Principal, ...], BeforeValidator(one_or_many)] = Field((EVERYONE,), alias="for")
    """Whom it is shown to: `group:NAME`, `user:NAME`; who may not read a document never sees it."""

    @model_validator(mode="after")
    def _is_asked_for(self) -> Self:
        if not self.queries and not self.phrases:
            raise ValueError("must name `queries` or `phrases` that it stands first for")
        if self.from_ is not None and self.until is not None and self.from_ >= self.until:
            raise ValueError("must end (`until`) no earlier than it begins (`from`)")
        return self

    def holds(self, moment: datetime, principals: frozenset[str]) -> bool:
        """Whether it is shown at a moment to a caller with these principals."""
        begun = self.from_ is None or self.from_ <= moment
        return (
            begun
            and (self.until is None or moment < self.until)
            and not ((principals | {EVERYONE}).isdisjoint(self.audience))
        )


class FeaturedFile(Section):
    """A text of featured results."""

    featured: tuple[Featured, ...] = ()
    """The entries."""


def parse_featured(text: str, file: Path) -> Parsed[Featured]:
    """The entries of a YAML text `featured: […]`."""
    section, _, faults = parse_section(text, file, FeaturedFile)
    return Parsed(section.featured if section is not None else (), faults)


def featured_places(text: str, file: Path) -> dict[str, Place]:
    """Where each address stands first in a text that has no faults."""
    section, document, _ = parse_section(text, file, FeaturedFile)
    places: dict[str, Place] = {}
    if section is not None and document is not None:
        for number, entry in enumerate(section.featured):
            for place, each in enumerate(entry.results):
                path = ("featured", number, "results", place, "url")
                places.setdefault(each.url, document.value_place(path))
    return places
