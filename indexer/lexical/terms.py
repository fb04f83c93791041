"""A question analysed into the terms of the index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from indexer.lexical.analysis import words_analyzer
from indexer.lexical.characters import comparable, short_runs, with_phrase_grams, with_whole_grams
from indexer.lexical.exact import camel_parts, forms, is_name, tokens
from indexer.lexical.languages import ENGLISH, is_function_word, question_language
from indexer.lexical.query_text import QueryText
from indexer.lexical.stop_words import content_words

MOST_TERMS: Final = 200
"""Further words of a longer question do not count."""

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stems:
    """A question's words as the documents of one language have them: in order, each once; and neighbours."""

    language: str
    stems: tuple[str, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """A question analysed.

    `stems` and neighbouring `pairs` are those of English, which serves documents without a stemmer of
    their own, too; `foreign` has what other languages make of the same words. `exact` are words and names
    as written, `joined` neighbours written as one word ("time out"), `prefixes` runs of unspaced scripts
    that are shorter than a gram.
    """

    stems: tuple[str, ...]
    exact: tuple[str, ...]
    pairs: tuple[Pair, ...]
    joined: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    foreign: tuple[Stems, ...] = ()


def analyse(text: QueryText, languages: Collection[str] = ()) -> Terms:
    """The terms to look for in an index whose documents are in `languages` (besides English).

    Function words of the question's language drop out unless nothing else is left.
    """
    text = replace(text, natural=comparable(text.natural))
    spoken = question_language(text.words, languages)
    content = content_words(text.words, spoken)[:MOST_TERMS]
    own = _stems(content, ENGLISH)
    return Terms(
        stems=own.stems,
        exact=_exact(text.natural, content, spoken),
        pairs=own.pairs,
        joined=_joined(content, own.stems),
        prefixes=tuple(dict.fromkeys(run for word in content for run in short_runs(word))),
        foreign=tuple(
            different
            for language in languages
            if (different := _without(_stems(content, language), own)).stems or different.pairs
        ),
    )


def phrase_terms(text: str, language: str) -> list[str]:
    """The terms of a phrase as documents in `language` have them, in order."""
    return words_analyzer(language).analyze(with_phrase_grams(comparable(text)))[:MOST_TERMS]


def _stems(content: Sequence[str], language: str) -> Stems:
    analyse_words = words_analyzer(language).analyze
    sequence = analyse_words(with_whole_grams(" ".join(content)))[:MOST_TERMS]
    parts = (part for word in content for part in camel_parts(word) if not is_function_word(part, language))
    stems = dict.fromkeys([*sequence, *(stem for part in parts for stem in analyse_words(part))])
    pairs = dict.fromkeys(pair for pair in pairwise(sequence) if pair[0] != pair[1])
    return Stems(language, tuple(stems), tuple(pairs))


def _without(stems: Stems, known: Stems) -> Stems:
    return Stems(
        stems.language,
        tuple(stem for stem in stems.stems if stem not in known.stems),
        tuple(pair for pair in stems.pairs if pair not in known.pairs),
    )


def _exact(natural: str, content: Iterable[str], language: str) -> tuple[str, ...]:
    """Content words, and names even where their words are function words, in lower case."""
    kept = {word.lower() for word in content}
    wanted = (
        form
        for token in tokens(natural)
        if token.lower() in kept or (is_name(token) and not is_function_word(token, language))
        for form in forms(token)
    )
    return tuple(dict.fromkeys(wanted))[:MOST_TERMS]


def _joined(content: Sequence[str], stems: Collection[str]) -> tuple[str, ...]:
    words = (
        f"{first}{second}" for first, second in pairwise(content) if first.isascii() and second.isascii()
    )
    joined = dict.fromkeys(stem for word in words for stem in words_analyzer().analyze(word))
    return tuple(stem for stem in joined if stem not in stems)
