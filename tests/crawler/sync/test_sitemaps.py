"""Sitemaps in whole syncs: where they are found, what of them is crawled, and what is said where not."""

from __future__ import annotations

import base64
import gzip
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog.database import open_catalog
from catalog.tables import urls
from settings.load import load_settings
from tests.support.changing_site import Answer, ChangingSite, page, redirect, serve_site
from tests.support.signing_in import try_to_sign_in
from tests.support.syncing import Synced, configure, finish, kept, start, sync


def xml(body: str) -> Answer:
    return Answer(body.encode(), 200, "application/xml")


def urlset(*locations: str) -> Answer:
    return xml(f"<urlset>{''.join(f'<url><loc>{each}</loc></url>' for each in locations)}</urlset>")


def index(*locations: str) -> Answer:
    entries = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in locations)
    return xml(f"<sitemapindex>{entries}</sitemapindex>")


def robots(*lines: str) -> Answer:
    return Answer("\n".join(lines).encode(), 200, "text/plain")


def run(folder: Path, site: ChangingSite, **settings: Any) -> tuple[Path, Synced]:
    """A sync of a connector that finds sitemaps by itself, unless `settings` say otherwise."""
    config = configure(folder, {"name": "site", "discover_sitemaps": True, **settings})
    return config, sync(config)


def documents(config: Path, site: ChangingSite) -> set[str]:
    return {url.removeprefix(site.origin) for url in kept(config).documents}


def rows(config: Path, site: ChangingSite) -> Mapping[str, Any]:
    """The ledger by path, with how each URL was found."""
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        with catalog.read() as connection:
            found = connection.execute(select(urls)).all()
    finally:
        catalog.close()
    return {row.url.removeprefix(site.origin): row for row in found}


def test_a_connector_with_sitemaps_alone_crawls_what_they_list(tmp_path: Path) -> None:
    with serve_site({"/a": page("A", "/deep"), "/b": page("B"), "/deep": page("Deep")}) as site:
        listed = f"<url><loc>{site.url('/a')}</loc><lastmod>2026-11-01T10:00:00+02:00</lastmod></url>"
        site.pages["/map.xml"] = xml(f"<urlset>{listed}<url><loc>/b</loc></url></urlset>")
        config, synced = run(tmp_path, site, sitemaps=[site.url("/map.xml")], scope={"max_depth": 0})
        ledger = rows(config, site)

    assert synced.code == 0
    assert synced.run["warnings"] == []
    assert (synced.run["refused"], synced.run["sitemaps"]) == ({"too_deep": 1}, 1)
    assert documents(config, site) == {"/a", "/b"}
    assert ledger["/a"].found_by == "sitemap"
    assert ledger["/a"].depth == 0, "what a configured sitemap lists counts as a seed"
    assert ledger["/a"].referrer_id == ledger["/map.xml"].id
    assert ledger["/a"].sitemap_lastmod == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert ledger["/b"].sitemap_lastmod is None
    assert ledger["/map.xml"].detail == "urlset of 2 addresses"


def test_a_sitemap_that_robots_txt_names_is_read(tmp_path: Path) -> None:
    with serve_site({"/": page("Start"), "/hidden": page("Hidden")}) as site:
        site.pages["/robots.txt"] = robots(
            "User-agent: *", "Disallow: /no", f"Sitemap: {site.url('/maps/1.xml')}"
        )
        site.pages["/maps/1.xml"] = urlset("/hidden", "/no/page")
        config, synced = run(tmp_path, site, seeds=[site.url()])
        asked = [each.path for each in site.take_log()]
        ledger = rows(config, site)

    assert synced.code == 0
    assert documents(config, site) == {"/", "/hidden"}
    assert sorted(asked) == ["/", "/hidden", "/maps/1.xml"], (
        "no well-known place is asked where robots.txt names one"
    )
    assert ledger["/hidden"].depth == 1
    assert ledger["/no/page"].reason == "robots_disallowed"


def test_well_known_places_are_asked_once_each_and_leave_no_trace_where_nothing_is(
    tmp_path: Path,
) -> None:
    with serve_site({"/": page("Start", "/a"), "/a": page("A")}) as site:
        config, synced = run(tmp_path, site, seeds=[site.url()])
        asked = [each.path for each in site.take_log()]

    assert synced.code == 0
    assert sorted(asked) == ["/", "/a", "/sitemap.xml", "/sitemap_index.xml"]
    assert set(kept(config).ledger) == {site.url("/"), site.url("/a")}
    assert synced.run["warnings"] == []
    assert synced.run["gone"] == 0


