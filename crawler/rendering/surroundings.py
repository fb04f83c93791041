"""What holds for all pages of one connector in the browser, and the caps of each visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crawler.rendering.interfaces import PreparesContext, ResourceLoader
from crawler.rendering.page_scripts import ClickMemory
from crawler.rendering.rendered import RenderOptions
from crawler.rendering.walk_trust import WalkTrust

_MOST_BYTES: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class VisitCaps:
    """Seconds of one visit.

    `seconds` is for everything but what the settings ask for: waiting, scrolling, clicking. `settle_seconds`
    is how long the page may go on changing while it waits for answers (each for `request_seconds` at most);
    without any it is half of that. `unresponsive_seconds` is how long a script may keep the page from
    answering, `click_seconds` is for each selector.
    """

    seconds: float = 30.0
    settle_seconds: float = 20.0
    request_seconds: float = 15.0
    unresponsive_seconds: float = 8.0
    scroll_seconds: float = 20.0
    click_seconds: float = 15.0
    reloads: int = 3


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A connector's: who answers its pages' requests, what is done in them, who gives contexts its session.

    `discovers` clicks what only scripts follow, after the page was read; `clicks` remembers what that
    brought. `max_bytes` is the most that a page's HTML may have. `trust` knows whose routes may be walked to.
    """

    loader: ResourceLoader
    options: RenderOptions = field(default_factory=RenderOptions)
    prepare: PreparesContext | None = None
    discovers: bool = True
    max_bytes: int = _MOST_BYTES
    caps: VisitCaps = VisitCaps()
    clicks: ClickMemory = field(default_factory=ClickMemory)
    trust: WalkTrust = field(default_factory=WalkTrust)

    @property
    def seconds(self) -> float:
        """The most that a visit takes, whatever the page does."""
        options = self.options
        scrolling = self.caps.scroll_seconds if options.scroll else 0.0
        clicking = self.caps.click_seconds * len(options.click)
        return self.caps.seconds + options.wait.total_seconds() + scrolling + clicking
