"""What the reader learns from: questions with a few sentences of a paragraph, and the answers in them.

Beside what people asked there are made-up questions. A name, a number or a word of opposites that is
exchanged makes a question that the sentences no longer answer, as most of SQuAD 2.0's are made (Rajpurkar et
al. 2018, arXiv 1806.03822, table 2). A sentence without one of its names asks for it (Lewis et al. 2019,
arXiv 1906.04980): the model warms up on these.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tokenizers import Tokenizer

from benchmarks.answer_sets import AnswerQuestion, Part
from search_api.query.excerpt import split_sentences

WINDOWS: Final = (48, 64, 64, 96, 128)
"""Tokens of text; drawn for each example, so that the reader gets used to all."""
MOST_QUESTION_TOKENS: Final = 40
SWAPPED: Final = 0.5
"""The share of answerable questions that also come with something exchanged."""
ELSEWHERE: Final = 0.15
"""The share that also come with another paragraph of the article."""
UNANSWERABLE: Final = 1.5
"""How often an unanswerable question comes, on average, each time with other sentences."""

_WORD: Final = re.compile(r"[^\W_]+")
_FUNCTION_WORDS: Final = """
the a an of in on at by for from to and or is are was were be been did do does what which who whom whose when
where why how many much that this these those it its as with had has have not
"""
_PASSED_OVER: Final = frozenset(_FUNCTION_WORDS.split())
_NAME: Final = re.compile(r"\b\d[\d,.]*\b|(?<!^)(?<![.?!] )\b[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")
_GAP: Final = re.compile(r"\b\d[\d,.]*\d\b|\b[A-Z][\w'-]+(?: (?:of |the )?[A-Z][\w'-]+)*")
_FOR_NUMBERS: Final = ("what", "how many", "when", "what year")
_FOR_NAMES: Final = ("what", "who", "which", "where")
_OPPOSITES: Final = """
first last|largest smallest|before after|increase decrease|increased decreased|more less|most least|
north south|east west|northern southern|eastern western|above below|high low|higher lower|highest lowest|
early late|earlier later|earliest latest|old new|oldest newest|start end|started ended|began stopped|
maximum minimum|large small|larger smaller|
best worst|better worse|long short|longest shortest|rich poor|positive negative|
public private|male female|men women|allowed forbidden|accepted rejected|win lose|won lost|strong weak|
inside outside|internal external|major minor|majority minority|older younger|always never|support oppose|
supported opposed|modern ancient|import export|bought sold|left right|winter summer|father mother|
son daughter|brother sister|king queen|common rare|easy difficult|simple complex|open closed|opened closed|
hot cold|wet dry|agree disagree|created destroyed|gained lost|included excluded|joined left|same different|
upper lower|top bottom|urban rural|success failure|likely unlikely|can cannot|is isn't|was wasn't|did didn't|
does doesn't|are aren't|were weren't|has hasn't|had hadn't
"""
_OPPOSITE: Final[Mapping[str, str]] = {
    one: other
    for pair in _OPPOSITES.replace("\n", "").split("|")
    for one, other in (pair.split(), pair.split()[::-1])
}


@dataclass(frozen=True, slots=True)
class Example:
    """Token ids of question and text with special tokens; the text begins at `begin` and has `length` tokens.
    `spans` are the first and last tokens of the answers, counted in the text; none: it has no answer."""

    ids: tuple[int, ...]
    begin: int
    length: int
    spans: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    tokens: int
    stems: frozenset[str]


class ExampleMaker:
    """Makes examples from the questions and paragraphs of articles that are `Part.LEARNED`."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        paragraphs: Mapping[str, Mapping[str, str]],
        questions: Iterable[AnswerQuestion],
    ) -> None:
        self._tokenizer: Final = tokenizer
        self._first, self._parting = tokenizer.encode("").ids
        self._questions: Final = [each for each in questions if each.part is Part.LEARNED]
        titles = {question.title for question in self._questions}
        self._paragraphs: Final = {name: each for name, each in paragraphs.items() if each["title"] in titles}
        self._sentences: Final = {name: self._parted(each["text"]) for name, each in self._paragraphs.items()}
        self._of_title: Final[dict[str, list[str]]] = defaultdict(list)
        self._names: Final[dict[tuple[str, bool], Counter[str]]] = defaultdict(Counter)
        for name, paragraph in self._paragraphs.items():
            self._of_title[paragraph["title"]].append(name)
            for found in _NAME.finditer(paragraph["text"]):
                word = found.group().rstrip(".,")
                self._names[paragraph["title"], word[:1].isdigit()][word] += 1
        holding = Counter(
            stem for each in self._sentences.values() for stem in frozenset().union(*(s.stems for s in each))
        )
        self._worth: Final = {
            stem: math.log(len(self._paragraphs) / (1 + count)) + 0.5 for stem, count in holding.items()
        }

    def asked(self, seed: int) -> list[Example]:
        """One pass through the questions, in any order, with those that are made of them."""
        drawing = random.Random(seed)
        made: list[Example] = []
        for question in self._questions:
            if not question.answers:
                times = int(UNANSWERABLE) + (drawing.random() < UNANSWERABLE % 1)
                made += [self._example(question, drawing) for _ in range(times)]
                continue
            made.append(self._with_answer(question, drawing))
            if drawing.random() < SWAPPED and (other := self._swapped(question, drawing)):
                made.append(self._example(other, drawing))
            if drawing.random() < ELSEWHERE:
                others = [name for name in self._of_title[question.title] if name != question.paragraph_id]
                if others:
                    elsewhere = replace(question, paragraph_id=drawing.choice(others), answers=())
                    made.append(self._example(elsewhere, drawing))
        drawing.shuffle(made)
        return made

    def gaps(self, seed: int, count: int) -> list[Example]:
        """Sentences that ask for one of their names; a third of them with something exchanged."""
        drawing = random.Random(seed)
        names = list(self._paragraphs)
        made: list[Example] = []
        while len(made) < count:
            question = self._gap(drawing.choice(names), drawing)
            if question is not None and drawing.random() < 0.35:
                question = self._swapped(question, drawing)
            if question is not None:
                made.append(self._example(question, drawing))
        return made

    def _gap(self, name: str, drawing: random.Random) -> AnswerQuestion | None:
        paragraph = self._paragraphs[name]
        sentence = drawing.choice(self._sentences[name])
        text = paragraph["text"][sentence.start : sentence.end]
        found = [each for each in _GAP.finditer(text) if each.start() > 0]
        if not found or len(text.split()) < 6:
            return None
        gap = drawing.choice(found)
        is_number = gap.group()[0].isdigit()
        asking = drawing.choice(_FOR_NUMBERS if is_number else _FOR_NAMES)
        before = text[: gap.start()].split()[-drawing.randint(3, 10) :]
        after = text[gap.end() :].split()[: drawing.randint(3, 10)]
        kept = [[word for word in side if drawing.random() > 0.2] for side in (before, after)]
        words = [asking, *kept[0], *kept[1]] if drawing.random() < 0.5 else [*kept[0], asking, *kept[1]]
        asked = " ".join(words).rstrip(".") + "?"
        if gap.group() in asked:
            return None
        return AnswerQuestion("", asked, name, paragraph["title"], (gap.group(),), Part.LEARNED)

    def _swapped(self, question: AnswerQuestion, drawing: random.Random) -> AnswerQuestion | None:
        """The question with a name, a number or an opposite exchanged; None where it has none."""
        choices: list[tuple[int, int, str]] = []
        for found in _NAME.finditer(question.text):
            name = found.group().rstrip(".,")
            others = [
                other
                for other in self._names[question.title, name[:1].isdigit()]
                if other.lower() not in name.lower() and name.lower() not in other.lower()
            ]
            if others:
                choices.append((found.start(), found.start() + len(name), drawing.choice(others)))
        choices += [
            (found.start(), found.end(), _OPPOSITE[found.group().lower()])
            for found in _WORD.finditer(question.text)
            if found.group().lower() in _OPPOSITE
        ]
        if not choices:
            return None
        start, end, other = drawing.choice(choices)
        return replace(question, text=question.text[:start] + other + question.text[end:], answers=())

    def _with_answer(self, question: AnswerQuestion, drawing: random.Random) -> Example:
        """With the sentences that retrieval would choose, or else with some that have an answer."""
        room = drawing.choice(WINDOWS)
        made = self._example(question, drawing, room)
        text = self._paragraphs[question.paragraph_id]["text"]
        holding = [
            place
            for place, each in enumerate(self._sentences[question.paragraph_id])
            if any(answer in text[each.start : each.end] for answer in question.answers)
        ]
        return (
            made
            if made.spans or not holding
            else self._example(question, drawing, room, drawing.choice(holding))
        )

    def _example(
        self, question: AnswerQuestion, drawing: random.Random, room: int = 0, around: int | None = None
    ) -> Example:
        room = room or drawing.choice(WINDOWS)
        start, end = self._window(question, room, around)
        text = self._paragraphs[question.paragraph_id]["text"][start:end]
        asked = self._tokenizer.encode(question.text, add_special_tokens=False).ids[:MOST_QUESTION_TOKENS]
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        tokens, places = encoded.ids[: room + 46], encoded.offsets[: room + 46]
        ids = (self._first, *asked, self._parting, *tokens, self._parting)
        return Example(ids, len(asked) + 2, len(tokens), _spans(text, places, question.answers))

    def _window(self, question: AnswerQuestion, room: int, around: int | None) -> tuple[int, int]:
        """The sentence that says most of what is asked (or that one), with those neighbours that fit."""
        sentences = self._sentences[question.paragraph_id]
        wanted = _stems(question.text)
        values = [sum(self._worth.get(stem, 0.0) for stem in wanted & each.stems) for each in sentences]
        first = last = max(range(len(values)), key=values.__getitem__) if around is None else around
        size = sentences[first].tokens
        while True:
            sides = [
                (values[place], place)
                for place in (first - 1, last + 1)
                if 0 <= place < len(sentences) and size + sentences[place].tokens <= room
            ]
            if not sides:
                return sentences[first].start, sentences[last].end
            _, place = max(sides)
            size += sentences[place].tokens
            first, last = min(first, place), max(last, place)

    def _parted(self, text: str) -> list[_Sentence]:
        return [
            _Sentence(
                span.start,
                span.end,
                len(self._tokenizer.encode(text[span.start : span.end], add_special_tokens=False).ids),
                _stems(text[span.start : span.end]),
            )
            for span in split_sentences(text)
        ]


def _spans(
    text: str, places: Sequence[tuple[int, int]], answers: Iterable[str]
) -> frozenset[tuple[int, int]]:
    """The first and last token of each occurrence of an answer."""
    found = set()
    for answer in answers:
        for match in re.finditer(re.escape(answer), text):
            inside = [
                n for n, (start, end) in enumerate(places) if start < match.end() and end > match.start()
            ]
            if inside:
                found.add((inside[0], inside[-1]))
    return frozenset(found)


def _stems(text: str) -> frozenset[str]:
    """Roughly: five letters of each telling word."""
    return frozenset(word.lower()[:5] for word in _WORD.findall(text) if word.lower() not in _PASSED_OVER)
