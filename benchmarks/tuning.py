"""What synonyms and boosts cost a question, over 60,000 passages of 20,000 made-up documents.

The half of retrieval that they change: finding passages by their words, counting, folding to documents,
boosting, ordering. Each kind of tuning stands beside the same questions without any, in turn.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.report import Figure, alternate, print_figure
from catalog.document import Document, DocumentKind
from indexer.lexical.reader import LexicalReader, LexicalSnapshot
from indexer.lexical.thesaurus import Thesaurus
from indexer.lexical.writer import LexicalWriter
from indexer.retrieval.boost_values import BoostValues
from indexer.retrieval.boosting import boosted, boosts_of
from indexer.retrieval.candidates import gather, matching
from indexer.retrieval.facets import tally
from indexer.retrieval.folding import fold
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.ordering import EVERYTHING, Ordering
from indexer.retrieval.question import Boost, Question
from indexer.retrieval.scope import make_scope
from indexer.retrieval.tuning import Tuning
from settings.fields import BUILT_IN_FIELDS
from settings.tuning.synonyms import SynonymRule

DOCUMENTS: Final = 20_000
_PASSAGES: Final = 3
_WORDS: Final = 5_000
_QUESTIONS: Final = 60
_RULES: Final = 10_000
_TODAY: Final = datetime(2026, 11, 27, tzinfo=UTC)
_ACCESS: Final = frozenset({1})
_UNUSED: Final = tuple(SynonymRule((f"unused{n}", f"idle{n}"), (f"spare{n}",)) for n in range(_RULES))
"""Rules for words of no question."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A passage as the index reads it."""

    text: str
    heading_path: tuple[str, ...] = ()
    start: int = 0

    @property
    def end(self) -> int:
        return len(self.text)


def main() -> None:
    """Measure and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), random.Random(4))
        snapshot = LexicalReader.open(Path(folder)).snapshot
    assert snapshot is not None
    chance = random.Random(5)
    asked = [[_word(chance) for _ in range(4)] for _ in range(_QUESTIONS)]
    measure(snapshot, asked)


def measure(snapshot: LexicalSnapshot, asked: list[list[str]]) -> None:
    """Each kind of tuning beside none."""
    chance = random.Random(6)
    words = [SynonymRule((question[0],), tuple(_word(chance) for _ in range(3))) for question in asked]
    phrases = [SynonymRule((question[0],), (f"{_word(chance)} {_word(chance)}",)) for question in asked]
    boosts = (
        Boost("connector", 2.0, ("c1",)),
        Boost("view_count", 2.0, pivot=1_000),
        Boost("updated_at", 2.0, half_life=timedelta(days=90)),
    )
    started = time.perf_counter()
    idle = Thesaurus(_UNUSED)
    print_figure(Figure("reading 10,000 rules", 1000 * (time.perf_counter() - started), "ms"))
    kinds = {
        "10,000 rules, none of which applies": Tuning(idle),
        "10,000 rules, of which one brings in three words": Tuning(Thesaurus([*_UNUSED, *words])),
        "10,000 rules, of which one brings in a phrase": Tuning(Thesaurus([*_UNUSED, *phrases])),
        "a value, a number and an age that are boosted": Tuning(boosts=boosts),
    }
    for name, tuning in kinds.items():
        timed = alternate(
            partial(_median, snapshot, asked, tuning, BoostValues()),
            partial(_median, snapshot, asked, Tuning(), BoostValues()),
        )
        print_figure(Figure(name, timed.ours, "ms", "untuned", timed.peer))


def _median(snapshot: LexicalSnapshot, asked: list[list[str]], tuning: Tuning, values: BoostValues) -> float:
    """Milliseconds a question."""
    times = []
    for words in asked:
        question = Question(" ".join(words))
        started = time.perf_counter()
        _ask(snapshot, question, tuning, values)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def _ask(snapshot: LexicalSnapshot, question: Question, tuning: Tuning, values: BoostValues) -> list[str]:
    scope = make_scope(question, snapshot, _ACCESS, tuning.thesaurus)
    candidates = gather(scope, None, FusionWeights(dense=0, lexical=1), partial(matching, scope))
    tally(snapshot, scope.countable([]), [])
    folded = fold(candidates.chunk_ids, candidates.scores, candidates.documents, candidates.numbers)
    if tuning.boosts:
        folded = boosted(folded, boosts_of(folded.document_ids, tuning.boosts, snapshot, values, _TODAY))
    return Ordering(scope, folded, ()).first(EVERYTHING, (), 10)


def _word(chance: random.Random) -> str:
    """One of 5,000 words, the first ones by far the most frequent, as in a language."""
    return f"word{int(_WORDS ** chance.random())}x"


def _write(folder: Path, chance: random.Random) -> None:
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        for number in range(DOCUMENTS):
            texts = (_Text(" ".join(_word(chance) for _ in range(60))) for _ in range(_PASSAGES))
            passages = [(number * _PASSAGES + place, text) for place, text in enumerate(texts)]
            writer.replace(_document(number, chance), passages)
        writer.commit()


def _document(number: int, chance: random.Random) -> Document:
    return Document(
        id=f"{number * 2654435761 % 2**64:016x}{number:016x}", connector=f"c{number % 5}",
        url=f"https://made-up.example/{number}", kind=DocumentKind.PAGE, version=1, title=f"Page {number}",
        language="en", access_id=1, fetched_at=_TODAY, blocks=(),
        fields={
            "connector": f"c{number % 5}", "view_count": chance.randrange(5_000),
            "updated_at": _TODAY - timedelta(days=chance.randrange(2_000)),
        },
    )  # fmt: skip


if __name__ == "__main__":
    main()
