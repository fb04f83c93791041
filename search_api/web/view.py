"""What the page shows, ready for the templates: pure functions from an answer to plain values.

Everything that comes from a document is untrusted text: it stays text here, the templates escape it, and only
http and https addresses become links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.document import FieldValue
from search_api.query.cursor import encode_cursor
from search_api.query.excerpt import make_excerpt
from search_api.query.present import HEADING_SEPARATOR
from search_api.query.request import Search
from search_api.query.response import FacetCount, Highlight, PassageAnswer, ResultAnswer, SearchAnswer
from search_api.web.addresses import PageAddress, as_indexed
from search_api.web.text import Fact, Segment, clean, crumbs_of, fact_of, label_of, segments_of
from settings.fields import BUILT_IN_FIELDS

_PASSAGE_CHARACTERS: Final = 180
_FACET_CHOICES: Final = 6
_FACTS: Final = 4
_LAST_FACETS: Final = ("category", "authors", "file_type", "languages")
"""Built-in facets stand after the company's own, which its people know."""
_BUILT_IN_FACTS: Final = ("updated_at", "file_type", "category", "authors")
_NOT_SHOWN: Final = {*BUILT_IN_FIELDS} - {*_BUILT_IN_FACTS}


@dataclass(frozen=True, slots=True)
class PassageView:
    """A further passage of the same document."""

    heading: str | None
    segments: tuple[Segment, ...]
    href: str | None


@dataclass(frozen=True, slots=True)
class ResultView:
    """One result; without `href` its title is plain text."""

    title: str
    href: str | None
    crumbs: tuple[str, ...]
    segments: tuple[Segment, ...]
    headings: tuple[str, ...]
    page: int | None
    facts: tuple[Fact, ...]
    as_indexed: str
    more: tuple[PassageView, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, as a link that chooses it or takes it back."""

    text: str
    count: int | None
    chosen: bool
    href: str


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet; `further` choices are folded away."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    further: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class FaultView:
    """What went wrong, in words for whoever searches."""

    title: str
    detail: str
    lines: tuple[str, ...] = ()
    action: str = "Start again"
    href: str = "/"


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands below the search box: a fault, or results, or neither: the start page with `sources`."""

    address: PageAddress
    view: ResultsView | None = None
    fault: FaultView | None = None
    sources: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The part of the page below the search box when something was asked."""

    address: PageAddress
    total: int
    took_ms: float
    results: tuple[ResultView, ...]
    facets: tuple[FacetView, ...]
    chosen: tuple[Choice, ...]
    orders: tuple[Choice, ...]
    page: int
    pages: int
    previous: str | None
    next: str | None

    @property
    def status(self) -> str:
        """What a screen reader is told, and a person reads above the results."""
        if not self.total:
            return "No results"
        count = "1 result" if self.total == 1 else f"{self.total:,} results"
        return f"{count}, page {self.page} of {self.pages}" if self.page > 1 else count


def view_results(
    address: PageAddress,
    search: Search,
    answer: SearchAnswer,
    counts: Mapping[str, Sequence[FacetCount]],
    sorts: Sequence[str],
) -> ResultsView:
    """Everything below the box. `counts` are the facets, each as if nothing of itself were chosen."""
    size, shown = search.question.page_size, search.question.shown
    offset = len(shown)
    before = encode_cursor(search.question, shown[: offset - size]) if offset > size else None
    return ResultsView(
        address=address,
        total=answer.total,
        took_ms=answer.took_ms,
        results=tuple(view_result(result, address.text) for result in answer.results),
        facets=view_facets(address, counts, answer.total),
        chosen=tuple(
            Choice(f"{label_of(name)}: {clean(value)}", None, True, address.toggled((name, value)).href)
            for name, value in address.selected
        ),
        orders=_orders(address, sorts),
        page=-(-offset // size) + 1,
        pages=max(1, -(-answer.total // size)),
        previous=address.at(before).href if offset else None,
        next=address.at(answer.next).href if answer.next else None,
    )


def view_result(result: ResultAnswer, text: str) -> ResultView:
    """One result of the question `text`."""
    best = result.passages[0] if result.passages else None
    title = clean(result.title) or clean(result.url)
    headings = (best.heading or "").split(HEADING_SEPARATOR) if best else []
    return ResultView(
        title=title,
        href=result.deep_link,
        crumbs=crumbs_of(result.url),
        segments=segments_of(result.excerpt, spans_of(result.highlights)),
        headings=tuple(heading for heading in map(clean, headings) if heading and heading != title),
        page=best.page if best else None,
        facts=facts_of(result.fields),
        as_indexed=as_indexed(result.id, text, (best.start, best.end) if best else None),
        more=tuple(view_passage(passage, result) for passage in result.passages[1:]),
    )


def view_passage(passage: PassageAnswer, result: ResultAnswer) -> PassageView:
    """A further passage, cut shorter than the first, with the same words marked."""
    language = result.fields.get("language")
    terms = {result.excerpt[span.start : span.end] for span in result.highlights}
    excerpt = make_excerpt(
        passage.text, terms, language if isinstance(language, str) else None, _PASSAGE_CHARACTERS
    )
    heading = (passage.heading or "").rpartition(HEADING_SEPARATOR)[2]
    return PassageView(
        clean(heading) or None,
        segments_of(excerpt.text, [(span.start, span.end) for span in excerpt.highlights]),
        passage.deep_link,
    )


def view_facets(
    address: PageAddress, counts: Mapping[str, Sequence[FacetCount]], total: int
) -> tuple[FacetView, ...]:
    """The facets that can narrow the results: one whose only value all results share is left out."""
    facets = []
    for name in sorted(counts, key=lambda name: _LAST_FACETS.index(name) + 1 if name in _LAST_FACETS else 0):
        values = counts[name]
        chosen = {value for field, value in address.selected if field == name}
        if not chosen and (not values or (len(values) == 1 and values[0].count >= total)):
            continue
        known = {entry.value for entry in values}
        entries = [(entry.value, entry.count) for entry in values]
        entries += [(value, 0) for value in sorted(chosen - known)]
        entries.sort(key=lambda entry: entry[0] not in chosen)
        choices = tuple(
            Choice(clean(value) or "(empty)", count, value in chosen, address.toggled((name, value)).href)
            for value, count in entries
        )
        facets.append(FacetView(name, label_of(name), choices[:_FACET_CHOICES], choices[_FACET_CHOICES:]))
    return tuple(facets)


def spans_of(highlights: Iterable[Highlight]) -> list[tuple[int, int]]:
    """Where to mark."""
    return [(span.start, span.end) for span in highlights]


def facts_of(fields: Mapping[str, FieldValue]) -> tuple[Fact, ...]:
    """The few fields that help to choose between results: built-in ones first, then the company's own."""
    own = [name for name in fields if name not in _BUILT_IN_FACTS and name not in _NOT_SHOWN]
    names = [name for name in (*_BUILT_IN_FACTS, *own) if name in fields]
    facts = [fact_of(name, fields[name]) for name in names]
    return tuple(fact for fact in facts if fact.text)[:_FACTS]


def _orders(address: PageAddress, sorts: Sequence[str]) -> tuple[Choice, ...]:
    orders: list[tuple[str, str | None]] = [("Best match", None)]
    if "updated_at" in sorts:
        orders.append(("Newest", "-updated_at"))
    if address.sort and all(address.sort != sort for _, sort in orders):
        orders.append((label_of(address.sort.removeprefix("-")), address.sort))
    return tuple(
        Choice(text, None, sort == address.sort, address.sorted_by(sort).href) for text, sort in orders
    )
