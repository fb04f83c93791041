"""Characters made comparable before words are told apart: one form of each, and scripts without spaces
cut into n-grams."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

_UNSPACED: Final = re.compile(
    r"(?P<pairs>["
    r"\u2e80-\u2fdf\u3005-\u3007\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    r"\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\ua960-\ua97f\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)"  # Chinese, Japanese, Korean
    r"|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"  # Thai, Lao, Burmese, Khmer: three letters tell more
)
SIGNS: Final = r"\u0900-\u0963\u0966-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Within a regular expression's brackets: the blocks of Indic and South-East Asian scripts, whose vowel signs
are parts of words though `\\w` does not say so."""
_BEYOND_EUROPE: Final = re.compile(
    r"[\u00ad\u0300-\u036f\u0483-\u200f\u2060-\u2065\u20d0-\u20ff\u2de0-\uffff\U00010000-\U0003ffff]"
)
"""Where there is none of these there are neither marks to leave out nor unspaced scripts: quick to see."""
_WORD: Final = re.compile(r"[^\W_]")
_LAST_MARK: Final = 0x1E94A
_ASIAN_VOWELS: Final = frozenset({84, 91, 103, 118, 129, 130, 132})
"""Combining classes of Thai, Lao, Telugu and Tibetan vowels; the others tell tones, points, accents."""


def printable(text: str) -> str:
    """`text` without what UTF-8 cannot carry (lone surrogates)."""
    return text.encode("utf-8", "replace").decode("utf-8")


def comparable(text: str) -> str:
    """`text` in Unicode's form NFKC (digits and letters of full width become ordinary ones), without soft
    hyphens, joiners, tone marks and vowel points."""
    if text.isascii():
        return text
    normal = unicodedata.normalize("NFKC", printable(text))
    return _marks().sub("", normal) if _BEYOND_EUROPE.search(normal) else normal


def with_grams(text: str) -> str:
    """`text` with every run of an unspaced script as the grams that begin at each of its characters: pairs,
    where words are two characters long, else triples. "東京都" becomes "東京 京都 都"."""
    return text if _is_spaced(text) else _UNSPACED.sub(_all_grams, text)


def with_whole_grams(text: str) -> str:
    """The same for a question: only grams of full length, but a run that is shorter than one stays."""
    return text if _is_spaced(text) else _UNSPACED.sub(_whole_grams, text)


def with_phrase_grams(text: str) -> str:
    """The same for a phrase: its last run may go on in the text, the others end there as they do here."""
    if _is_spaced(text):
        return text
    return _UNSPACED.sub(
        lambda run: (_all_grams if _WORD.search(text, run.end()) else _whole_grams)(run), text
    )


def without_unspaced(text: str) -> str:
    """What remains where runs of unspaced scripts are left out."""
    return text if _is_spaced(text) else _UNSPACED.sub(" ", text)


def short_runs(text: str) -> tuple[str, ...]:
    """The runs of unspaced scripts that are shorter than a gram: "猫" stands at the beginning of grams."""
    if _is_spaced(text):
        return ()
    runs = (match for match in _UNSPACED.finditer(text) if len(match[0]) < _length(match))
    return tuple(dict.fromkeys(match[0] for match in runs))


def _is_spaced(text: str) -> bool:
    return text.isascii() or not _BEYOND_EUROPE.search(text)


def _length(run: re.Match[str]) -> int:
    return 2 if run["pairs"] else 3


def _all_grams(run: re.Match[str]) -> str:
    letters, length = run[0], _length(run)
    grams = (letters[start : start + length] for start in range(len(letters)))
    return f" {' '.join(grams)} "


def _whole_grams(run: re.Match[str]) -> str:
    letters, length = run[0], _length(run)
    starts = range(max(1, len(letters) - length + 1))
    return f" {' '.join(letters[start : start + length] for start in starts)} "


@cache
def _marks() -> re.Pattern[str]:
    """What `comparable` leaves out; made when the first text needs it, for it asks for every character."""
    marks = (chr(code) for code in range(0x300, _LAST_MARK + 1) if _is_mark(chr(code)))
    return re.compile(f"[\\u00ad\\u200c\\u200d\\u2060\\ufeff{''.join(_ranges(marks))}]+")


def _is_mark(character: str) -> bool:
    kind = unicodedata.combining(character)
    return kind > 0 and kind not in _ASIAN_VOWELS


def _ranges(characters: Iterable[str]) -> Iterator[str]:
    """Regular expression ranges of ascending characters."""
    codes = [ord(character) for character in characters]
    starts = [code for before, code in zip([-2, *codes], codes, strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if after != code + 1]
    return (f"{chr(first)}-{chr(last)}" for first, last in zip(starts, ends, strict=True))
