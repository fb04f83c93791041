"""What is decided about one page, before it is rendered and after, in words for people too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from crawler.rendering.auto.cell import Cell, CellKey, Renderer
from crawler.rendering.auto.comparison import Comparison
from extract.html.script_evidence import ScriptEvidence


class Action(StrEnum):
    """What is to be done with a page that HTTP brought."""

    HTTP = "http"  # its HTML is read, and that is all
    BROWSER = "browser"  # it is rendered, since it needs that
    BOTH = "both"  # it is rendered to find out whether pages like it need that
    WAIT = "wait"  # samples of pages like it are under way: ask again when one of them was learned


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a page, and why; to be handed to `learn` when the page was rendered."""

    action: Action
    because: str
    url: str
    host: str
    key: CellKey
    evidence: ScriptEvidence

    @property
    def renderer(self) -> Renderer:
        """How the page is read, as far as it is known yet."""
        return Renderer.HTTP if self.action is Action.HTTP else Renderer.BROWSER


@dataclass(frozen=True, slots=True)
class Kept:
    """Which reading of a page is kept, and why."""

    renderer: Renderer
    because: str


def html_says(evidence: ScriptEvidence) -> str:
    """“its HTML holds 12 words beside 3 scripts and an empty #app”."""
    beside = [_count(evidence.scripts, "script"), *evidence.reasons[:3]]
    return f"its HTML holds {_count(evidence.words, 'word')} beside {_listed(beside)}"


def pages_like(key: CellKey, cell: Cell) -> str:
    """“2 of 3 pages like /products/* gained content”; empty before the first sample."""
    if not cell.samples:
        return ""
    return f"{cell.gains:,} of {_count(cell.samples, 'page')} like {key.pattern} gained content"


def browser_adds(comparison: Comparison) -> str:
    """“the browser adds 120 words and 8 links”."""
    parts = [
        _count(number, noun)
        for number, noun in ((len(comparison.gained), "word"), (len(comparison.gained_links), "link"))
        if number
    ]
    return f"the browser adds {' and '.join(parts)}" if parts else "the browser adds nothing"


def sentence(*clauses: str) -> str:
    """The clauses that say something, parted by semicolons."""
    return "; ".join(clause for clause in clauses if clause)


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
