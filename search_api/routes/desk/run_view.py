"""The links of a run's page: its filters, its next page, its CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from catalog.vocabulary import Reason, UrlState
from search_api.admin.runs import RunObject, UrlsQuery


@dataclass(frozen=True, slots=True)
class FilterLink:
    """A verdict by which the URLs of a run can be filtered, and how many have it, where that is known."""

    text: str
    meaning: str
    count: int | None
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a run's page leads."""

    next: str | None
    first: str | None
    csv: str


def filters_of(run: RunObject, query: UrlsQuery) -> tuple[FilterLink, ...]:
    """All, by state, by reason: the most frequent first."""
    return tuple(_filters(run, query))


def addresses_of(number: int, query: UrlsQuery, following: int | None) -> Addresses:
    """The next page with the same filter, the first one, and everything of that filter as CSV."""
    chosen = query.model_dump(include={"state", "reason"}, exclude_none=True, mode="json")
    own = f"/admin/runs/{number}"
    return Addresses(
        next=None if following is None else f"{own}?{urlencode(chosen | {'after': following})}#urls",
        first=f"{own}?{urlencode(chosen)}#urls" if query.after else None,
        csv=f"/v1/runs/{number}/urls.csv?{urlencode(chosen)}".rstrip("?"),
    )


def _filters(run: RunObject, query: UrlsQuery) -> Iterator[FilterLink]:
    own = f"/admin/runs/{run.run}"
    yield FilterLink("all", "every URL", None, f"{own}#urls", query.state is None and query.reason is None)
    counts = {
        UrlState.INDEXED: run.added + run.changed,
        UrlState.UNCHANGED: run.unchanged,
        UrlState.DUPLICATE: run.duplicates,
        UrlState.REDIRECT: run.redirects,
        UrlState.GONE: run.gone,
    }
    for state, count in counts.items():
        if count or query.state is state:
            href = f"{own}?{urlencode({'state': state.value})}#urls"
            yield FilterLink(state.value, f"state {state.value}", count, href, query.state is state)
    for state, reasons in ((UrlState.REFUSED, run.refused), (UrlState.FAILED, run.failed)):
        for name, count in sorted(reasons.items(), key=lambda each: -each[1]):
            href = f"{own}?{urlencode({'state': state.value, 'reason': name})}#urls"
            text = f"{state.value}: {name.replace('_', ' ')}"
            chosen = query.state is state and query.reason is Reason(name)
            yield FilterLink(text, Reason(name).explanation, count, href, chosen)
