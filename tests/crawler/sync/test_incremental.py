"""Incremental runs visit what is new or has likely changed, leave the rest, and trust only a 404."""

from __future__ import annotations

from pathlib import Path

from tests.support.changing_site import Answer, ChangingSite, page, serve_site
from tests.support.syncing import configure, kept, sync

NAMES = [f"/p{number}" for number in range(12)]


def sitemap_of(site: ChangingSite, lastmods: dict[str, str]) -> Answer:
    entries = "".join(
        f"<url><loc>{site.url(path)}</loc><lastmod>{lastmod}</lastmod></url>"
        for path, lastmod in lastmods.items()
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    return Answer(body.encode(), 200, "application/xml", etag=False)


def test_what_a_sitemap_says_is_newer_is_visited_and_nothing_else(tmp_path: Path) -> None:
    with serve_site({"/": page("Start"), **{name: page(f"Page {name}") for name in NAMES}}) as site:
        lastmods = dict.fromkeys(NAMES, "2026-01-01")
        site.pages["/sitemap.xml"] = sitemap_of(site, lastmods)
        config = configure(
            tmp_path, {"name": "shop", "seeds": [site.url()], "sitemaps": [site.url("/sitemap.xml")]}
        )
        sync(config)
        site.take_log()
        site.pages.update({"/p3": page("Page 3 again"), "/new": page("New")})
        site.pages["/sitemap.xml"] = sitemap_of(site, lastmods | {"/p3": "2026-11-20", "/new": "2026-11-20"})
        second = sync(config, "--mode", "incremental")
        asked = sorted(each.path for each in site.take_log())
        third = sync(config, "--mode", "incremental")
        asked_again = sorted(each.path for each in site.take_log())
    assert asked == ["/", "/new", "/p3", "/sitemap.xml"]
    assert (second.run["mode"], second.run["state"]) == ("incremental", "succeeded")
    assert (second.run["added"], second.run["changed"], second.run["skipped"]) == (1, 1, 11)
    assert asked_again == ["/", "/sitemap.xml"]
    assert third.run["documents"] == 14


def test_links_to_known_pages_are_not_followed_those_to_new_ones_are(tmp_path: Path) -> None:
    with serve_site({"/": page("Start", "/a", "/b"), "/a": page("A", "/b"), "/b": page("B")}) as site:
        config = configure(
            tmp_path, {"name": "library", "seeds": [site.url()], "sync": {"mode": "incremental"}}
        )
        first = sync(config)
        site.take_log()
        site.pages.update(
            {"/": page("Start", "/a", "/b", "/c"), "/c": page("C", "/a", "/d"), "/d": page("D")}
        )
        second = sync(config)
        asked = sorted(each.path for each in site.take_log())
    assert (first.run["mode"], first.run["added"]) == ("incremental", 3)
    assert asked == ["/", "/c", "/d"]
    assert (second.run["added"], second.run["skipped"], second.run["documents"]) == (2, 2, 5)


def test_a_page_that_failed_is_asked_for_again_and_a_404_deletes(tmp_path: Path) -> None:
    with serve_site({"/": page("Start", "/a", "/b"), "/a": page("A"), "/b": page("B")}) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()]})
        sync(config)
        broken = Answer(b"", 500, headers={"Retry-After": "0"})
        site.pages.update({"/a": broken, "/b": broken})
        failed = sync(config)
        site.pages["/b"] = page("B mended")
        del site.pages["/a"]
        third = sync(config, "--mode", "incremental")
        left = kept(config).documents.keys()
        home = site.url()
        mended = site.url("/b")
    assert (failed.run["failed"], failed.run["deleted"]) == ({"server_error": 2}, 0)
    assert (third.run["state"], third.run["deleted"], third.run["changed"]) == ("succeeded", 1, 1)
    assert left == {home, mended}


def test_an_incremental_run_takes_no_absence_for_evidence(tmp_path: Path) -> None:
    """What it did not visit, what the rules exclude by now: a full run sees to those."""
    with serve_site({"/": page("Start", "/a", "/b"), "/a": page("A"), "/b": page("B")}) as site:
        connector = {"name": "library", "seeds": [site.url()]}
        config = configure(tmp_path, connector)
        sync(config)
        site.pages["/"] = page("Start")
        del site.pages["/a"]
        unmet = sync(config, "--mode", "incremental")
        site.pages["/a"] = page("A")
        config = configure(tmp_path, connector | {"filters": {"crawl": {"exclude": ["/b$"]}}})
        excluded = sync(config, "--mode", "incremental")
        del site.pages["/a"]
        full = sync(config)
    assert (unmet.run["deleted"], unmet.run["documents"]) == (0, 3)
    assert (excluded.run["deleted"], excluded.run["documents"]) == (0, 3)
    assert (full.run["deleted"], full.run["documents"]) == (2, 1)
