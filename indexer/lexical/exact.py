"""Words and names as they are written: `max_connections`, `err-1234`, `std::vector`, `c++`, `.net`, `café`.

They stand beside the stems, so that what is asked for exactly ranks above what is only akin to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

from indexer.lexical.analysis import LONGEST_TERM
from indexer.lexical.characters import SIGNS, without_unspaced
from indexer.lexical.languages import is_function_word

_LETTERS: Final = rf"[\w{SIGNS}]+"
_TOKEN: Final = re.compile(rf"(?:(?<![\w.])\.)?{_LETTERS}(?:(?:::|->|[._:/+\-@&]){_LETTERS})*(?:\+\+|\#)?")
"""An inner `_`, `-`, `.`, `:`, `/`, `+`, `@`, `&`, `::` or `->` does not part a name, nor do a dot before it
and `++` or `#` after it."""
_NEVER_IN_TOKENS: Final = str.maketrans(dict.fromkeys("()[]{}<,;!?\"'`=*|\\~^%$", " "))
"""What often stands around a token and never inside one: without it far fewer stretches differ."""
_COMPONENT: Final = re.compile(r"::|->|[./:+@&]")
_HUMP: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_CAMEL: Final = re.compile(r"(?<![A-Za-z0-9])[a-z]{2}[a-z0-9]*[A-Z]|[A-Z]+[a-z0-9]+[A-Z]+[a-z0-9]+[A-Z]")
_VERSION: Final = re.compile(r"v?\d+\.\d+(?=\.\d+$)")
_PLAIN: Final = re.compile(rf"(?:[^\W_]|(?!\w)[{SIGNS}])+")
_MOST_KNOWN: Final = 100_000
"""Stretches kept per language; then all are forgotten, which costs less than telling which are old."""


@dataclass(frozen=True, slots=True)
class ExactTerms:
    """The exact terms of a text, each once, and the words that its camel-case names are made of."""

    terms: frozenset[str]
    parts: tuple[str, ...]


def exact_terms(text: str, language: str) -> ExactTerms:
    """Those of `text` (already `comparable`) in a language of `STEMMERS`.

    Function words are left out.
    """
    stretches = set(without_unspaced(text).translate(_NEVER_IN_TOKENS).split())
    terms = chain.from_iterable(map(_known(language).__getitem__, stretches))
    mixed = [stretch for stretch in stretches if not stretch.islower() and _CAMEL.search(stretch)]
    parts = (part for stretch in mixed for token in _told(stretch, language) for part in camel_parts(token))
    return ExactTerms(frozenset(terms), tuple(dict.fromkeys(parts)))


def tokens(text: str) -> list[str]:
    """The words and names of `text` in order, as written."""
    return _TOKEN.findall(without_unspaced(text))


def is_name(token: str) -> bool:
    """Whether `token` is more than a word: it has inner or attached punctuation."""
    return not token.isalnum() and _PLAIN.fullmatch(token) is None


class _KnownStretches(dict[str, tuple[str, ...]]):
    """Stretches without spaces and the terms that they hold: most come again and again."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, stretch: str) -> tuple[str, ...]:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        terms = tuple(form for token in _told(stretch, self._language) for form in forms(token))
        self[stretch] = terms
        return terms


@cache
def _known(language: str) -> _KnownStretches:
    return _KnownStretches(language)


def _told(stretch: str, language: str) -> list[str]:
    """The tokens of a stretch that say something."""
    found = [stretch] if stretch.isalnum() else _TOKEN.findall(stretch)
    return [token for token in found if len(token) <= LONGEST_TERM and not is_function_word(token, language)]


def forms(token: str) -> list[str]:
    """A name in lower case, whole first, then the names that it holds: `pg_class` in `pg_catalog.pg_class`,
    `pg_hba.conf` in `/etc/pg_hba.conf`, `example.org` in `me@example.org`, `3.11` in `3.11.2`."""
    whole = token.lower()
    if not is_name(whole):
        return [whole]
    inner = [part for part in _COMPONENT.split(whole) if part and is_name(part)]
    last = [whole.rpartition(mark)[2] for mark in "/@" if mark in whole]
    version = [match[0]] if (match := _VERSION.match(whole)) else []
    return list(dict.fromkeys([whole, *last, *inner, *version]))


def camel_parts(token: str) -> Iterable[str]:
    """`get`, `User`, `By`, `Id` of `getUserById`; none of `JavaScript` or `GitHub`, which are words."""
    if token.islower() or not _CAMEL.search(token):
        return ()
    return _HUMP.findall(token)
