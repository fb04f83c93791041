"""What an address shows of itself: the patterns that it belongs to, and signs that often mean a trap.

A path that repeats its segments three times in a row suffices to refuse it: so do Heritrix
(`PathologicalPathDecideRule`, more than two repetitions) and Nutch (`regex-urlfilter.txt`). All other signs
only say how strictly pages are compared (`crawler.rules.traps.said`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from crawler.rules.url_pattern import path_pattern

_THRICE: Final = re.compile(r"((?:/[^/]+){1,4}?)\1\1(?=/|$)")
_LETTER: Final = re.compile(r"[^\W\d_]")
_DATE_IN_PATH: Final = re.compile(r"[/_-](?:1[5-9]|2\d)\d\d[/_-]\d{1,2}(?!\d)")
_DATE_IN_QUERY: Final = re.compile(
    r"[?&;](?:[a-z_\[]*(?:date|day|month|year|week)\]?|[ymdw])=[^&]*\d"
    r"|=(?:1[5-9]|2\d)\d\d-?(?:0\d|1[0-2])(?:-?[0-3]\d)?(?![\d.])",
    re.IGNORECASE,
)

Key = tuple[str, str]
"""A host, and a pattern of its addresses."""


@dataclass(frozen=True, slots=True)
class Looks:
    """What an address shows of itself.

    `keys` are its host with each pattern that it belongs to, the narrowest first. `repeated` are the segments
    that its path has three times in a row. `is_suspect`: it names a day, a month or a year, combines
    parameters, or its path comes by one folder twice.
    """

    keys: tuple[Key, ...]
    repeated: str | None
    is_suspect: bool

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns alone."""
        return tuple(pattern for _, pattern in self.keys)


@lru_cache(maxsize=4_096)
def looks_of(url: str) -> Looks:
    """What a canonical URL shows of itself."""
    plain, mark, query = url.partition("#")[0].partition("?")
    rest = plain.partition("://")[2]
    host, slash, path = rest.partition("/")
    path = slash + path
    names = {each.partition("=")[0] for each in query.split("&")} if mark else set()
    bare, semicolon, parameters = path.partition(";")
    pattern = path_pattern(url)
    if semicolon:  # a parameter of the path, such as `;jsessionid=…`
        pattern = f"{pattern};{parameters.partition('=')[0].partition('/')[0]}"
    patterns = [pattern]
    if len(names) > 1:
        patterns.append(f"{bare}?**")
    twice, repeated = _folders_met_again(path)
    is_dated = bool(_DATE_IN_PATH.search(path) or (mark and _DATE_IN_QUERY.search(mark + query)))
    if twice is not None:
        patterns.append(f"/**/{twice}/**/{twice}/**")
    return Looks(
        tuple((host, pattern) for pattern in patterns),
        repeated,
        is_suspect=is_dated or len(patterns) > 1,
    )


def _folders_met_again(path: str) -> tuple[str | None, str | None]:
    """A folder that a path comes by twice, if any, and the segments that it has three times in a row.

    Numbers count for neither: ``/2011/11/11/11/`` is a day's hour.
    """
    segments = [segment for segment in path.split("/") if segment]
    if len(set(segments)) == len(segments):
        return None, None
    again = {segment for segment, number in Counter(segments).items() if number > 1}
    twice = min((each for each in again if _LETTER.search(each)), default=None)
    if twice is None or len(segments) < 3:
        return twice, None
    found = _THRICE.search(path)
    return twice, found[1] if found and _LETTER.search(found[1]) else None
