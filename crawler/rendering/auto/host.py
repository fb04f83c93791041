"""What is known of one host: its path patterns, its cells, and how far one may speak for another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from crawler.rendering.auto.cell import SAMPLES, Cell, CellKey, Renderer
from crawler.rendering.auto.pattern import EVERYTHING, PatternBook
from extract.html.script_evidence import EvidenceKind, ScriptEvidence

MOST_CELLS: Final = 512
"""Cells of a host; pages beyond share one for each kind of evidence."""
_MOST_GAINED: Final = 4_000
"""Phrases and links gained in the browser that are remembered (some 300 KB), so that a menu or a banner that
scripts put on each page counts as a gain but once."""
_ANY_TEMPLATE: Final = 0
_CLEAN: Final = (8, 3)
"""Samples over so many patterns, all without a gain, after which a template speaks for new patterns too."""
_CLEAN_HOST: Final = (9, 3)
"""Samples of pages that look complete, over so many templates, all without a gain: after these one sample
does for a new template, and speaks for it in all patterns."""
_FEW_PAGES: Final = 4
"""Pages of a pattern that is not sampled at all where its template is known to gain nothing."""
_FIRST_CHECK: Final = 64
_CHECK_GROWTH: Final = 3
"""A template is checked again after 64 pages, 192, 576 …"""
_CHECKS: Final = (2, 0.02)
"""Checks of a host in one run: at most two and 2 % of its pages."""


@dataclass(slots=True)
class Template:
    """When pages of one template and kind are checked again; `pending` of their samples are under way."""

    pages: int = 0
    next_check: int = _FIRST_CHECK
    pending: int = 0
    is_due: bool = False  # known from a former run, and not yet checked in this one


class Tally(NamedTuple):
    """What is known of a template in all patterns; only those gains that still count."""

    samples: int
    gains: int
    patterns: int


@dataclass(slots=True)
class Host:
    """All cells of a host."""

    book: PatternBook = field(default_factory=PatternBook)
    cells: dict[CellKey, Cell] = field(default_factory=dict)
    templates: dict[tuple[int, EvidenceKind], Template] = field(default_factory=dict)
    kinds_of_pattern: dict[str, set[CellKey]] = field(default_factory=dict)
    gained: set[int] = field(default_factory=set)
    tallies: dict[tuple[int, EvidenceKind], Tally] = field(default_factory=dict)
    is_clean: bool | None = None
    pages: int = 0
    checks: int = 0

    def key_of(self, url: str, evidence: ScriptEvidence) -> CellKey:
        """The key of a page; a broader one where the host has too many kinds of pages."""
        key = CellKey(self.book.of(url), evidence.template, evidence.kind)
        if key in self.cells or len(self.cells) < MOST_CELLS:
            return key
        return CellKey(EVERYTHING, _ANY_TEMPLATE, evidence.kind)

    def cell(self, key: CellKey) -> Cell:
        """The cell of a key, made where there is none."""
        found = self.cells.get(key)
        if found is None:
            found = self.cells[key] = Cell()
            self.kinds_of_pattern.setdefault(key.pattern, set()).add(key)
        return found

    def template(self, key: CellKey) -> Template:
        """The template of a key, made where there is none."""
        return self.templates.setdefault((key.template, key.kind), Template())

    def restore(self, key: CellKey, cell: Cell) -> None:
        """Take what a former run learned."""
        self.book.add(key.pattern)
        self.cell(key)
        self.cells[key] = cell
        template = self.template(key)
        template.pages += cell.pages
        template.next_check = max(_FIRST_CHECK, _CHECK_GROWTH * template.pages)
        template.is_due = True

    def answer(self, key: CellKey) -> Renderer | None:
        """How pages of a key are read; None while that is to be found out."""
        cell = self.cell(key)
        own = cell.answer(key.kind)
        if own is not None or key.kind is EvidenceKind.SHELL:
            return own
        tally = self._tally(key)
        if not cell.samples and tally.samples >= SAMPLES and tally.gains == tally.samples:
            return Renderer.BROWSER
        return cell.answer(key.kind, self.wanted(key))

    def wanted(self, key: CellKey) -> int:
        """How many samples of a key are wanted in all."""
        tally = self._tally(key)
        if self.is_clean is None:
            self.is_clean = self._is_clean()
        is_clean_host = key.kind is EvidenceKind.PLAIN and self.is_clean
        if tally.gains == 0:
            is_clean = tally.samples >= _CLEAN[0] and tally.patterns >= _CLEAN[1]
            if (is_clean or (is_clean_host and tally.samples)) and self.cell(key).pages <= _FEW_PAGES:
                return 0
            if tally.samples >= SAMPLES:
                return 1
        return 1 if is_clean_host else SAMPLES

    def forget_tallies(self) -> None:
        """To be called when a cell learned something."""
        self.tallies.clear()
        self.is_clean = None

    def _tally(self, key: CellKey) -> Tally:
        found = self.tallies.get((key.template, key.kind))
        if found is None:
            found = self.tallies[key.template, key.kind] = self._count(key)
        return found

    def _count(self, key: CellKey) -> Tally:
        samples = gains = patterns = 0
        for other, cell in self._sampled(key.kind):
            if other.template == key.template:
                samples += cell.samples
                patterns += 1
                gains += cell.gains if cell.answer(key.kind) is not Renderer.HTTP else 0
        return Tally(samples, gains, patterns)

    def _is_clean(self) -> bool:
        samples, templates = 0, Counter[int]()
        for key, cell in self._sampled(EvidenceKind.PLAIN):
            if cell.answer(key.kind) is Renderer.BROWSER:
                return False
            samples += cell.samples
            templates[key.template] += 1
        return samples >= _CLEAN_HOST[0] and len(templates) >= _CLEAN_HOST[1]

    def _sampled(self, kind: EvidenceKind) -> Iterator[tuple[CellKey, Cell]]:
        return ((key, cell) for key, cell in self.cells.items() if key.kind is kind and cell.samples)

    def should_check(self, key: CellKey) -> bool:
        """Whether what is known of a template is old enough to be checked at this page."""
        template = self.template(key)
        if template.pending or not (template.is_due or template.pages >= template.next_check):
            return False
        return self.checks < _CHECKS[0] + _CHECKS[1] * self.pages

    def begin_check(self, key: CellKey) -> None:
        """Note that a check is under way."""
        template = self.template(key)
        template.is_due = False
        template.next_check = max(_FIRST_CHECK, _CHECK_GROWTH * template.pages)
        self.checks += 1

    def new_among(self, gained: frozenset[int] | frozenset[str]) -> int:
        """How many of these phrases or links no page of this host gained before; now they are known."""
        marks = {hash(each) for each in gained} - self.gained
        self.gained.update(islice(marks, max(0, _MOST_GAINED - len(self.gained))))
        return len(marks)
