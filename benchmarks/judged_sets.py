"""Public judged sets (BEIR's layout): their texts as a web site, their questions, their scorer."""

from __future__ import annotations

import html
import importlib.util
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

SETS: Final = Path(__file__).resolve().parents[1] / "../shared/suites/ir"
NAMES: Final = ("squad11_dev", "cranfield")
SEED: Final = 7

_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">{title}</head>'
    "<body><main><p>{text}</p></main></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A document of a set; `title` is empty where the set gives none."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Texts, questions by their id, and the grades of texts by question and text id."""

    name: str
    texts: tuple[Text, ...]
    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]

    def drawn(self, count: int) -> JudgedSet:
        """The same texts with `count` of the questions, always the same ones; 0: all."""
        names = sorted(self.questions)
        if count and count < len(names):
            names = random.Random(SEED).sample(names, count)
        return JudgedSet(
            self.name,
            self.texts,
            {name: self.questions[name] for name in names},
            {name: self.grades[name] for name in names},
        )

    def score(self, rankings: Mapping[str, Sequence[str]]) -> dict[str, float]:
        """What the set's own scorer says of text ids by question id, best first: `nDCG@10`, `MRR@10`, …"""
        run = {
            question: {name: -rank for rank, name in enumerate(ranking)}
            for question, ranking in rankings.items()
        }
        scores, _ = _scorer().metrics(self.grades, run)
        return {measure: float(value) for measure, value in scores.items()}


def read_set(folder: Path) -> JudgedSet:
    """The set in `folder`; questions without a relevant text are left out."""
    texts = tuple(
        Text(entry["_id"], entry.get("title") or "", entry["text"])
        for entry in _json_lines(folder / "corpus.jsonl")
    )
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, text, grade = line.split("\t")
        grades.setdefault(question, {})[text] = int(grade)
    questions = {
        entry["_id"]: entry["text"]
        for entry in _json_lines(folder / "queries.jsonl")
        if any(grade > 0 for grade in grades.get(entry["_id"], {}).values())
    }
    return JudgedSet(folder.name, texts, questions, {name: grades[name] for name in questions})


def write_site(folder: Path, texts: Sequence[Text]) -> tuple[str, ...]:
    """One bare page a text: its title as `<title>` and nowhere else, no heading, no links, no chrome.

    Returns their file names, in the order of `texts`.
    """
    names = tuple(f"{number}.html" for number in range(1, len(texts) + 1))
    for name, text in zip(names, texts, strict=True):
        title = f"<title>{html.escape(text.title)}</title>" if text.title else ""
        (folder / name).write_text(_PAGE.format(title=title, text=html.escape(text.text)), encoding="utf-8")
    return names


def write_sitemap(folder: Path, address: str, names: Sequence[str]) -> None:
    """`sitemap.xml` of the pages, so that no page of links competes with them."""
    entries = "".join(f"<url><loc>{address}/{name}</loc></url>" for name in names)
    (folder / "sitemap.xml").write_text(
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>', encoding="utf-8"
    )


def _scorer() -> ModuleType:
    """The suite's score.py, which is no package."""
    specification = importlib.util.spec_from_file_location("suite_score", SETS / "score.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _json_lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
