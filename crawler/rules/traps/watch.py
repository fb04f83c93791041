"""Watches which patterns of addresses still lead to anything new, and refuses those that are endless.

A page has news when it says something that pages of its pattern have not said, or leads to addresses of other
patterns that say something (or of which nothing is known yet). Links between two patterns that both say
nothing are no news: a session's address leads from one to the other for ever. Pure: no clock, no I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from catalog.traps import TrapRecord
from catalog.visit import Discovery, Visit
from catalog.vocabulary import ALLOWED, Decision, Reason, refused
from crawler.recently_seen import RecentlySeen
from crawler.rules.filters import PatternList
from crawler.rules.traps.looks import Key, Looks, looks_of
from crawler.rules.traps.tally import Share, Tally

MOST_PATTERNS: Final = 1_000
"""Patterns that are watched at a time, at most 8 KB each; of more, that met longest ago is forgotten, unless
it is a trap."""

_MOST_LINKS: Final = 200
"""New links of a page without news that are looked at."""
LINKS_REMEMBERED: Final = 20_000
"""Links that are known again, some 100 bytes each."""

_STEP: Final = 5
"""Pages without news after which a pattern's tally is written down: a kill forgets no more of them."""
_NO_EXCEPTIONS: Final = PatternList("scope.trap_exceptions", ())


class TrapWatch:
    """Of one connector; `records` are what earlier runs found out, `exceptions` are never refused."""

    def __init__(self, records: Iterable[TrapRecord] = (), exceptions: PatternList = _NO_EXCEPTIONS) -> None:
        self._exceptions = exceptions
        self._tallies = {(record.host, record.pattern): Tally(record) for record in records}
        self._unsaved: set[Key] = set()
        # Each parser process hands a link over once; only the first counts here.
        self._met = RecentlySeen[bytes](LINKS_REMEMBERED)

    def refusal(self, url: str) -> Decision:
        """What is known of the patterns of a canonical URL: the narrowest that is a trap refuses it."""
        looks = looks_of(url)
        if looks.repeated is None and not self._traps_of(looks):
            return ALLOWED
        if len(self._exceptions) and self._exceptions.first_match(url, on_timeout=False) is not None:
            return ALLOWED
        if looks.repeated is not None:
            return refused(Reason.TRAP, f"the path repeats {looks.repeated} three times")
        pattern, tally = self._traps_of(looks)[0]
        return refused(
            Reason.TRAP, f"pattern {pattern}: of its {tally.pages:,} pages the last ones say nothing new"
        )

    def may_begin(self, url: str) -> Decision:
        """Whether to ask for a URL; of a trap that an earlier run found a few are let through."""
        decision = self.refusal(url)
        if decision.allowed:
            return decision
        traps = [tally for _, tally in self._traps_of(looks_of(url))]
        if not traps or not all(tally.checks_left for tally in traps):
            return decision
        for tally in traps:
            tally.checks_left -= 1
        return ALLOWED

    def has_to_wait(self, url: str) -> bool:
        """Whether pages like this one that are under way should be seen first."""
        for key in looks_of(url).keys:
            tally = self._tallies.get(key)
            if tally is not None and tally.has_to_wait:
                return True
        return False

    def begun(self, url: str) -> None:
        """A URL is asked for, until `ended`."""
        for key in looks_of(url).keys:
            self._tally(key).under_way += 1

    def ended(self, url: str) -> None:
        """What a URL came to is known, whatever it is."""
        for key in looks_of(url).keys:
            if (tally := self._tallies.get(key)) is not None:
                tally.under_way = max(0, tally.under_way - 1)

    def note(self, url: str, visit: Visit) -> Decision:
        """Take in what a page said and where it leads; refuse a page of a trap that has no news.

        A visit that read nothing says nothing of traps.
        """
        looks = looks_of(url)
        tallies = {key: self._tally(key) for key in looks.keys}
        for tally in tallies.values():
            tally.answers += 1
        if visit.said is None:
            return ALLOWED
        suspect = looks.is_suspect
        said = {key: _is_news(each.seen.add(visit.said), suspect) for key, each in tallies.items()}
        found = self._new_links(visit.discoveries)
        links = [] if all(said.values()) else [looks_of(link).keys for link in found[:_MOST_LINKS]]
        for key, tally in tallies.items():
            was_trap = tally.is_trap
            leading = sum(key not in keys and self._leads_somewhere(keys) for keys in links)
            tally.take(said=said[key], leads_on=leading > 0, bred=len(links) - leading, is_suspect=suspect)
            if tally.is_trap != was_trap or abs(tally.score - tally.saved_score) >= _STEP:
                self._unsaved.add(key)
        return ALLOWED if any(said.values()) else self.refusal(url)

    def changes(self) -> Sequence[TrapRecord]:
        """What is to be written down since this was last asked."""
        if not self._unsaved:
            return ()
        records = []
        for host, pattern in sorted(self._unsaved):
            if (tally := self._tallies.get((host, pattern))) is not None:
                tally.saved_score = tally.score
                records.append(tally.record(host, pattern))
        self._unsaved.clear()
        return records

    def _new_links(self, found: Iterable[Discovery]) -> list[str]:
        """The addresses that a page is the first to lead to."""
        links = []
        for discovery in found:
            if discovery.decision.allowed and discovery.key not in self._met:
                self._met.add(discovery.key)
                links.append(discovery.url)
        return links

    def _leads_somewhere(self, keys: Iterable[Key]) -> bool:
        """Whether a new address of these patterns is worth something, as far as is known."""
        tallies = (self._tallies.get(key) for key in keys)
        return all(tally is None or tally.leads_somewhere for tally in tallies)

    def _traps_of(self, looks: Looks) -> list[tuple[str, Tally]]:
        """The traps that an address is in; a broad pattern is none for a narrow one that has news."""
        narrowest = self._tallies.get(looks.keys[0])
        if narrowest is not None and narrowest.is_tried and not narrowest.is_trap and not narrowest.score:
            return []
        found = ((key[1], self._tallies.get(key)) for key in looks.keys)
        return [(pattern, tally) for pattern, tally in found if tally is not None and tally.is_trap]

    def _tally(self, key: Key) -> Tally:
        """The tally of a pattern, from now on the one that was met last."""
        tally = self._tallies.pop(key, None) or Tally()
        self._tallies[key] = tally
        if len(self._tallies) > MOST_PATTERNS:
            self._forget_oldest()
        return tally

    def _forget_oldest(self) -> None:
        """Forget the pattern that was met longest ago and is no trap, or is one where all are."""
        for _ in range(MOST_PATTERNS):
            key = next(iter(self._tallies))
            if not self._tallies[key].is_trap:
                break
            self._tallies[key] = self._tallies.pop(key)
        del self._tallies[next(iter(self._tallies))]


def _is_news(share: Share, is_suspect: bool) -> bool:
    """Whether so much of a page is new that its pattern is worth its requests.

    A tenth suffices, as between near copies (`catalog.resemblance`), or two lines: in a shop the name and the
    price may stand over pages of terms. Where an address looks like a trap's it takes a fifth or three lines,
    and more than a heading.
    """
    if is_suspect:
        return share.new >= 5 and (share.new * 5 >= share.total or share.lines >= 3)
    return share.new > 0 and (share.new * 10 >= share.total or share.lines >= 2)
