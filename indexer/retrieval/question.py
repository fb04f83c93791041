"""What retrieval is asked and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

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
class Interval:
    """Numbers or dates from `low` up to, not including, `high`; None: without an end."""

    low: float | datetime | None = None
    high: float | datetime | None = None


AutomaticRanges = Literal["auto", "year", "month"]
"""Years or months of a date; "auto": what of them suits the dates found, or rounded steps of a number."""
LARGEST_FACET: Final = 1000
"""The most values or ranges that are counted in one facet."""


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts the values of a field, or its `ranges`, and within each of them the inner `facets`.

    With `is_multi_select` it is counted as if the question's filter said nothing of this field.
    """

    field: str
    size: int = LARGEST_FACET  # values, the most frequent ones or, with `by_value`, the first ones
    by_value: bool = False
    ranges: tuple[Interval, ...] | AutomaticRanges | None = None
    facets: tuple[Facet, ...] = ()
    is_multi_select: bool = False


RELEVANCE: Final = "_score"
"""The sort key of the score that an answer shows."""


@dataclass(frozen=True, slots=True)
class SortKey:
    """Results in the order of a field's values; those without one come last. `RELEVANCE`: the best first."""

    field: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Collapse:
    """One result per value of `field`, with up to `size` further documents beneath it. A document without
    a value stands for itself."""

    field: str
    size: int


@dataclass(frozen=True, slots=True)
class Boost:
    """Multiplies the scores of documents by `weight` (above 1 raises, below lowers): of those with one of
    `values` in `field`; without values, of all that have the field. A date's boost halves with each
    `half_life` of its age, a number's grows with it and reaches half at `pivot`."""

    field: str
    weight: float
    values: tuple[str, ...] = ()
    half_life: timedelta | None = None
    pivot: float | None = None


@dataclass(frozen=True, slots=True)
class AppliedBoost:
    """A rule, and what it multiplied a document's score by."""

    boost: Boost
    factor: float


@dataclass(frozen=True, slots=True)
class Question:
    """A query and who asks it: nothing outside `principals` is ever found, counted or shown."""

    text: str
    principals: frozenset[str] = frozenset({EVERYONE})
    filter: Filter | None = None
    facets: tuple[Facet, ...] = ()
    sort: tuple[SortKey, ...] = ()  # none: by relevance; ties are broken by relevance, then by id
    collapse: Collapse | None = None
    shown: tuple[bytes, ...] = ()  # what the pages before showed, see `Results.shown`
    page_size: int = 10
    passages_per_document: int = 3
    condition: Filter | None = None  # what the text itself demands, beside its phrases and exclusions
    boosts: tuple[Boost, ...] = ()  # each in the place of the configured ones for its field
    explain: bool = False  # whether each hit tells what its score is made of


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


PartName = Literal["dense", "lexical", "rerank", "further_passages", "boost", "freshness", "limit"]


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What something adds to a score; `detail` says for people how it comes about."""

    name: PartName
    value: float
    detail: str


@dataclass(frozen=True, slots=True)
class WordScore:
    """What a word of the question, its synonyms, or words side by side add to a passage's BM25 score."""

    words: str
    score: float


@dataclass(frozen=True, slots=True)
class ScoreExplanation:
    """The parts that a score adds up to, and what its lexical part comes from in the best passage."""

    parts: tuple[ScorePart, ...]
    words: tuple[WordScore, ...] = ()


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What was looked for beside `words` of the question; `places` are the rules that say so."""

    words: str
    alternatives: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A document and its best passages, best first. `score` lies in 0..1, and so does `relevance`, the score
    without boosts."""

    document_id: str
    title: str
    url: str
    connector: str
    kind: str
    language: str | None
    fetched_at: datetime
    fields: Mapping[str, FieldValue]
    score: float
    relevance: float
    passages: tuple[Passage, ...]
    more: tuple[Hit, ...] = ()  # the next best of those that are collapsed beneath it
    explanation: ScoreExplanation | None = None  # with `Question.explain`


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many readable matching documents carry this value, or one in this range."""

    value: str
    count: int
    interval: Interval | None = None
    facets: Mapping[str, FacetCounts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The values of a facet; `others` counts the values (each per document) beyond them."""

    values: tuple[FacetValue, ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class Results:
    """One page of documents. `total` and `facets` count readable documents among all lexical matches and
    the 1,000 nearest passages."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, FacetCounts] = field(default_factory=dict)
    groups: int | None = None  # with `Question.collapse`: how many results the documents collapse to
    shown: tuple[bytes, ...] = ()  # marks of all results up to here, for the question for the next page
    has_more: bool = False  # whether there is a next page
    terms: tuple[str, ...] = ()  # the words of the question as typed, to be highlighted
    synonyms: tuple[Synonyms, ...] = ()  # what was looked for beside them
    notices: tuple[str, ...] = ()  # why the answer is less than it could be, for the operator
    ranking: str = ""  # the version of the ranking: all that decides which results stand where
    language: str | None = None  # that of the question, as far as its function words show it
