"""What stands below the search box, ready for its templates: an answer as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from search_api.query.cursor import encode_cursor
from search_api.query.deep_link import safe_url
from search_api.query.fields import FieldCatalog
from search_api.query.request import Search
from search_api.query.response import SearchAnswer
from search_api.web.addresses import PageAddress
from search_api.web.answer_view import AnswerView, view_answer
from search_api.web.ask_view import AskView, view_ask
from search_api.web.facet_view import Choice, FacetView, chosen_filters, view_facets
from search_api.web.hit_view import HitView, view_hit
from search_api.web.labels import label_of
from search_api.web.text import clean, crumbs_of, sentence

_QUESTIONS: Final = 6
_COLLAPSE: Final = "connector"


@dataclass(frozen=True, slots=True)
class FaultView:
    """What went wrong, in words for whoever searches; `passes`: it may be over in a moment."""

    title: str
    detail: str
    lines: tuple[str, ...] = ()
    action: str = "Start again"
    href: str = "/"
    passes: bool = False


def not_ready(error: Exception, href: str) -> FaultView:
    """What is told while nothing can be answered, and where to try again."""
    return FaultView("Not ready yet", sentence(str(error)), action="Try again", href=href, passes=True)


@dataclass(frozen=True, slots=True)
class Link:
    """Another question, one step away."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class FeaturedView:
    """A document that operators put first."""

    id: str
    title: str
    href: str | None
    crumbs: tuple[str, ...]
    excerpt: str


@dataclass(frozen=True, slots=True)
class Synonym:
    """Words that were looked for as well."""

    words: str
    alternatives: str


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The part of the page below the search box when something was asked."""

    address: PageAddress
    query_id: str
    total: int
    groups: int | None
    took_ms: float
    spelling: Link | None
    answers: tuple[AnswerView, ...]
    ask: AskView | None
    featured: tuple[FeaturedView, ...]
    results: tuple[HitView, ...]
    facets: tuple[FacetView, ...]
    chosen: tuple[Choice, ...]
    orders: tuple[Choice, ...]
    collapse: Choice | None
    related: tuple[Link, ...]
    synonyms: tuple[Synonym, ...]
    explain: Choice
    takes_feedback: bool
    notices: tuple[str, ...]
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
        if self.groups is not None:
            count += " in 1 group" if self.groups == 1 else f" in {self.groups:,} groups"
        return f"{count}, page {self.page} of {self.pages}" if self.page > 1 else count

    @property
    def announcement(self) -> str:
        """The status with what else there is."""
        answers = {0: "", 1: ", with an answer"}.get(len(self.answers), f", with {len(self.answers)} answers")
        return f"{self.status}{answers}"


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands below the search box: a fault, or results, or neither: the start page with `sources`."""

    address: PageAddress
    view: ResultsView | None = None
    fault: FaultView | None = None
    sources: Sequence[Choice] = ()


def view_results(
    address: PageAddress,
    search: Search,
    answer: SearchAnswer,
    fields: FieldCatalog,
    *,
    takes_feedback: bool = True,
    models: Sequence[str] = (),
) -> ResultsView:
    """Everything below the box. The answer's facets are those of `page_facets`; `models` may be asked."""
    size, shown = search.question.page_size, search.question.shown
    offset = len(shown)
    before = encode_cursor(search.question, shown[: offset - size]) if offset > size else None
    meant = answer.spelling.suggestion
    counts = {facet.field: answer.facets.get(facet.field, []) for facet in search.question.facets}
    return ResultsView(
        address=address,
        query_id=answer.query_id,
        total=answer.total,
        groups=answer.groups,
        took_ms=answer.took_ms,
        spelling=Link(clean(meant), address.asking(meant).href) if meant else None,
        answers=tuple(view_answer(each, address.text) for each in answer.answers) if not offset else (),
        ask=view_ask(search.typed, search.question, models) if answer.total else None,
        featured=tuple(
            FeaturedView(
                each.id, clean(each.title), safe_url(each.url), crumbs_of(each.url), clean(each.excerpt)
            )
            for each in answer.featured
        ),
        results=tuple(view_hit(result, address.text) for result in answer.results),
        facets=view_facets(address, counts, answer.total, fields),
        chosen=chosen_filters(address, fields),
        orders=_orders(address, fields.sorts),
        collapse=_collapse(address, answer),
        related=_related(answer),
        synonyms=tuple(
            Synonym(clean(each.words), ", ".join(map(clean, each.alternatives))) for each in answer.synonyms
        ),
        explain=Choice(
            "Why these results?", None, address.explain, address.explained(not address.explain).href
        ),
        takes_feedback=takes_feedback,
        notices=tuple(map(clean, answer.notices)),
        page=-(-offset // size) + 1,
        pages=max(1, -(-(answer.total if answer.groups is None else answer.groups) // size)),
        previous=address.at(before).href if offset else None,
        next=address.at(answer.next).href if answer.next else None,
    )


def _orders(address: PageAddress, sorts: Sequence[str]) -> tuple[Choice, ...]:
    orders: list[tuple[str, str | None]] = [("Best match", None)]
    if "updated_at" in sorts:
        orders.append(("Newest", "-updated_at"))
    if address.sort and all(address.sort != sort for _, sort in orders):
        orders.append((label_of(address.sort.removeprefix("-")), address.sort))
    return tuple(
        Choice(text, None, sort == address.sort, address.sorted_by(sort).href) for text, sort in orders
    )


def _collapse(address: PageAddress, answer: SearchAnswer) -> Choice | None:
    """One result per source, where there are several, or what the address says."""
    field = address.collapse
    if field is None and len(answer.facets.get(_COLLAPSE, ())) < 2:
        return None
    label = f"One per {label_of(field or _COLLAPSE).lower()}"
    return Choice(label, None, field is not None, address.collapsed_by(None if field else _COLLAPSE).href)


def _related(answer: SearchAnswer) -> tuple[Link, ...]:
    """Questions of others: longer ones first, then those that were asked along with this one."""
    texts = dict.fromkeys([*answer.suggestions, *answer.related])
    return tuple(Link(clean(text), PageAddress(text).href) for text in texts)[:_QUESTIONS]
