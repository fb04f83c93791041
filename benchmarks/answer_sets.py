"""squad11_dev's questions with their answers, those that no paragraph answers, and what each article is for.

Articles, not questions, are parted: the reader has seen no word of the paragraphs that it is measured on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from benchmarks.judged_sets import SETS

FOLDER: Final = SETS / "squad11_dev"
_HELD_OUT: Final = (8, 2)
"""Articles with questions of both kinds, and with answerable ones alone."""
_CALIBRATING: Final = (4, 1)


class Part(Enum):
    """What an article is for."""

    LEARNED = "learned"
    CALIBRATING = "calibrating"
    HELD_OUT = "held out"


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """A question about a paragraph; `answers` as people gave them, in its words; none: it has none."""

    id: str
    text: str
    paragraph_id: str
    title: str
    answers: tuple[str, ...]
    part: Part


def read_paragraphs() -> dict[str, dict[str, str]]:
    """`title` and `text` by id."""
    return {entry["_id"]: entry for entry in _json_lines(FOLDER / "corpus.jsonl")}


def read_questions() -> list[AnswerQuestion]:
    """All questions, the answerable ones first."""
    paragraphs = read_paragraphs()
    lines = (FOLDER / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]
    paragraph_of = {question: paragraph for question, paragraph, _ in (line.split("\t") for line in lines)}
    answerable = [
        (entry["_id"], entry["text"], paragraph_of[entry["_id"]], tuple(entry["metadata"]["answers"]))
        for entry in _json_lines(FOLDER / "queries.jsonl")
    ]
    others = [
        (entry["_id"], entry["text"], entry["paragraph_id"], ())
        for entry in _json_lines(FOLDER / "squad2_unanswerable.jsonl")
    ]
    titles = {paragraph["title"] for paragraph in paragraphs.values()}
    parts = parted(titles, {paragraphs[paragraph]["title"] for _, _, paragraph, _ in others})
    return [
        AnswerQuestion(name, text, paragraph, title := paragraphs[paragraph]["title"], answers, parts[title])
        for name, text, paragraph, answers in (*answerable, *others)
    ]


def parted(titles: set[str], of_both_kinds: set[str]) -> dict[str, Part]:
    """What each article is for: drawn by the hash of its title, so that it never changes."""
    order = sorted(titles, key=lambda title: hashlib.sha256(title.encode()).hexdigest())
    kinds = [title for title in order if title in of_both_kinds], [t for t in order if t not in of_both_kinds]
    parts = dict.fromkeys(order, Part.LEARNED)
    for some, held_out, calibrating in zip(kinds, _HELD_OUT, _CALIBRATING, strict=True):
        parts |= dict.fromkeys(some[:held_out], Part.HELD_OUT)
        parts |= dict.fromkeys(some[held_out : held_out + calibrating], Part.CALIBRATING)
    return parts


def f1(found: str, given: str) -> float:
    """How much two answers share, as SQuAD's own scorer counts it: F1 of their words, without articles."""
    ours, theirs = _words(found), _words(given)
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / (len(ours) + len(theirs)) if common else 0.0


def _words(answer: str) -> Sequence[str]:
    bare = re.sub(r"[^\w\s]", "", answer.lower())
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def _json_lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
