"""The floor of quality (`index.gate`): whether an index answers judged queries as it should.

A build that is made beside the served index (a rebuild, another model, other chunks) is not published below
it. What a crawl brings is published at once, as people wait for it; `served_notice` says afterwards whether
the served index has fallen below the floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.database import Catalog
from indexer.retrieval.evaluation import Searching, evaluate, served_mode, unknown_documents
from indexer.retrieval.judgements import read_judgements
from settings.index import GateSettings

MOST_NAMED: Final = 5
"""Queries and addresses that a message names."""


class BuildRefusedError(Exception):
    """A build fell below `index.gate`; the message says how far, and which queries fell."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """A query that is answered worse than perfectly."""

    query: str
    ndcg_at_10: float

    def __str__(self) -> str:
        return f"{self.query!r} ({self.ndcg_at_10:.2f})"


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What an index reached, and what it had to."""

    queries: Path
    count: int
    floor: float
    ndcg_at_10: float
    fallen: tuple[Fallen, ...]  # worst first
    unknown: tuple[str, ...]  # judged documents that the catalog lacks
    notices: tuple[str, ...]  # why answers were less than they could be

    @property
    def passed(self) -> bool:
        """Whether the floor is reached."""
        return self.ndcg_at_10 >= self.floor

    def told(self, what: str) -> str:
        """That `what` ("this build") is below the floor, and why as far as it is known."""
        counted = f"{self.count:,} {'query' if self.count == 1 else 'queries'}"
        parts = [
            f"{what} answers the {counted} of {self.queries} with nDCG@10 "
            f"{self.ndcg_at_10:.3f}, below the floor of {self.floor:.3f} (`index.gate`)"
        ]
        if self.fallen:
            parts.append("fell most: " + ", ".join(map(str, self.fallen[:MOST_NAMED])))
        if self.unknown:
            named = ", ".join(self.unknown[:MOST_NAMED])
            parts.append(f"{len(self.unknown):,} judged documents are not in the catalog: {named}")
        return "; ".join([*parts, *self.notices])


def check_gate(served: Searching, gate: GateSettings | None, catalog: Catalog) -> GateVerdict | None:
    """Measure `served` against `gate`; None where no gate is configured.

    Raises `JudgementsError` where the gate's queries cannot be read.
    """
    if gate is None:
        return None
    judged = read_judgements(gate.queries)
    mode = served_mode(served)
    found = evaluate(served, judged, modes=[mode])
    reached = [Fallen(each.query, each.by_mode[mode].ndcg_at_10) for each in found.queries]
    with catalog.read() as connection:
        unknown = unknown_documents(connection, judged)
    return GateVerdict(
        queries=gate.queries,
        count=len(judged),
        floor=gate.ndcg_at_10,
        ndcg_at_10=sum(each.ndcg_at_10 for each in reached) / len(reached),
        fallen=tuple(
            sorted((each for each in reached if each.ndcg_at_10 < 1), key=lambda each: each.ndcg_at_10)
        ),
        unknown=unknown,
        notices=found.notices,
    )


def require_gate(candidate: Searching, gate: GateSettings, catalog: Catalog) -> None:
    """Raise `BuildRefusedError` where `candidate` falls below `gate`, `JudgementsError` as `check_gate`."""
    verdict = check_gate(candidate, gate, catalog)
    if verdict is not None and not verdict.passed:
        raise BuildRefusedError(
            f"{verdict.told('this build')}; it is not published, and the index from before goes on "
            "answering: set `index` back to what it was, or lower the floor"
        )


def served_notice(served: Searching, gate: GateSettings | None, catalog: Catalog) -> str | None:
    """What to tell where the served index has fallen below the floor, by what was published since."""
    verdict = check_gate(served, gate, catalog)
    if verdict is None or verdict.passed:
        return None
    return f"{verdict.told('the served index')}; `indexer eval {verdict.queries}` shows every query"
