"""Sites in a few words: pages with a template and what a browser adds to them, crawled many at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from crawler.rendering.auto.cell import Renderer
from crawler.rendering.auto.comparison import Comparison
from crawler.rendering.auto.knowledge import Knowledge
from crawler.rendering.auto.plan import Action, Plan
from extract.html.script_evidence import NO_SCRIPTS, ScriptEvidence

SITE = "https://site.example"

PLAIN = ScriptEvidence(text_length=4_000, words=700, scripts=2, template=11)
SHELL = ScriptEvidence(words=3, scripts=1, weight=8, reasons=("an empty #app",), template=22)
DOUBTFUL = ScriptEvidence(text_length=100, words=20, scripts=1, weight=3, template=33)

GAIN = Comparison(phrases=200, gained=frozenset(range(150)), lost=3)
NO_GAIN = Comparison(phrases=400, gained=frozenset(range(2)), lost=1)
COVERED = Comparison(phrases=60, gained=frozenset(range(50)), lost=390)
BANNER = Comparison(phrases=430, gained=frozenset(range(30)))
"""The same two sentences on each page."""


def links(*paths: str) -> Comparison:
    """A page to which the browser adds nothing but links."""
    return Comparison(400, gained_links=frozenset(SITE + path for path in paths))


def own(comparison: Comparison, path: str) -> Comparison:
    """A gain is in words that are the page's own."""
    if comparison is not GAIN:
        return comparison
    return replace(comparison, gained=frozenset(hash((path, number)) for number in comparison.gained))


@dataclass(frozen=True)
class SitePage:
    """A page, and what comparing its HTML with the rendered page would say."""

    path: str
    evidence: ScriptEvidence = NO_SCRIPTS
    comparison: Comparison = NO_GAIN

    @property
    def url(self) -> str:
        return SITE + self.path


@dataclass
class Crawled:
    """How a crawl went: who was rendered, and how each page was kept."""

    rendered: list[str] = field(default_factory=list)
    kept: dict[str, Renderer] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)

    def wrong(self, pages: Iterable[SitePage]) -> list[str]:
        """Pages whose content in the browser was missed."""
        needing = (page.path for page in pages if page.comparison is GAIN)
        return [path for path in needing if self.kept[path] is not Renderer.BROWSER]


def crawl(knowledge: Knowledge, pages: Sequence[SitePage], *, at_once: int = 1) -> Crawled:
    """Visit pages in their order, `at_once` of them at a time; a render ends when as many others began."""
    crawled = Crawled()
    waiting = deque(pages)
    under_way: deque[tuple[SitePage, Plan]] = deque()
    patience = 0
    while waiting or under_way:
        if not waiting or len(under_way) >= at_once:
            _finish(knowledge, crawled, *under_way.popleft())
            continue
        page = waiting.popleft()
        plan = knowledge.plan(page.url, page.evidence)
        if plan.action is Action.WAIT:
            assert under_way, f"{page.path} waits for nobody"
            waiting.append(page)
            patience += 1
            if patience % at_once == 0 or len(waiting) <= at_once:
                _finish(knowledge, crawled, *under_way.popleft())
        elif plan.action is Action.HTTP:
            crawled.kept[page.path], crawled.because[page.path] = plan.renderer, plan.because
        else:
            under_way.append((page, plan))
    return crawled


def _finish(knowledge: Knowledge, crawled: Crawled, page: SitePage, plan: Plan) -> None:
    crawled.rendered.append(page.path)
    kept = knowledge.learn(plan, own(page.comparison, page.path))
    crawled.kept[page.path], crawled.because[page.path] = kept.renderer, kept.because
