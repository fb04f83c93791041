"""Words and names as they are written: `max_connections`, `err-1234`, `std::vector`, `c++`, `.net`, `café`.

They stand beside the stems, so that what is asked for exactly ranks above what is only akin to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from indexer.lexical.analysis import LONGEST_TERM
from indexer.lexical.characters import without_unspaced
from indexer.lexical.languages import is_function_word

_TOKEN: Final = re.compile(r"(?:(?<![\w.])\.)?\w+(?:(?:::|->|[._:/+\-@&])\w+)*(?:\+\+|\#)?")
"""An inner `_`, `-`, `.`, `:`, `/`, `+`, `@`, `&`, `::` or `->` does not part a name, nor do a dot before it
and `++` or `#` after it."""
_COMPONENT: Final = re.compile(r"::|->|[./:+@&]")
_HUMP: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_CAMEL: Final = re.compile(r"(?<![A-Za-z0-9])[a-z]{2}[a-z0-9]*[A-Z]|[A-Z]+[a-z0-9]+[A-Z]+[a-z0-9]+[A-Z]")
_VERSION: Final = re.compile(r"v?\d+\.\d+(?=\.\d+$)")
_PLAIN: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class ExactTerms:
    """The exact terms of a text, each once, and the words that its camel-case names are made of."""

    terms: frozenset[str]
    parts: tuple[str, ...]


def exact_terms(text: str, language: str) -> ExactTerms:
    """Those of `text` (already `comparable`) in a language of `STEMMERS`.

    Function words are left out.
    """
    terms: set[str] = set()
    parts: list[str] = []
    for written in set(without_unspaced(text).split()):
        made = _terms(written, language)
        terms.update(made.terms)
        parts.extend(made.parts)
    return ExactTerms(frozenset(terms), tuple(dict.fromkeys(parts)))


def tokens(text: str) -> list[str]:
    """The words and names of `text` in order, as written."""
    return _TOKEN.findall(without_unspaced(text))


def is_name(token: str) -> bool:
    """Whether `token` is more than a word: it has inner or attached punctuation."""
    return _PLAIN.fullmatch(token) is None


@lru_cache(maxsize=1 << 16)
def _terms(written: str, language: str) -> ExactTerms:
    """The terms of one stretch without spaces; most stretches come again and again."""
    terms: list[str] = []
    parts: list[str] = []
    for token in _TOKEN.findall(written):
        if len(token) > LONGEST_TERM or is_function_word(token, language):
            continue
        terms += forms(token)
        parts += camel_parts(token)
    return ExactTerms(frozenset(terms), tuple(parts))


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
    return _HUMP.findall(token) if _CAMEL.search(token) else ()
