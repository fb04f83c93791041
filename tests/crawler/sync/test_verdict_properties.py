"""Whatever a site looks like, and however its answers come, each URL ends in the one state due to it.

The whole engine runs: frontier, reader, writer and ledger; only the network is made up. Where the rules
themselves look at the way that led to a URL its state may depend on the order: `scope.max_depth` and
`scope.max_links_per_page` (see below), and circles of redirects, of which the member met first leads on.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalog.connectors import connector_id
from catalog.database import Catalog, open_catalog
from catalog.runs import begin_run, read_run
from catalog.tables import documents, urls
from catalog.task import FetchTask
from catalog.vocabulary import Reason, RunMode, RunState
from catalog.writer import RunContext
from crawler.fetch.robots_answer import RobotsAnswer
from crawler.frontier.frontier import Frontier
from crawler.outcome import Failed, Gone, HtmlFetched, Outcome, Redirected, Refused
from crawler.sync.connector_crawl import ConnectorCrawl
from crawler.sync.crawl import Crawl
from crawler.sync.reading import Job, Reader, Reading
from crawler.sync.reading_rules import ReadingRules
from tests.crawler.sync.rules import address, link_rules, reading_rules

SITE = "https://wiki.test"
SIZE = 10
_WORDS = "These words stand on every page of this kind, and are long enough to make equal pages copies. " * 4


@dataclass(frozen=True, slots=True)
class Page:
    """What stands at a path. `links` are pages by number; a link may be marked nofollow, or lead to /no/…."""

    kind: str
    links: tuple[tuple[int, bool], ...] = ()
    target: int = 0  # of a redirect: always a later page, so that there is no circle


@st.composite
def sites(draw: st.DrawFn) -> tuple[Page, ...]:
    """Pages 0 to SIZE - 1; the first is an ordinary one."""
    kinds = st.sampled_from(["page", "page", "copy", "redirect", "gone", "failed", "refused", "noindex"])
    links = st.lists(st.tuples(st.integers(0, SIZE), st.booleans()), max_size=4)
    pages = [Page("page", tuple(draw(links)))]
    for number in range(1, SIZE):
        target = draw(st.integers(min(number + 1, SIZE - 1), SIZE - 1))
        kind = draw(kinds) if number < SIZE - 1 else "page"
        pages.append(Page(kind, tuple(draw(links)), target))
    return tuple(pages)


class MadeUpSite:
    """Fetcher and reader in one; each answer comes after so many turns of the event loop."""

    fault: str | None = None

    def __init__(self, pages: tuple[Page, ...], turns: Mapping[int, int]) -> None:
        self._pages = pages
        self._turns = turns
        self._reader = Reader()
        self.asked: list[str] = []

    async def fetch(self, task: FetchTask, *, conditional: bool) -> Outcome:
        self.asked.append(task.url)
        number = int(task.url.rsplit("/", 1)[1])
        for _ in range(self._turns.get(number, 0)):
            await asyncio.sleep(0.001)
        page = self._pages[number]
        match page.kind:
            case "redirect":
                return Redirected(f"{SITE}/{page.target}", 302, 1)
            case "gone":
                return Gone(Reason.NOT_FOUND, 404)
            case "failed":
                return Failed(Reason.TLS_FAILED, "a certificate")
            case "refused":
                return Refused(Reason.FORBIDDEN, "403", 403)
        return HtmlFetched(_html(number, page), 200, "text/html", {"content-type": "text/html"}, 1)

    async def fetch_robots(self, _origin: str) -> RobotsAnswer:
        return RobotsAnswer(404)

    async def read(self, job: Job) -> Reading:
        return self._reader.read(job)

    def use(self, connector: int, rules: ReadingRules) -> None:
        self._reader.use(connector, rules)

    async def aclose(self) -> None:
        """Nothing to let go."""

    async def close(self) -> None:
        """Nothing to let go."""


def _html(number: int, page: Page) -> bytes:
    title = "The same" if page.kind == "copy" else f"Page {number}"
    head = '<meta name="robots" content="noindex">' if page.kind == "noindex" else ""
    links = "".join(
        f'<a href="/{"no/" if target == SIZE else ""}{target}"{" rel=nofollow" if nofollow else ""}>on</a> '
        for target, nofollow in page.links
    )
    return (
        f"<!doctype html><html lang=en><title>{title}</title>{head}<main><h1>{title}</h1>"
        f"<p>{title}. {_WORDS}</p></main><nav>{links}</nav></html>"
    ).encode()


def crawled(
    pages: tuple[Page, ...], turns: Mapping[int, int], *, max_depth: int = 50, max_links: int = 1_000
) -> tuple[dict[str, tuple[str, str | None]], list[str]]:
    """State and reason of every URL after a crawl, and what was asked for, in order."""
    with tempfile.TemporaryDirectory() as name:
        catalog = open_catalog(f"sqlite:///{name}/catalog.db", Path(name))
        try:
            site = MadeUpSite(pages, turns)
            asyncio.run(_crawl(catalog, site, max_depth, max_links))
            with catalog.read() as connection:
                rows = connection.execute(select(urls.c.url, urls.c.state, urls.c.reason)).all()
                living = select(documents.c.url).where(documents.c.deleted_at.is_(None))
                indexed = {row.url for row in rows if row.state == "indexed"}
                assert set(connection.scalars(living)) == indexed
                run = read_run(connection, 1)
        finally:
            catalog.close()
    assert run is not None
    assert run.state is not RunState.RUNNING
    verdicts = {row.url.removeprefix(SITE): (row.state, row.reason) for row in rows}
    assert len(verdicts) == len(rows), "a URL has one row"
    return verdicts, site.asked


async def _crawl(catalog: Catalog, site: MadeUpSite, max_depth: int, max_links: int) -> None:
    rules = reading_rules(
        link_rules(f"{SITE}/0", max_depth=max_depth, crawl_exclude=["/no/"]), max_links=max_links
    )
    with catalog.write() as connection:
        number = connector_id(connection, "wiki")
        run = begin_run(connection, number, RunMode.FULL, "")
    site.use(number, rules)
    crawl = ConnectorCrawl(
        name="wiki",
        connector_id=number,
        run=run,
        context=RunContext(number, run.id),
        rules=rules,
        seeds=(address(f"{SITE}/0"),),
        fetcher=site,
        pace=(0.0, 4),
        obeys_robots=False,
        conditional=False,
        max_pages=10_000,
        max_duration=timedelta(hours=1),
        deletion_guard=0.15,
    )
    await Crawl(catalog, [crawl], site).run()


def due(pages: tuple[Page, ...]) -> dict[str, tuple[str, str | None]]:
    """What the rules say of a site, worked out without a crawler. Of copies: see `without_chance`."""
    met, followed = {"/0"}, ["/0"]
    only_nofollow, excluded = set[str](), set[str]()
    while followed:
        page = pages[int(followed.pop()[1:])]
        if page.kind == "redirect":
            onward = [(page.target, False)]
        else:
            onward = list(page.links) if page.kind in {"page", "copy", "noindex"} else []
        for target, nofollow in _marked(onward):
            path = f"/no/{target}" if target == SIZE else f"/{target}"
            if target == SIZE:
                excluded.add(path)
            elif nofollow:
                only_nofollow.add(path)
            elif path not in met:
                met.add(path)
                followed.append(path)
    verdicts: dict[str, tuple[str, str | None]] = {path: _verdict(pages[int(path[1:])]) for path in met}
    verdicts |= dict.fromkeys(only_nofollow - met, ("refused", "nofollow"))
    return verdicts | dict.fromkeys(excluded, ("refused", "excluded_by_crawl_filter"))


def _marked(links: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """Of a link that stands twice on a page the first counts."""
    first: dict[int, bool] = {}
    for target, nofollow in links:
        first.setdefault(target, nofollow)
    return list(first.items())


def _verdict(page: Page) -> tuple[str, str | None]:
    return {
        "redirect": ("redirect", None),
        "gone": ("gone", "not_found"),
        "failed": ("failed", "tls_failed"),
        "refused": ("refused", "forbidden"),
        "noindex": ("refused", "noindex"),
        "copy": ("indexed", None),
    }.get(page.kind, ("indexed", None))


def without_chance(
    verdicts: Mapping[str, tuple[str, str | None]], pages: tuple[Page, ...]
) -> tuple[dict[str, tuple[str, str | None]], list[tuple[str, str | None]]]:
    """Verdicts by path, and apart those of equal pages: which of them is the document is chance."""
    copies = {f"/{number}" for number, page in enumerate(pages) if page.kind == "copy"}
    visited = {path for path in copies & verdicts.keys() if verdicts[path] != ("refused", "nofollow")}
    rest = {path: verdict for path, verdict in verdicts.items() if path not in visited}
    return rest, sorted((verdicts[path] for path in visited), key=str)


ORDERS = st.dictionaries(st.integers(0, SIZE - 1), st.integers(0, 6), max_size=SIZE)


@settings(max_examples=25, deadline=None)
@given(sites(), ORDERS)
def test_every_url_ends_in_the_one_state_that_the_rules_say_whatever_the_order(
    pages: tuple[Page, ...], turns: Mapping[int, int]
) -> None:
    verdicts, asked = crawled(pages, turns)
    assert "queued" not in {state for state, _ in verdicts.values()}
    assert len(asked) == len(set(asked)), "each URL is asked for once"
    found, copies = without_chance(verdicts, pages)
    expected, as_if_alone = without_chance(due(pages), pages)
    assert found == expected
    assert copies == sorted(
        [("indexed", None)] * min(len(as_if_alone), 1)
        + [("duplicate", "duplicate_of")] * max(len(as_if_alone) - 1, 0),
        key=str,
    )


@settings(max_examples=15, deadline=None)
@given(sites(), ORDERS, st.integers(0, 2), st.integers(1, 3))
def test_with_limits_that_look_at_the_way_each_url_still_ends_in_one_state(
    pages: tuple[Page, ...], turns: Mapping[int, int], max_depth: int, max_links: int
) -> None:
    """Which one depends on the order: a page that is met first on a longer way leads less far."""
    verdicts, asked = crawled(pages, turns, max_depth=max_depth, max_links=max_links)
    assert "queued" not in {state for state, _ in verdicts.values()}
    assert len(asked) == len(set(asked))
    unlimited = due(pages)
    assert verdicts.keys() <= unlimited.keys()
    for path, verdict in verdicts.items():
        ways = {
            ("refused", "too_deep"),
            ("refused", "too_many_links"),
            ("refused", "nofollow"),
            unlimited[path],
        }
        assert verdict in ways | {("duplicate", "duplicate_of"), ("indexed", None)}


@pytest.mark.parametrize(("slow", "reason"), [(1, None), (2, "too_deep")])
def test_a_page_that_is_met_first_on_the_longer_way_may_be_too_deep_to_lead_on(
    slow: int, reason: str | None
) -> None:
    """Depth is that of the first way: the one documented case in which the order decides."""
    pages = (
        Page("page", ((1, False), (2, False))),  # two ways to 4: 0 → 1 → 4 and 0 → 2 → 3 → 4
        Page("page", ((4, False),)),
        Page("page", ((3, False),)),
        Page("page", ((4, False),)),
        Page("page", ((5, False),)),
        *(Page("page") for _ in range(5)),
    )
    turns = {1: 0, 2: 40} if slow == 1 else {1: 200, 2: 0}
    verdicts, _ = crawled(pages, turns, max_depth=3)
    assert verdicts["/4"] == ("indexed", None)
    assert verdicts["/5"][1] == reason


def test_an_error_in_the_books_of_a_crawl_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_count(*_: object) -> None:
        raise LookupError("the books do not agree")

    monkeypatch.setattr(Frontier, "settle", lose_count)
    with pytest.raises(LookupError, match="the books do not agree"):
        crawled((Page("page"),), {})
