"""The sitemaps of crawler-commons and scrapy, as they lie in the shared suite."""

from __future__ import annotations

from typing import Any, Final

import orjson
import pytest

from catalog.canonical_url import WebAddress, parse_url
from crawler.sitemaps.coverage import own_folder
from crawler.sitemaps.entry import Entry, Kind, Sitemap
from crawler.sitemaps.read import read_sitemap
from tests.support.suites import SUITES, needs_suites

SUITE: Final = SUITES / "sitemaps"
CASES: Final[list[dict[str, Any]]] = (
    orjson.loads((SUITE / "sitemap_cases.json").read_bytes()) if SUITE.exists() else []
)
# The suite's `strict` does not tell these apart: crawler-commons' own tests make `new SiteMapParser(false…)`
# for them, which looks at no location, and want the address although it is out of the sitemap's folder.
READ_WITHOUT_LOCATION: Final = frozenset({"testPartialSitemapsAllowed", "testUrlLocUrl"})


def read(case: dict[str, Any]) -> Sitemap:
    return read_sitemap((SUITE / case["file"]).read_bytes(), case["content_type"] or "")


def located(case: dict[str, Any], entries: tuple[Entry, ...]) -> list[str]:
    """The addresses that a sitemap may speak for by itself, where the case wants that looked at."""
    home = parse_url(case["url"])
    assert isinstance(home, WebAddress)
    if not case["strict"] or case["kind"] == "index" or case["test"] in READ_WITHOUT_LOCATION:
        return [entry.url for entry in entries]
    return [entry.url for entry in entries if own_folder(home).covers(entry.url)]


@needs_suites
def test_the_suite_is_whole() -> None:
    assert len(CASES) == 31


@needs_suites
@pytest.mark.parametrize("case", CASES, ids=[case["test"] for case in CASES])
def test_kind_number_and_addresses_are_those_of_the_suite(case: dict[str, Any]) -> None:
    sitemap = read(case)
    addresses = located(case, sitemap.entries)
    assert sitemap.fault is None
    assert (sitemap.kind is Kind.INDEX) is (case["kind"] == "index")
    assert len(addresses) == case["count"]
    assert all(entry.is_sitemap is (case["kind"] == "index") for entry in sitemap.entries)
    if case["locs"] is not None:
        assert sorted(addresses) == sorted(case["locs"])
    assert set(case.get("locs_include", [])) <= set(addresses)


@needs_suites
@pytest.mark.parametrize("case", [case for case in CASES if case.get("items")], ids=lambda case: case["test"])
def test_dates_and_other_languages_are_those_of_the_suite(case: dict[str, Any]) -> None:
    for entry, item in zip(read(case).entries, case["items"], strict=True):
        assert entry.url == item["loc"]
        assert list(entry.alternates) == item.get("alternate", [])
        lastmod = entry.lastmod.isoformat() if entry.lastmod else ""
        assert lastmod.startswith(item.get("lastmod", ""))
        assert bool(lastmod) is bool(item.get("lastmod"))
