"""How the pages of one pattern fared: what they have said so far, and for how long nothing was new.

The score is a cumulative sum (Page, 1954): a page without news counts one, a page that says something new
takes four back, one that leads to something new takes two; it never falls below nothing. So a pattern of
which more than a fifth says something new never gets near being a trap, however many pages it has; one that
has ceased to say anything is found whatever it said before.
"""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

from catalog.traps import TrapRecord
from crawler.rules.traps.said import SIZE_BITS, unpacked

MOST_FRUITLESS: Final = 20
"""The score from which on a pattern that keeps breeding addresses is a trap."""

MOST_UNDER_WAY: Final = 28
"""A doubtful pattern's score and its pages under way together: so no more than 50 pages are spent on one."""

_NEWS: Final = 4
_NEWS_ELSEWHERE: Final = 2
_TRIED: Final = 8
"""Pages of a pattern after which it is known whether they say something."""
_SLOTS: Final = 1 << 15
_FULL: Final = _SLOTS // 4
_SIZE: Final = (1 << SIZE_BITS) - 1
_LAST_BYTE: Final = _SLOTS // 8 - 1
_CHECKS: Final = 3
"""Pages of a known trap that each later run looks at, to see whether it still is one."""


class Share(NamedTuple):
    """How much of a page is new: so many lines, and their length beside that of all, in units of four
    characters."""

    lines: int
    new: int
    total: int


class Seen:
    """The lines that pages of a pattern have said: a few thousand of the latest, in 8 KB at most.

    One bit a line, in two generations: when the younger one is a quarter full the older one is forgotten.
    """

    __slots__ = ("_count", "_new", "_old")

    def __init__(self, packed: bytes | None = None) -> None:
        """`packed` is what `pack` made."""
        bits = bytearray(zlib.decompress(packed) if packed else _SLOTS // 8)
        self._new = bits[: _SLOTS // 8]
        self._old = bits[_SLOTS // 8 :] or None
        self._count = int.from_bytes(self._new, "little").bit_count()

    def add(self, said: bytes) -> Share:
        """Take in the lines of a page; return how much of it was new."""
        young, old = self._new, self._old
        lines = known = new = total = 0
        for number in unpacked(said):
            size = number & _SIZE
            total += size
            byte, bit = number >> SIZE_BITS + 3 & _LAST_BYTE, 1 << (number >> SIZE_BITS & 7)
            if young[byte] & bit:
                continue
            young[byte] |= bit
            if old is not None and old[byte] & bit:
                known += 1
            else:
                new += size
                lines += 1
        self._count += lines + known
        if self._count > _FULL:
            self._new, self._old, self._count = bytearray(_SLOTS // 8), self._new, 0
        return Share(lines, new, total)

    def pack(self) -> bytes:
        """The bits, compressed."""
        return zlib.compress(bytes(self._new + (self._old or b"")))


class Tally:
    """One pattern of a host; `record` is what an earlier run knew of it."""

    __slots__ = (
        "_checked",
        "_passed",
        "answers",
        "bred",
        "breeding",
        "checks_left",
        "fruitless",
        "is_trap",
        "pages",
        "quiet",
        "saved_score",
        "score",
        "seen",
        "under_way",
    )

    def __init__(self, record: TrapRecord | None = None) -> None:
        self.pages = 0 if record is None else record.pages
        self.score = self.saved_score = 0 if record is None else record.score
        self.is_trap = record is not None and record.is_trap
        self.seen = Seen(None if record is None else record.seen)
        self.quiet = 0  # pages since one that said something itself
        self.under_way = 0  # addresses that are asked for
        self.answers = 0  # whatever they came to
        self.checks_left = _CHECKS if self.is_trap else 0
        self._checked = self._passed = 0
        # Since the score was nothing: pages without news, those that led to more of the pattern, how many.
        self.fruitless = 0 if record is None else record.fruitless
        self.breeding = 0 if record is None else record.breeding
        self.bred = 0 if record is None else record.bred

    @property
    def is_tried(self) -> bool:
        """Whether enough of its pages were seen to tell."""
        return self.pages >= _TRIED

    @property
    def leads_somewhere(self) -> bool:
        """Whether a new address of this pattern is worth something, as far as is known."""
        return not self.is_trap and (not self.is_tried or self.quiet < _TRIED)

    @property
    def has_to_wait(self) -> bool:
        """Whether so many of its pages are under way that their news should come first."""
        if self.is_trap:  # that may be released by what is looked at now
            return not self.checks_left and self._checked < _CHECKS and self.under_way > 0
        is_doubtful = self.score > 0 or self.answers < _TRIED
        return is_doubtful and self.score + self.under_way >= MOST_UNDER_WAY

    def take(self, *, said: bool, leads_on: bool, bred: int, is_suspect: bool) -> None:
        """Take in a page: whether it said something new, or led to something else, and to how many new
        addresses of the pattern, or of others that say nothing, it led."""
        if self.is_trap:
            self._check(said or leads_on)
            return
        self.pages += 1
        self.quiet = 0 if said else self.quiet + 1
        if said or leads_on:
            self.score = max(0, self.score - (_NEWS if said else _NEWS_ELSEWHERE))
            if not self.score:
                self.fruitless = self.bred = self.breeding = 0
        else:
            self.score = min(MOST_FRUITLESS, self.score + 1)
            self.fruitless += 1
            self.bred += bred
            self.breeding += bred > 0
            self.is_trap = self.score == MOST_FRUITLESS and self._is_endless(is_suspect)

    def _is_endless(self, is_suspect: bool) -> bool:
        """Whether pages without news keep the pattern going. A set of copies, though a large one, ends.

        Where the addresses look like a trap's each page has to bring half a new one, be it that one month
        brings all its days. Elsewhere a third of the pages has to bring any: in a manual that is there twice
        few pages lead on to all the others.
        """
        return (2 * self.bred if is_suspect else 3 * self.breeding) >= self.fruitless

    def _check(self, has_news: bool) -> None:
        self._checked += 1
        self._passed += has_news
        if self._passed > _CHECKS // 2:
            self.is_trap = False
            self.score = self.fruitless = self.bred = self.breeding = 0

    def record(self, host: str, pattern: str) -> TrapRecord:
        """What is kept of it."""
        return TrapRecord(
            host=host,
            pattern=pattern,
            pages=self.pages,
            score=self.score,
            fruitless=self.fruitless,
            breeding=self.breeding,
            bred=self.bred,
            is_trap=self.is_trap,
            seen=self.seen.pack(),
        )
