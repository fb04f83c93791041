"""Addresses of the page: all that is shown can be linked, bookmarked and reached without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

Selection = tuple[str, str]
"""A field and one of its values, chosen as a filter."""


@dataclass(frozen=True, slots=True)
class PageAddress:
    """The state of the page that its address holds."""

    text: str = ""
    selected: tuple[Selection, ...] = ()
    sort: str | None = None
    cursor: str | None = None

    @property
    def is_home(self) -> bool:
        """Whether nothing is asked for."""
        return not self.text.strip() and not self.selected

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """The parameters that stay when another question is typed."""
        selected = ((f"f.{name}", value) for name, value in self.selected)
        return (*selected, *([("sort", self.sort)] if self.sort else []))

    @property
    def href(self) -> str:
        """The address as a relative link."""
        parameters = [("q", self.text), *self.kept, ("cursor", self.cursor or "")]
        return "/?" + urlencode([(name, value) for name, value in parameters if value])

    def toggled(self, selection: Selection) -> PageAddress:
        """The first page with a value chosen, or no longer chosen."""
        if selection in self.selected:
            selected = tuple(other for other in self.selected if other != selection)
        else:
            selected = (*self.selected, selection)
        return replace(self, selected=selected, cursor=None)

    def cleared(self) -> PageAddress:
        """The first page with no value chosen."""
        return replace(self, selected=(), cursor=None)

    def sorted_by(self, sort: str | None) -> PageAddress:
        """The first page in another order."""
        return replace(self, sort=sort, cursor=None)

    def at(self, cursor: str | None) -> PageAddress:
        """Another page of the same results."""
        return replace(self, cursor=cursor)


def page_address(parameters: Iterable[tuple[str, str]]) -> PageAddress:
    """The state in a query string; what the page does not know is left to the parser to refuse."""
    pairs = list(parameters)
    single = dict(reversed(pairs))
    selected = tuple((name[2:], value) for name, value in pairs if name.startswith("f."))
    return PageAddress(
        text=single.get("q", ""),
        selected=tuple(dict.fromkeys(selected)),
        sort=single.get("sort") or None,
        cursor=single.get("cursor") or None,
    )


def as_indexed(document_id: str, text: str, span: tuple[int, int] | None) -> str:
    """The page with a document's text, at the stretch `span` of it (code points)."""
    parameters = [("q", text)] if text else []
    if span is not None:
        parameters += [("start", str(span[0])), ("end", str(span[1]))]
    fragment = "#passage" if span is not None else ""
    return f"/documents/{document_id}?{urlencode(parameters)}{fragment}"
