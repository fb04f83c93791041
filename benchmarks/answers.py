"""How often short answers are right, and how often there is none where there should be none.

Every paragraph of squad11_dev is a page of a real web server, crawled and indexed by `crawler sync`. The
questions are those of the articles that the reader never saw (`benchmarks.answer_sets`): answerable ones, and
adversarial ones that their paragraph, which is indexed, does not answer. Each is asked as `/v1/search` asks.
An answer is right when its marked words share at least half with a given answer (token F1 of SQuAD's own
scorer). The time that answers add is that of the same questions, asked by turns with and without them.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.answer_sets import AnswerQuestion, Part, f1, read_questions
from benchmarks.judged_sets import SETS, read_set, write_site, write_sitemap
from benchmarks.report import Figure, print_figure
from catalog.query_log import Asker
from indexer.retrieval.question import Question
from search_api.asking import answer_search
from search_api.backend import Backend, ReadsNothing
from search_api.opening import open_backend
from search_api.query.confidence import Confidence
from search_api.query.request import Search
from search_api.query.response import TextAnswer
from settings.load import load_settings
from tests.support.static_site import serve_folder

SET: Final = "squad11_dev"
RIGHT: Final = 0.5
TARGET: Final = 0.60
SEED: Final = 5
_TIMED: Final = 100
_CONFIGURATION: Final = """\
version: 1
store: {{database: 'sqlite:///{folder}/catalog.db', directory: '{folder}/data'}}
connectors:
  - name: judged
    sitemaps: ['{site}/sitemap.xml']
    render: never
    politeness: {{requests_per_minute: unlimited, concurrency: 8}}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a question got: the first answer's confidence (None: no answer), and whether it is right."""

    question: AnswerQuestion
    confidence: Confidence | None
    is_right: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, print the table, and the share of unanswerable questions that stay unanswered."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("--questions", type=int, default=600, help="of each kind; 0: all")
    wanted = parser.parse_args(arguments)
    if not SETS.is_dir():
        print(f"the judged sets are expected in {SETS}", file=sys.stderr)
        return 1
    questions = _drawn(wanted.questions)
    with tempfile.TemporaryDirectory() as folder:
        backend = open_backend(load_settings(_indexed(Path(folder))))
        try:
            backend.reader.prepare()
            outcomes = [_outcome(backend, question) for question in questions]
            without, with_answers = _milliseconds(backend, questions)
        finally:
            backend.close()
    print(table(outcomes))
    print(f"median of a question: {without:.1f} ms without answers, {with_answers:.1f} ms with")
    refused = share([each.confidence is None for each in outcomes if not each.question.answers])
    print_figure(
        Figure("answers, unanswerable questions left unanswered", refused, "share", "target", TARGET)
    )
    return 0


def table(outcomes: Sequence[Outcome]) -> str:
    """The measured table of docs/answers.md."""
    answerable = [each for each in outcomes if each.question.answers]
    others = [each for each in outcomes if not each.question.answers]
    lines = [
        "| questions | asked | get an answer | get the right one |",
        "|---|---|---|---|",
        f"| with an answer | {len(answerable):,} | {_answered(answerable)} | {_right(answerable)} |",
        f"| without one | {len(others):,} | {_answered(others)} | |",
        "",
        "| confidence | answers | right, of both kinds | right, of questions with an answer |",
        "|---|---|---|---|",
    ]
    for confidence in (Confidence.VERY_HIGH, Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW):
        told = [each for each in outcomes if each.confidence is confidence]
        own = [each for each in told if each.question.answers]
        lines.append(f"| {confidence.value} | {len(told):,} | {_right(told)} | {_right(own)} |")
    return "\n".join(lines)


def share(values: Sequence[bool]) -> float:
    """How many are true, 0 to 1; 0 of none."""
    return sum(values) / len(values) if values else 0.0


def _answered(outcomes: Sequence[Outcome]) -> str:
    return f"{share([each.confidence is not None for each in outcomes]):.1%}"


def _right(outcomes: Sequence[Outcome]) -> str:
    return f"{share([each.is_right for each in outcomes]):.1%}" if outcomes else "–"


def _drawn(count: int) -> list[AnswerQuestion]:
    drawing = random.Random(SEED)
    every = [question for question in read_questions() if question.part is Part.HELD_OUT]
    chosen: list[AnswerQuestion] = []
    for kind in (True, False):
        some = [question for question in every if bool(question.answers) is kind]
        chosen += some if not count or count >= len(some) else drawing.sample(some, count)
    return chosen


def _indexed(folder: Path) -> Path:
    """Crawl and index the set's paragraphs; the configuration."""
    pages, config = folder / "pages", folder / "connectors.yaml"
    pages.mkdir()
    names = write_site(pages, read_set(SETS / SET).texts)
    with serve_folder(pages) as site:
        write_sitemap(pages, site.url, names)
        config.write_text(_CONFIGURATION.format(folder=folder, site=site.url))
        sync = [sys.executable, "-m", "crawler", "sync", "--config", str(config)]
        subprocess.run(sync, stdout=sys.stderr, check=True)
    return config


def _outcome(backend: Backend, question: AnswerQuestion) -> Outcome:
    answers = _ask(backend, question.text)
    if not answers:
        return Outcome(question, None, is_right=False)
    best = answers[0]
    (mark,) = best.highlights
    short = best.text[mark.start : mark.end]
    is_right = max((f1(short, given) for given in question.answers), default=0.0) >= RIGHT
    return Outcome(question, best.confidence, is_right)


def _ask(backend: Backend, text: str) -> list[TextAnswer]:
    return answer_search(backend, Search(Question(text), typed=text), asker=Asker()).answers


def _milliseconds(backend: Backend, questions: Sequence[AnswerQuestion]) -> tuple[float, float]:
    """The medians without and with answers, each question asked both ways, one after the other."""
    bare = replace(backend, reader=ReadsNothing())
    times: dict[bool, list[float]] = {False: [], True: []}
    for question in questions[:: max(1, len(questions) // _TIMED)]:
        for reads in (False, True):
            started = time.perf_counter()
            _ask(backend if reads else bare, question.text)
            times[reads].append((time.perf_counter() - started) * 1000)
    return statistics.median(times[False]), statistics.median(times[True])


if __name__ == "__main__":
    sys.exit(main())
