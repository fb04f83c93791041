"""What may stand of a written answer: sentences that the passages which they cite say, too.

A sentence is taken to be said by a passage when most of its words and all of its numbers stand there. That is
strict towards free paraphrase and blind to a wrong relation between the right words; it refuses what was made
up, which is what readers cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from search_api.ask.passages import NumberedPassage
from search_api.query.excerpt import split_sentences
from search_api.query.words import WORD, stem, stemmer_of, telling_words

LEAST_SAID: Final = 0.5
"""The share of a sentence's telling words that its passages must have."""
_CITED: Final = re.compile(r"\s*[\[【](\d{1,3}(?:\s*[,;]\s*\d{1,3})*)[^\]】\d]*[\]】]")
_AFTER_STOP: Final = re.compile(rf"([.!?])((?:{_CITED.pattern})+)")
_UNKNOWING: Final = re.compile(r"\bI (?:do not|don[’']t) know\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """`text` with its citations as `[1]`; empty where nothing holds. `cited` are the passages, as numbered;
    `dropped` counts the sentences that no passage says."""

    text: str = ""
    cited: tuple[int, ...] = ()
    dropped: int = 0


def checked(written: str, passages: Sequence[NumberedPassage]) -> CheckedAnswer:
    """What holds of an answer."""
    if _UNKNOWING.search(written):
        return CheckedAnswer()
    written = _AFTER_STOP.sub(lambda match: match[2] + match[1], written.strip())
    said = {
        passage.number: _stems(f"{passage.title} {passage.heading} {passage.text}") for passage in passages
    }
    pieces: list[str] = []
    cited: dict[int, None] = {}
    dropped = end = 0
    for span in split_sentences(written):
        gap, end_before = written[end : span.start], end
        end = span.end
        sentence = written[span.start : span.end]
        numbers = _support(sentence, said)
        if not numbers:
            dropped += 1
            continue
        cited.update(dict.fromkeys(numbers))
        pieces += [gap if pieces and end_before else "", _with_citations(sentence, numbers)]
    return CheckedAnswer("".join(pieces), tuple(cited), dropped)


def _support(sentence: str, said: Mapping[int, frozenset[str]]) -> tuple[int, ...]:
    """The passages that a sentence may cite: those that it does, if they say it together; without one, the
    one that says most of it."""
    bare = _CITED.sub("", sentence)
    wanted = _stems(bare)
    if not wanted:
        return ()
    own = tuple(dict.fromkeys(number for number in _numbers(sentence) if number in said))
    if own:
        together = frozenset().union(*(said[number] for number in own))
        return own if _is_said(wanted, together) else ()
    best = max(said, key=lambda number: len(wanted & said[number]), default=None)
    return (best,) if best is not None and _is_said(wanted, said[best]) else ()


def _is_said(wanted: frozenset[str], passage: frozenset[str]) -> bool:
    figures = {word for word in wanted if word[0].isdigit()}
    return figures <= passage and len(wanted & passage) >= LEAST_SAID * len(wanted)


def _stems(text: str) -> frozenset[str]:
    """Those of the telling words, by the English stemmer: one rule for both sides is what matters."""
    stemmer = stemmer_of(None)
    return frozenset(stem(word, stemmer) for word in telling_words(WORD.findall(text), stemmer))


def _numbers(sentence: str) -> Iterator[int]:
    for match in _CITED.finditer(sentence):
        yield from map(int, re.findall(r"\d+", match[1]))


def _with_citations(sentence: str, numbers: Sequence[int]) -> str:
    """The sentence with these citations, before its full stop."""
    bare = _CITED.sub("", sentence)
    body = bare.rstrip(".!?")
    return f"{body} {''.join(f'[{number}]' for number in numbers)}{bare[len(body) :]}"
