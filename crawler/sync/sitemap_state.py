"""What a crawl knows of its sitemaps: for which addresses each may speak, how deep it lies, what was cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from catalog.canonical_url import WebAddress
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery
from crawler.sitemaps.coverage import EVERYTHING, Coverage, own_folder, whole_host
from crawler.sitemaps.entry import Sitemap

MOST_SITEMAPS: Final = 1_000
"""Sitemaps of a connector that a run asks for, those of its indexes included."""
MOST_LEVELS: Final = 3
"""Indexes above a sitemap: sitemaps.org allows one; some sites have an index of indexes."""
MOST_BYTES: Final = 1 << 30
"""Bytes of a connector's sitemaps that a run reads, as they come from the server."""
MOST_ADDRESSES: Final = 2_000_000
"""Addresses that a run takes from a connector's sitemaps."""
MOST_WARNINGS: Final = 20


@dataclass(frozen=True, slots=True)
class ListedSitemap:
    """A sitemap that is no page of the web: a file, or an object of S3; `place` is for people."""

    place: str
    sitemap: Sitemap


@dataclass(slots=True)
class Sitemaps:
    """The sitemaps of one connector's run; the engine alone changes it.

    `configured` are those of the configuration that are asked for over the web, `listed` those that were
    read before. `discovers` says whether robots.txt files and well-known places are looked at.
    """

    configured: tuple[WebAddress, ...] = ()
    listed: tuple[ListedSitemap, ...] = ()
    discovers: bool = False
    warnings: list[str] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)  # origins whose robots.txt was asked for sitemaps
    _coverage: dict[str, Coverage] = field(default_factory=dict)
    _levels: dict[str, int] = field(default_factory=dict)
    _bytes: int = 0
    _addresses: int = 0

    def coverage(self, task: FetchTask) -> Coverage:
        """For which addresses a sitemap may speak; what the configuration names has depth 0, and may all.

        After an interruption nobody knows any more which robots.txt named it: its own host is left.
        """
        return EVERYTHING if task.depth == 0 else self._coverage.get(task.url, whole_host(task.host))

    def vouch(self, address: WebAddress, host: str) -> None:
        """A host's robots.txt, or its well-known place, names this sitemap."""
        known = self._coverage.get(address.url, own_folder(address))
        self._coverage[address.url] = known.also(whole_host(host))

    def moved(self, task: FetchTask, target: str) -> None:
        """A sitemap was redirected: what holds for it holds for the target."""
        self._coverage[target] = self.coverage(task)
        self._levels[target] = self._levels.get(task.url, 0)

    def admit(self, task: FetchTask, discoveries: Sequence[Discovery]) -> tuple[Discovery, ...]:
        """What a sitemap lists, within the caps of a run."""
        level = self._levels.get(task.url, 0) + 1
        kept, left_out = [], 0
        for item in discoveries:
            if item.found_by is not FoundBy.SITEMAP_FILE:
                kept.append(item)
            elif item.url in self._levels:
                continue  # listed twice, or an index that lists itself
            elif level > MOST_LEVELS or len(self._levels) >= MOST_SITEMAPS:
                left_out += 1
            else:
                self._levels[item.url] = level
                self._coverage[item.url] = self.coverage(task)
                kept.append(item)
        if left_out:
            self.warn(
                f"sitemap {task.url}: {left_out:,} sitemaps that it lists are left out: at most "
                f"{MOST_SITEMAPS:,} are read, at most {MOST_LEVELS} levels deep"
            )
        return self._within(task, kept)

    def admit_file(self, discoveries: Iterable[Discovery]) -> tuple[Discovery, ...]:
        """Sitemaps found outside of any other, within the cap of a run."""
        kept = []
        for item in discoveries:
            if item.url in self._levels or len(self._levels) < MOST_SITEMAPS:
                self._levels.setdefault(item.url, 0)
                kept.append(item)
        return tuple(kept)

    def spend(self, task: FetchTask, size: int) -> str | None:
        """Count the bytes of a sitemap; a sentence where it may not be read any more."""
        self._bytes += size
        if self._bytes <= MOST_BYTES and self._addresses < MOST_ADDRESSES:
            return None
        sentence = (
            f"not read: a run reads at most {MOST_BYTES:,} bytes of sitemaps and "
            f"{MOST_ADDRESSES:,} addresses of them"
        )
        self.warn(f"sitemap {task.url}: {sentence}")
        return sentence

    def warn(self, sentence: str) -> None:
        """Say something in the summary of the run."""
        if sentence not in self.warnings and len(self.warnings) <= MOST_WARNINGS:
            more = "there is more to say of the sitemaps: `crawler report` lists them"
            self.warnings.append(sentence if len(self.warnings) < MOST_WARNINGS else more)

    def _within(self, task: FetchTask, discoveries: list[Discovery]) -> tuple[Discovery, ...]:
        room = MOST_ADDRESSES - self._addresses
        self._addresses += len(discoveries)
        if len(discoveries) > room:
            self.warn(f"sitemap {task.url}: read in part, as a run takes {MOST_ADDRESSES:,} addresses")
        return tuple(discoveries[: max(0, room)])