def test_a_sitemap_at_a_well_known_place_is_fetched_once(tmp_path: Path) -> None:
    with serve_site({"/": page("Start"), "/a": page("A"), "/sitemap.xml": urlset("/a")}) as site:
        config, synced = run(tmp_path, site, seeds=[site.url()])
        asked = [each.path for each in site.take_log()]

    assert documents(config, site) == {"/", "/a"}
    assert sorted(asked) == ["/", "/a", "/sitemap.xml"]
    assert (synced.run["refused"], synced.run["sitemaps"]) == ({}, 1)


def test_an_error_page_at_a_well_known_place_is_no_sitemap(tmp_path: Path) -> None:
    with serve_site({"/": page("Start"), "/sitemap.xml": page("Not here, sorry")}) as site:
        config, synced = run(tmp_path, site, seeds=[site.url()])

    assert documents(config, site) == {"/"}
    assert synced.run["warnings"] == []


def test_nothing_is_looked_for_where_that_is_switched_off(tmp_path: Path) -> None:
    with serve_site({"/": page("Start"), "/a": page("A"), "/sitemap.xml": urlset("/a")}) as site:
        site.pages["/robots.txt"] = robots(f"Sitemap: {site.url('/sitemap.xml')}")
        run(tmp_path, site, seeds=[site.url()], discover_sitemaps=False)
        assert [each.path for each in site.take_log()] == ["/"]


def test_scope_and_filters_hold_for_what_a_sitemap_lists(tmp_path: Path) -> None:
    pages = {"/docs/": page("Docs"), "/docs/a": page("A"), "/docs/old/b": page("B"), "/blog/c": page("C")}
    with serve_site(pages) as site:
        site.pages["/sitemap.xml"] = urlset(
            *pages, "/docs/a#part", "https://elsewhere.test/x", "mailto:a@b.test"
        )
        config, _ = run(
            tmp_path,
            site,
            seeds=[site.url("/docs/")],
            sitemaps=[site.url("/sitemap.xml")],
            scope={"follow": "path"},
            filters={"crawl": {"exclude": ["/old/"]}},
        )
        ledger, found = rows(config, site), kept(config)

    assert documents(config, site) == {"/docs/", "/docs/a"}
    assert ledger["/docs/old/b"].reason == "excluded_by_crawl_filter"
    assert ledger["/blog/c"].reason == "out_of_scope"
    assert found.hosts["elsewhere.test"].count == 1


def test_indexes_gz_text_feeds_and_other_languages_are_read_in_one_sync(tmp_path: Path) -> None:
    names = ["gz", "text", "rss", "atom", "en", "de", "nested"]
    with serve_site({f"/{name}": page(name) for name in names}) as site:
        english = '<xhtml:link rel="alternate" hreflang="de" href="/de"/>'
        site.pages.update(
            {
                "/index.xml": index("/a.xml.gz", "/b.txt", "/c.rss", "/d.atom", "/e.xml", "/index2.xml"),
                "/index2.xml": index("/f.xml", "/index.xml"),
                "/a.xml.gz": Answer(gzip.compress(urlset("/gz").body), 200, "application/x-gzip"),
                "/b.txt": Answer(site.url("/text").encode(), 200, "text/plain"),
                "/c.rss": xml("<rss><channel><link>/</link><item><link>/rss</link></item></channel></rss>"),
                "/d.atom": xml(
                    '<feed><entry><link href="/atom"/><updated>2026-01-01</updated></entry></feed>'
                ),
                "/e.xml": xml(f"<urlset><url><loc>/en</loc>{english}</url></urlset>"),
                "/f.xml": urlset("/nested"),
            }
        )
        config, synced = run(tmp_path, site, sitemaps=[site.url("/index.xml")])
        ledger = rows(config, site)

    assert synced.code == 0
    assert documents(config, site) == {f"/{name}" for name in names}
    assert (synced.run["refused"], synced.run["sitemaps"]) == ({}, 8)
    assert ledger["/f.xml"].referrer_id == ledger["/index2.xml"].id
    assert ledger["/atom"].sitemap_lastmod == datetime(2026, 1, 1, tzinfo=UTC)
    assert site.asked("/index.xml") == [200]


