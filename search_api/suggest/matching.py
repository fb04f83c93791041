"""Where the words that someone typed, the last one perhaps half, stand in a text."""

from __future__ import annotations

from collections.abc import Sequence

from search_api.query.highlight import Span
from search_api.query.words import WORD, fold, is_unspaced


def typed_words(typed: str) -> list[str]:
    """The words of a text, in order."""
    return WORD.findall(typed)


def matched(text: str, typed: Sequence[str]) -> tuple[Span, ...] | None:
    """The beginnings of words of `text` that `typed` words are, in their order in the text; None where one of
    them begins no word. Capitals and accents make no difference."""
    spans: list[Span] = []
    words = [(match.start(), match.group()) for match in WORD.finditer(text)]
    for each in typed:
        wanted = fold(each)
        place = next(
            (
                (start, word)
                for start, word in words
                if fold(word).startswith(wanted) and start not in {span.start for span in spans}
            ),
            None,
        )
        if place is not None:
            start, word = place
            spans.append(Span(start, start + min(len(each), len(word))))
        elif is_unspaced(each) and (start := text.find(each)) >= 0:
            spans.append(Span(start, start + len(each)))
        else:
            return None
    return tuple(sorted(spans, key=lambda span: span.start))
