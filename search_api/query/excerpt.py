"""The part of a passage that is shown: the window at sentence borders that says most of what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from search_api.query.highlight import Match, Span, find_matches, highlight

EXCERPT_CHARACTERS: Final = 290
"""Two to three lines on the page; Kendra shows up to 300."""

_SENTENCE_END: Final = re.compile(
    r"""[.!?…]["'”’»)\]]*\s+(?=["'“„«(\[]?[^\W_a-z])  # a stop, then something that is not lower case
      | [。！？]+                                        # a full stop of Chinese and Japanese needs no space
      | \s*\n\s*                                       # a block's end""",
    re.VERBOSE,
)
_WHITESPACE: Final = re.compile(r"\s+")
_ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of a passage. `highlights` count code points of `text`; `start` is where the excerpt
    begins in the passage."""

    text: str
    highlights: tuple[Span, ...]
    start: int


def make_excerpt(
    passage: str, terms: Iterable[str], language: str | None = None, width: int = EXCERPT_CHARACTERS
) -> Excerpt:
    """The best window of at most `width` characters (an ellipsis at each cut comes on top).

    A window of whole sentences wins by the number of distinct words of the question in it, then by all
    their occurrences, then by standing earlier. A sentence longer than `width` is cut between words.
    """
    terms = tuple(terms)
    matches = find_matches(passage, terms, language)
    sentences = split_sentences(passage)
    if not sentences:
        return Excerpt("", (), 0)
    window = _best(_windows(passage, sentences, matches, width), matches)
    text = _WHITESPACE.sub(" ", passage[window.start : window.end])
    if all(window.start != sentence.start for sentence in sentences):
        text = f"{_ELLIPSIS} {text}"
    if all(window.end != sentence.end for sentence in sentences):
        text = f"{text} {_ELLIPSIS}"
    return Excerpt(text, highlight(text, terms, language), window.start)


def split_sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text, without the white space between them. Never empty spans."""
    return tuple(sentences_from(text))


def sentences_from(text: str, start: int = 0) -> Iterator[Span]:
    """The sentences from an offset on, one by one: the first may be all that is wanted."""
    for border in chain((match.end() for match in _SENTENCE_END.finditer(text, start)), (len(text),)):
        piece = text[start:border]
        if stripped := piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            yield Span(begin, begin + len(stripped))
        start = border


def _windows(passage: str, sentences: Sequence[Span], matches: Sequence[Match], width: int) -> Iterator[Span]:
    """Each run of sentences that fits, as long as possible; a sentence too long yields a piece of itself."""
    for first, sentence in enumerate(sentences):
        if sentence.end - sentence.start > width:
            yield _cut(passage, sentence, matches, width)
            continue
        end = sentence.end
        for following in sentences[first + 1 :]:
            if following.end - sentence.start > width:
                break
            end = following.end
        yield Span(sentence.start, end)


def _cut(passage: str, sentence: Span, matches: Sequence[Match], width: int) -> Span:
    """The piece of a long sentence that begins a little before its densest group of matches."""
    inside = [match.span for match in matches if sentence.start <= match.span.start < sentence.end]
    lead = width // 5
    starts = [max(sentence.start, min(span.start - lead, sentence.end - width)) for span in inside]
    start = max(
        [sentence.start, *starts],
        key=lambda begin: (sum(begin <= span.start and span.end <= begin + width for span in inside), -begin),
    )
    return _at_words(passage, sentence, start, start + width)


def _at_words(passage: str, sentence: Span, start: int, end: int) -> Span:
    """The range shrunk to whole words, unless a single word is longer than it."""
    end = min(end, sentence.end)
    if start > sentence.start and (space := passage.find(" ", start, end)) >= 0:
        start = space + 1
    if end < sentence.end and (space := passage.rfind(" ", start, end)) > start:
        end = space
    return Span(start, end)


def _best(windows: Iterable[Span], matches: Sequence[Match]) -> Span:
    def worth(window: Span) -> tuple[int, int, int]:
        found = [m.stem for m in matches if window.start <= m.span.start and m.span.end <= window.end]
        return len(set(found)), len(found), -window.start

    return max(windows, key=worth)