def test_indexes_of_indexes_without_end_are_left_at_some_depth(tmp_path: Path) -> None:
    with serve_site({f"/{n}.xml": index(f"/{n + 1}.xml") for n in range(10)}) as site:
        site.pages["/"] = page("Start")
        _, synced = run(tmp_path, site, seeds=[site.url()], sitemaps=[site.url("/0.xml")])
        asked = [each.path for each in site.take_log()]

    assert "/3.xml" in asked
    assert "/4.xml" not in asked
    (warning,) = synced.run["warnings"]
    assert warning.startswith(f"sitemap {site.url('/3.xml')}: 1 sitemaps that it lists are left out")
    assert synced.code == 0


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_bomb_is_said_and_the_crawl_goes_on(tmp_path: Path, coding: str) -> None:
    body = gzip.compress(urlset("/a").body[:-9]) + gzip.compress(b" " * (16 << 20)) * 16
    headers = {"Content-Encoding": coding} if coding else {}
    with serve_site({"/": page("Start"), "/a": page("A")}) as site:
        site.pages["/map.xml.gz"] = Answer(body, 200, "application/xml", headers)
        config, synced = run(tmp_path, site, seeds=[site.url()], sitemaps=[site.url("/map.xml.gz")])

    assert synced.code == 0
    assert any("decompress" in warning for warning in synced.run["warnings"]), synced.run["warnings"]
    assert documents(config, site) == ({"/"} if coding else {"/", "/a"})


def test_a_sitemap_that_cannot_be_had_is_a_warning(tmp_path: Path) -> None:
    with serve_site({"/": page("Start"), "/html": page("No sitemap"), "/loop": redirect("/loop")}) as site:
        site.pages["/robots.txt"] = robots(
            "User-agent: *", "Disallow: /secret", f"Sitemap: {site.url('/secret')}"
        )
        names = ["/missing", "/html", "/loop"]
        _, synced = run(tmp_path, site, seeds=[site.url()], sitemaps=[site.url(each) for each in names])

    assert synced.code == 0
    assert synced.run["state"] == "succeeded"
    assert {warning.removeprefix(f"sitemap {site.origin}") for warning in synced.run["warnings"]} == {
        "/missing could not be read: the server answered 404",
        "/html could not be read: an HTML page stands where a sitemap was expected",
        f"/loop could not be read: {site.url('/loop')}",
        "/secret could not be read: the site's robots.txt disallows it",
    }


def test_without_seeds_and_without_one_sitemap_the_run_has_failed(tmp_path: Path) -> None:
    with serve_site({}) as site:
        _, synced = run(tmp_path, site, sitemaps=[site.url("/missing.xml")])
    assert synced.code == 1
    assert synced.run["error"] == "no sitemap could be read, and there are no seeds"


def test_a_redirected_sitemap_is_read_where_it_went(tmp_path: Path) -> None:
    with serve_site({"/a": page("A"), "/old.xml": redirect("/new.xml"), "/new.xml": urlset("/a")}) as site:
        config, synced = run(tmp_path, site, sitemaps=[site.url("/old.xml")])
        ledger = rows(config, site)
    assert documents(config, site) == {"/a"}
    assert synced.run["warnings"] == []
    assert ledger["/new.xml"].found_by == "sitemap_file"


def test_a_page_of_a_sitemap_that_fails_is_no_failed_seed(tmp_path: Path) -> None:
    with serve_site(
        {"/": page("Start"), "/moved": redirect("/nowhere"), "/map.xml": urlset("/moved", "/x")}
    ) as site:
        _, synced = run(tmp_path, site, seeds=[site.url()], sitemaps=[site.url("/map.xml")])
    assert synced.run["state"] == "succeeded"
    assert synced.run["gone"] == 2


def test_a_sitemap_lies_behind_the_login_of_its_pages(tmp_path: Path) -> None:
    token = "Basic " + base64.b64encode(b"crawler:secret").decode()

    def locked(answer: Answer) -> Any:
        denied = Answer(b"no", 401, headers={"WWW-Authenticate": 'Basic realm="x"'})
        return lambda headers: answer if headers.get("authorization") == token else denied

    with serve_site({"/a": locked(page("A")), "/map.xml": locked(urlset("/a"))}) as site:
        login = {"type": "basic", "username": "crawler", "password": "secret"}
        config, synced = run(tmp_path, site, sitemaps=[site.url("/map.xml")], auth=login, access="public")
    assert synced.code == 0, synced.said
    assert documents(config, site) == {"/a"}


