"""Addresses of the pages: all that is shown can be linked, bookmarked and reached without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

Selection = tuple[str, str]
"""A field and one of its values, or a range of them, chosen as a filter."""

FROM: Final = "from."
TO: Final = "to."
"""How the form for a range names its two ends, the field following."""
TYPING: Final = "typing"
"""Said of a search while someone types: nothing is answered or remembered."""
_END: Final = re.compile(r"[\w.:+-]{1,40}", re.ASCII)
_OPEN: Final = "*"


@dataclass(frozen=True, slots=True)
class PageAddress:
    """The state of the search page that its address holds."""

    text: str = ""
    selected: tuple[Selection, ...] = ()
    sort: str | None = None
    collapse: str | None = None
    explain: bool = False
    cursor: str | None = None

    @property
    def is_home(self) -> bool:
        """Whether nothing is asked for."""
        return not self.text.strip() and not self.selected

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """The parameters that stay when another question is typed."""
        known = (
            ("sort", self.sort),
            ("collapse", self.collapse),
            ("explain", "true" if self.explain else None),
        )
        selected = ((f"f.{name}", value) for name, value in self.selected)
        return (*selected, *((name, value) for name, value in known if value))

    @property
    def href(self) -> str:
        """The address as a relative link."""
        parameters = [("q", self.text), *self.kept, ("cursor", self.cursor or "")]
        return "/?" + urlencode([(name, value) for name, value in parameters if value])

    def asking(self, text: str) -> PageAddress:
        """The first page of another question, with the same filters."""
        return replace(self, text=text, cursor=None)

    def toggled(self, selection: Selection) -> PageAddress:
        """The first page with a value chosen, or no longer chosen."""
        if selection in self.selected:
            selected = tuple(other for other in self.selected if other != selection)
        else:
            selected = (*self.selected, selection)
        return replace(self, selected=selected, cursor=None)

    def without(self, name: str) -> PageAddress:
        """The first page with nothing chosen of a field."""
        selected = tuple(selection for selection in self.selected if selection[0] != name)
        return replace(self, selected=selected, cursor=None)

    def cleared(self) -> PageAddress:
        """The first page with no value chosen."""
        return replace(self, selected=(), cursor=None)

    def sorted_by(self, sort: str | None) -> PageAddress:
        """The first page in another order."""
        return replace(self, sort=sort, cursor=None)

    def collapsed_by(self, field: str | None) -> PageAddress:
        """The first page with one result per value of a field, or with all."""
        return replace(self, collapse=field, cursor=None)

    def explained(self, explain: bool) -> PageAddress:
        """The same page with or without what each score is made of."""
        return replace(self, explain=explain)

    def at(self, cursor: str | None) -> PageAddress:
        """Another page of the same results."""
        return replace(self, cursor=cursor)


def page_parameters(parameters: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters as the parser knows them: without `typing`, which only the page's script sends; the two
    ends of a form (`from.FIELD`, `to.FIELD`) as one `f.FIELD`; `explain=1` as people write it."""
    pairs = [pair for pair in parameters if pair[0] != TYPING]
    pairs = [("explain", "true") if pair == ("explain", "1") else pair for pair in pairs]
    ends = {name: value.strip() for name, value in pairs if name.startswith((FROM, TO))}
    kept = [(name, value) for name, value in pairs if name not in ends]
    for field in dict.fromkeys(name.partition(".")[2] for name in ends):
        low, high = ends.get(FROM + field) or _OPEN, ends.get(TO + field) or _OPEN
        if (low, high) != (_OPEN, _OPEN):
            kept.append((f"f.{field}", range_between(low, high)))
    return kept


def range_between(low: str, high: str) -> str:
    """A range as it can be typed; ends that could not stand in one are left to the parser to refuse."""
    fits = all(end == _OPEN or _END.fullmatch(end) for end in (low, high))
    return f"[{low} TO {high}]" if fits else f"{low}..{high}"


def page_address(parameters: Iterable[tuple[str, str]]) -> PageAddress:
    """The state in a query string; what the page does not know is left to the parser to refuse."""
    pairs = list(parameters)
    single = dict(reversed(pairs))
    selected = tuple((name[2:], value) for name, value in pairs if name.startswith("f."))
    return PageAddress(
        text=single.get("q", ""),
        selected=tuple(dict.fromkeys(selected)),
        sort=single.get("sort") or None,
        collapse=single.get("collapse") or None,
        explain=single.get("explain") == "true",
        cursor=single.get("cursor") or None,
    )


def as_indexed(document_id: str, text: str, span: tuple[int, int] | None) -> str:
    """The page with a document's text, at the stretch `span` of it (code points)."""
    parameters = [("q", text)] if text else []
    if span is not None:
        parameters += [("start", str(span[0])), ("end", str(span[1]))]
    fragment = "#passage" if span is not None else ""
    return f"/documents/{document_id}?{urlencode(parameters)}{fragment}"
