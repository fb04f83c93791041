"""The gate before publication (`index.gate`): a build that answers worse than its floor is not published.

A build is what is made beside the served index and then takes its place: by `indexer rebuild`, a change of
the model or of the chunks. What a crawl brings is published at once, as people wait for it; afterwards
`served_notice` says whether the served index has fallen below the floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.database import Catalog
from indexer.retrieval.evaluation import Searching, evaluate, served_mode, unknown_documents
from indexer.retrieval.judgements import JudgedQuery, read_judgements
from settings.index import GateSettings

MOST_NAMED: Final = 5
"""Queries and addresses that a message names."""


class BuildRefusedError(Exception):
    """A build fell below `index.gate`; the message says how far, and which queries fell."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """A query that a build answers worse than the served index does (or, where none is served, worse than
    perfectly): the nDCG@10 of both."""

    query: str
    ndcg_at_10: float
    before: float | None

    def __str__(self) -> str:
        before = "" if self.before is None else f", was {self.before:.2f}"
        return f"{self.query!r} ({self.ndcg_at_10:.2f}{before})"


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What a build reached, and what it had to."""

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
        """That `what` was measured ("this build") fell below the floor, and why as far as it is known."""
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


def check_gate(
    candidate: Searching, gate: GateSettings | None, catalog: Catalog, served: Searching | None = None
) -> GateVerdict | None:
    """Measure `candidate` against `gate`; None where no gate is configured.

    With `served`, the index that answers today, the verdict names the queries that fell against it. Raises
    `JudgementsError` where the gate's queries cannot be read: a build that cannot be judged must not be
    published.
    """
    if gate is None:
        return None
    judged = read_judgements(gate.queries)
    reached, notices = _by_query(candidate, judged)
    before = _by_query(served, judged)[0] if served is not None else None
    with catalog.read() as connection:
        unknown = unknown_documents(connection, judged)
    return GateVerdict(
        queries=gate.queries,
        count=len(judged),
        floor=gate.ndcg_at_10,
        ndcg_at_10=sum(reached) / len(reached),
        fallen=_fallen(judged, reached, before),
        unknown=unknown,
        notices=notices,
    )


def require_gate(
    candidate: Searching, gate: GateSettings | None, catalog: Catalog, served: Searching | None = None
) -> None:
    """Raise `BuildRefusedError` where `candidate` falls below `gate`; see `check_gate`."""
    verdict = check_gate(candidate, gate, catalog, served)
    if verdict is not None and not verdict.passed:
        raise BuildRefusedError(
            f"{verdict.told('this build')}; it is not published, the index from before goes on answering"
        )


def served_notice(served: Searching, gate: GateSettings | None, catalog: Catalog) -> str | None:
    """What to tell where the served index has fallen below the floor, by what was published since."""
    verdict = check_gate(served, gate, catalog)
    if verdict is None or verdict.passed:
        return None
    return f"{verdict.told('the served index')}; `indexer eval {verdict.queries}` shows every query"


def _by_query(
    retriever: Searching, judged: Sequence[JudgedQuery]
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """nDCG@10 of each query as people's questions are answered, and the notices."""
    mode = served_mode(retriever)
    found = evaluate(retriever, judged, modes=[mode])
    return tuple(result.by_mode[mode].ndcg_at_10 for result in found.queries), found.notices


def _fallen(
    judged: Sequence[JudgedQuery], reached: Sequence[float], before: Sequence[float] | None
) -> tuple[Fallen, ...]:
    """Against `before`, or against a perfect answer where there is no before; worst first."""
    fallen = [
        (
            (1.0 if before is None else before[index]) - value,
            Fallen(query.query, value, None if before is None else before[index]),
        )
        for index, (query, value) in enumerate(zip(judged, reached, strict=True))
    ]
    return tuple(each for fall, each in sorted(fallen, key=lambda pair: -pair[0]) if fall > 0)