def test_no_sitemap_sends_the_crawl_to_a_site_or_an_address_that_nobody_named(tmp_path: Path) -> None:
    with serve_site({"/s.xml": urlset("/x")}) as inner, serve_site({"/": page("Start")}) as site:
        site.pages["/robots.txt"] = robots(
            f"Sitemap: {site.url('/index.xml')}", f"Sitemap: {inner.url('/s.xml')}"
        )
        site.pages["/index.xml"] = index(inner.url("/other.xml"), "/moved.xml")
        site.pages["/moved.xml"] = redirect(inner.url("/third.xml"))
        _, synced = run(tmp_path, site, seeds=[site.url()])
    assert synced.code == 0
    assert inner.log == [], "robots.txt may name another host, but the guard does not let the crawl there"


def test_what_a_sitemap_stops_listing_is_asked_for_and_kept(tmp_path: Path) -> None:
    with serve_site({"/a": page("A"), "/b": page("B"), "/map.xml": urlset("/a", "/b")}) as site:
        run(tmp_path, site, sitemaps=[site.url("/map.xml")])
        site.pages["/map.xml"] = urlset("/a")
        config, second = run(tmp_path, site, sitemaps=[site.url("/map.xml")])
        assert documents(config, site) == {"/a", "/b"}
        assert kept(config).verdicts()[site.url("/b")] == ("unchanged", "not_linked_any_more")
        del site.pages["/map.xml"]
        config, third = run(tmp_path, site, sitemaps=[site.url("/map.xml")])
    assert second.code == 0
    assert third.run["documents"] == 2, "a sitemap that is gone is no evidence against its pages"


def test_of_a_robots_txt_of_ten_megabytes_the_first_500_kibibytes_hold(tmp_path: Path) -> None:
    start = b"User-agent: *\nDisallow: /early\n"
    filler = b"# nothing to see here, move along\n" * 300_000
    with serve_site({"/": page("Start", "/early", "/late"), "/late": page("Late")}) as site:
        end = f"Disallow: /late\nSitemap: {site.url('/late.xml')}\n".encode()
        site.pages["/robots.txt"] = Answer(start + filler + end, 200, "text/plain")
        config, synced = run(tmp_path, site, seeds=[site.url()])
    assert len(start + filler) > 10_000_000
    assert synced.code == 0
    assert documents(config, site) == {"/", "/late"}
    assert kept(config).verdicts()[site.url("/early")] == ("refused", "robots_disallowed")


def test_a_sync_killed_between_two_sitemaps_reads_the_rest(tmp_path: Path) -> None:
    reached, killed = threading.Event(), threading.Event()

    def second(_headers: Mapping[str, str]) -> Answer:
        reached.set()
        assert killed.wait(60)
        return urlset("/b")

    with serve_site({"/": page("Start"), "/a": page("A"), "/b": page("B")}) as site:
        site.pages.update({"/index.xml": index("/1.xml", "/2.xml"), "/1.xml": urlset("/a")})
        site.pages["/2.xml"] = second
        site.pages["/robots.txt"] = robots(f"Sitemap: {site.url('/index.xml')}")
        connector = {"name": "site", "discover_sitemaps": True, "seeds": [site.url()]}
        config = configure(tmp_path, connector)
        process = start(config)
        assert reached.wait(60)
        process.kill()
        process.wait()
        finish(process)
        killed.set()
        synced = sync(config)
    assert synced.code == 0
    assert documents(config, site) == {"/", "/a", "/b"}
    assert (synced.run["refused"], synced.run["sitemaps"]) == ({}, 3)


def test_the_login_of_a_connector_without_seeds_is_tried_at_its_sitemaps(tmp_path: Path) -> None:
    denied = Answer(b"no", 401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    with serve_site({"/map.xml": denied, "/me": denied}) as site:
        login = {"type": "basic", "username": "crawler", "password": "wrong"}
        canary = {"logged_in": {"url": site.url("/me"), "contains": "crawler"}}
        connector = {"name": "site", "sitemaps": [site.url("/map.xml")], "access": "public"}
        trial = try_to_sign_in(tmp_path, {**connector, "auth": login | canary})
        assert trial.fault is not None
        assert any("authorization" in each.headers for each in site.log)
