"""Judgements from clicks, corrected for the position: what stands first is opened more, whatever it is.

Clicks over expected clicks (Zhang and Jones, "Comparing Click Logs and Editorial Labels for Training Query
Rewriting", WWW 2007 workshop on query log analysis): a document's clicks for a question, divided by those
that any results at the same positions would have got, by the click-through rates of all questions together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from catalog.shown_results import Exposure, Verdict

SAID_RELEVANT: Final = 3.0
"""The grade of what people said is relevant: the highest."""
SAID_IRRELEVANT: Final = 0.0
PRIOR: Final = 1.0
"""Clicks, and expected clicks, that are added to both: one click at the tenth position proves little."""
_GRADES: Final = ((4.0, 3.0), (2.0, 2.0), (1.0, 1.0))
"""From so many times the expected clicks on the grade."""

Grades = dict[str, dict[str, float]]
"""Question (in its normal form) → document id → grade from 0 to 3."""


def grades(exposures: Sequence[Exposure], verdicts: Iterable[Verdict], *, least_clicks: int) -> Grades:
    """The grades of documents that got at least `least_clicks` clicks for a question, or of which people said
    something, which overrules clicks."""
    rates = click_rates(exposures)
    opened: defaultdict[tuple[str, str], int] = defaultdict(int)
    expected: defaultdict[tuple[str, str], float] = defaultdict(float)
    for each in exposures:
        opened[each.normal, each.document_id] += each.opened
        expected[each.normal, each.document_id] += each.shown * rates[each.position]
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (normal, document_id), clicks in opened.items():
        if clicks >= least_clicks:
            ratio = (clicks + PRIOR) / (expected[normal, document_id] + PRIOR)
            found[normal][document_id] = next((grade for bound, grade in _GRADES if ratio >= bound), 0.0)
    for said in verdicts:
        if said.balance:
            grade = SAID_RELEVANT if said.balance > 0 else SAID_IRRELEVANT
            found[said.normal][said.document_id] = grade
    return dict(found)


def click_rates(exposures: Iterable[Exposure]) -> Mapping[int, float]:
    """Position → the share of results shown there that were opened, over all questions."""
    shown: defaultdict[int, int] = defaultdict(int)
    opened: defaultdict[int, int] = defaultdict(int)
    for each in exposures:
        shown[each.position] += each.shown
        opened[each.position] += each.opened
    return {position: opened[position] / shown[position] for position in shown}
