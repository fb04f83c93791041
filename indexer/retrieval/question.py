"""What retrieval is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from catalog.document import FieldValue
from settings.access import EVERYONE


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`; operators: eq in gt gte lt lte prefix contains_any contains_all."""

    field: str
    operator: str
    value: FieldValue


@dataclass(frozen=True, slots=True)
class Words:
    """The document holds every telling word of `text`, in any of its forms; `in_title`: its title does."""

    text: str
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """The document holds the words of `text` next to each other; a single word as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Site:
    """The document's address is of `host` (with its port where it has one) or a host below it, and begins
    with `path`."""

    host: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Filter


Filter = Comparison | Words | Phrase | Site | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Question:
    """A query and who asks it: nothing outside `principals` is ever found, counted or shown."""

    text: str
    principals: frozenset[str] = frozenset({EVERYONE})
    filter: Filter | None = None
    facets: tuple[str, ...] = ()
    sort: str | None = None  # a field, "-" before it for descending; None: by relevance
    offset: int = 0
    page_size: int = 10
    passages_per_document: int = 3
    condition: Filter | None = None  # what the text itself demands, beside its phrases and exclusions


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that answers; `dense` (cosine) or `lexical` (BM25) is None where that half missed it."""

    chunk_id: int
    document_id: str
    text: str
    heading_path: tuple[str, ...]
    anchor: str | None
    page: int | None
    start: int
    end: int
    score: float
    dense: float | None = None
    lexical: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document and its best passages, best first. `score` lies in 0..1."""

    document_id: str
    title: str
    url: str
    connector: str
    kind: str
    language: str | None
    fetched_at: datetime
    fields: Mapping[str, FieldValue]
    score: float
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many readable matching documents carry this value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """One page of documents. `total` and `facets` count readable documents among all lexical matches and
    the 1,000 nearest passages."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    terms: tuple[str, ...] = ()  # the words of the question as typed, to be highlighted
    notices: tuple[str, ...] = ()  # why the answer is less than it could be, for the operator
