"""Reading rules for the tests, as small as a test can have them."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.canonical_url import WebAddress, parse_url
from crawler.rules.filters import PatternList, crawl_filter, file_filter, index_filter
from crawler.rules.link_rules import LinkRules
from crawler.rules.scope import Scope
from crawler.sync.reading import ReadJob
from crawler.sync.reading_rules import ReadingRules
from extract.rules import ExtractionRules
from settings.scope import Follow

CONNECTOR = 1
SEED = "https://wiki.test/"


def address(url: str) -> WebAddress:
    parsed = parse_url(url)
    assert isinstance(parsed, WebAddress)
    return parsed


def link_rules(
    *seeds: str,
    max_depth: int = 5,
    crawl_exclude: Sequence[str] = (),
    index_exclude: Sequence[str] = (),
    files_exclude: Sequence[str] = (),
    attachments: bool = True,
) -> LinkRules:
    return LinkRules(
        scope=Scope(Follow.HOST, tuple(address(seed) for seed in seeds or (SEED,))),
        max_depth=max_depth,
        crawl=crawl_filter((), crawl_exclude),
        index=index_filter((), index_exclude),
        files=file_filter((), files_exclude),
        attachments=attachments,
    )


def reading_rules(
    links: LinkRules | None = None,
    *,
    max_links: int = 1000,
    access: Sequence[str] = ("",),
    access_ids: Sequence[int] = (1,),
    keep_bodies: bool = True,
) -> ReadingRules:
    return ReadingRules(
        connector="wiki",
        links=links or link_rules(),
        extraction=ExtractionRules(),
        max_links_per_page=max_links,
        access=PatternList("access", access),
        access_ids=tuple(access_ids),
        keep_bodies=keep_bodies,
    )


def read_job(
    body: bytes, url: str = "https://wiki.test/page", *, content_type: str = "text/html", depth: int = 1
) -> ReadJob:
    return ReadJob(CONNECTOR, 7, url, depth, body, {"content-type": content_type})
