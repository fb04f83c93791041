"""One crawl of a site with every oddity: each URL that a link reaches has one ledger row with its verdict."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.support.changing_site import Answer, ChangingSite, Declared, page, redirect, serve_site
from tests.support.syncing import FAST, Kept, Synced, configure, kept, sync

CREDENTIALS = "Basic " + base64.b64encode("käthe:schlüssel für alles".encode()).decode()


def closed(answer: Answer) -> Declared:
    """A page behind HTTP Basic."""

    def answered(headers: Mapping[str, str]) -> Answer:
        challenge = {"WWW-Authenticate": 'Basic realm="wiki"'}
        known = headers.get("authorization") == CREDENTIALS
        return answer if known else Answer(b"who are you?", 401, headers=challenge)

    return answered


def at_first(trouble: Answer, then: Answer) -> Declared:
    """A page that answers only when it is asked again."""
    remaining = [trouble]
    return lambda _headers: remaining.pop() if remaining else then


def oddities(elsewhere: str) -> dict[str, Declared]:
    original = page("Original", text="Word for word the same. " * 12)
    return {
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /private/\n", 200, "text/plain"),
        "/": page(
            "Start",
            "/chain/1",
            "/loop/a",
            "/away",
            "/missing",
            "/removed",
            "/private/minutes",
            "/noindex",
            "/nofollow",
            "/header-noindex",
            "/copy-of-original",
            "/original",
            "/repeated",
            "/large",
            "/slow",
            "/busy",
            "/wiki/start",
            "/wiki/forbidden",
            "/logout",
            "/tags/gulls",
            "/empty",
            "/image.png",
            "/level/1",
            "/#top",
            "/original#part",
            "mailto:nobody@example.com",
            "http://[broken/",
            f"{elsewhere}/page",
            f"{elsewhere}/other",
            '<a rel="nofollow" href="/advertisement">advertisement</a>',
        ),
        "/chain/1": redirect("/chain/2", 301),
        "/chain/2": redirect("/chain/3", 308),
        "/chain/3": page("End of the chain"),
        "/loop/a": redirect("/loop/b"),
        "/loop/b": redirect("/loop/a"),
        "/away": redirect(f"{elsewhere}/target"),
        "/removed": Answer(b"", 410),
        "/private/minutes": page("Minutes"),
        "/noindex": page("Unlisted", "/behind-noindex", head='<meta name="robots" content="noindex">'),
        "/behind-noindex": page("Behind noindex"),
        "/nofollow": page("Sink", "/behind-nofollow", head='<meta name="robots" content="nofollow">'),
        "/behind-nofollow": page("Behind nofollow"),
        "/header-noindex": Answer(page("By header").body, headers={"X-Robots-Tag": "noindex"}),
        "/original": original,
        "/copy-of-original": page(
            "Printed", text="A print-out. " * 20, head='<link rel="canonical" href="/level/1">'
        ),
        "/repeated": original,
        "/large": page("Large", text="x" * 200_000),
        "/slow": at_first(Answer(delay=30.0), then=page("Slow")),
        "/busy": at_first(Answer(b"busy", 503, headers={"Retry-After": "0"}), then=page("Busy")),
        "/wiki/start": closed(page("Wiki", f"{elsewhere}/from-wiki")),
        "/wiki/forbidden": Answer(b"no", 403),
        "/tags/gulls": page("Tagged gulls", "/behind-tags"),
        "/behind-tags": page("Behind tags"),
        "/empty": Answer(b""),
        "/image.png": Answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, 200, "image/png"),
        "/level/1": page("Level 1", "/level/2"),
        "/level/2": page("Level 2", "/level/3"),
        "/level/3": page("Level 3"),
    }


@dataclass(frozen=True, slots=True)
class Crawled:
    site: ChangingSite
    elsewhere: ChangingSite
    synced: Synced
    kept: Kept


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with serve_site() as elsewhere, serve_site(oddities(elsewhere.origin)) as site:
        config = configure(
            tmp_path_factory.mktemp("oddities"),
            {
                "name": "odd",
                "seeds": [site.url()],
                "scope": {"max_depth": 2, "max_file_size": "100KB"},
                "filters": {"crawl": {"exclude": ["/logout"]}, "index": {"exclude": ["/tags/"]}},
                "politeness": {**FAST, "timeout": "1s"},
                "auth": {"type": "basic", "username": "käthe", "password": "schlüssel für alles"},
                "access": [
                    {"match": "/wiki/", "allow": ["group:staff"]},
                    {"match": "", "allow": ["everyone"]},
                ],
            },
        )
        yield Crawled(site, elsewhere, sync(config), kept(config))


VERDICTS = {
    "/": ("indexed", None),
    "/chain/1": ("redirect", None),
    "/chain/2": ("redirect", None),
    "/chain/3": ("indexed", None),
    "/loop/a": ("redirect", None),
    "/loop/b": ("refused", "redirect_loop"),
    "/away": ("redirect", "out_of_scope"),
    "/missing": ("gone", "not_found"),
    "/removed": ("gone", "gone"),
    "/private/minutes": ("refused", "robots_disallowed"),
    "/noindex": ("refused", "noindex"),
    "/behind-noindex": ("indexed", None),
    "/nofollow": ("indexed", None),
    "/behind-nofollow": ("refused", "nofollow"),
    "/header-noindex": ("refused", "noindex"),
    "/copy-of-original": ("indexed", None),  # the page that it calls its canonical one says something else
    "/large": ("refused", "too_large"),
    "/slow": ("indexed", None),
    "/busy": ("indexed", None),
    "/wiki/start": ("indexed", None),
    "/wiki/forbidden": ("refused", "forbidden"),
    "/logout": ("refused", "excluded_by_crawl_filter"),
    "/tags/gulls": ("refused", "excluded_by_index_filter"),
    "/behind-tags": ("indexed", None),
    "/empty": ("refused", "empty_content"),
    "/image.png": ("refused", "unsupported_type"),
    "/level/1": ("indexed", None),
    "/level/2": ("indexed", None),
    "/level/3": ("refused", "too_deep"),
    "/advertisement": ("refused", "nofollow"),
}


@pytest.mark.parametrize(("path", "verdict"), VERDICTS.items())
def test_each_url_has_its_verdict(crawled: Crawled, path: str, verdict: tuple[str, str | None]) -> None:
    assert crawled.kept.verdicts()[crawled.site.url(path)] == verdict


def test_every_url_that_a_link_reaches_has_a_row_and_there_is_no_other(crawled: Crawled) -> None:
    assert set(crawled.kept.ledger) == {
        crawled.site.url(path) for path in (*VERDICTS, "/original", "/repeated")
    }


def test_of_two_pages_that_say_the_same_one_is_the_duplicate(crawled: Crawled) -> None:
    twins = [crawled.site.url(path) for path in ("/original", "/repeated")]
    duplicate = next(url for url in twins if crawled.kept.ledger[url].state == "duplicate")
    (kept_one,) = set(twins) - {duplicate}
    assert crawled.kept.ledger[duplicate].reason == "duplicate_of"
    assert crawled.kept.details[duplicate] == kept_one
    assert crawled.kept.ledger[duplicate].document_id == crawled.kept.documents[kept_one].id


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/logout", "filters.crawl.exclude[0] '/logout'"),
        ("/tags/gulls", "filters.index.exclude[0] '/tags/'"),
        ("/private/minutes", "robots.txt: Disallow: /private/"),
        ("/level/3", "scope.max_depth 2"),
        ("/advertisement", "rel=nofollow"),
        ("/behind-nofollow", "robots nofollow"),
    ],
)
def test_a_refusal_quotes_the_rule(crawled: Crawled, path: str, rule: str) -> None:
    assert crawled.kept.ledger[crawled.site.url(path)].rule == rule


def test_what_the_rules_refuse_is_never_asked_for(crawled: Crawled) -> None:
    for path in ("/private/minutes", "/logout", "/level/3", "/advertisement", "/behind-nofollow"):
        assert crawled.site.asked(path) == []


def test_a_host_out_of_scope_has_a_counter_with_examples_and_no_row(crawled: Crawled) -> None:
    host = crawled.kept.hosts[f"127.0.0.1:{crawled.elsewhere.port}"]
    assert host.reason == "out_of_scope"
    assert host.count == 3  # a link on each of three pages is a link each; a repeated one would not be
    assert set(host.examples) == {crawled.elsewhere.url(path) for path in ("/page", "/other", "/from-wiki")}
    assert crawled.elsewhere.log == []


def test_the_password_opens_its_site_and_goes_nowhere_else(crawled: Crawled) -> None:
    sent = [each.headers.get("authorization") for each in crawled.site.log if each.path == "/wiki/start"]
    assert sent == [None, CREDENTIALS]  # nothing is sent before the server asks for it
    assert crawled.elsewhere.log == []


def test_what_a_login_opened_is_for_whom_the_access_rules_name(crawled: Crawled) -> None:
    assert crawled.kept.documents[crawled.site.url("/wiki/start")].allow == ("group:staff",)
    assert crawled.kept.documents[crawled.site.url("/")].allow == ("everyone",)


def test_a_busy_or_slow_page_is_asked_for_again(crawled: Crawled) -> None:
    assert crawled.site.asked("/busy") == [503, 200]
    assert crawled.site.asked("/slow") == [200, 200]  # the first was cut off after a second


def test_every_other_page_is_asked_for_once(crawled: Crawled) -> None:
    times: dict[str, int] = {}
    for each in crawled.site.log:
        times[each.path] = times.get(each.path, 0) + 1
    # The login looks at the seed as a stranger, as itself, and once more; then the wiki asks for it.
    for_the_login = {"/": 4, "/wiki/start": 2}
    again = {path: number for path, number in times.items() if number > 1}
    again.pop("/copy-of-original", None)  # twice where its canonical address has not been looked at before it
    assert again == {"/busy": 2, "/slow": 2, **for_the_login}


def test_refusals_fail_no_run_and_are_counted_by_reason(crawled: Crawled) -> None:
    assert crawled.synced.code == 0
    assert crawled.synced.run["state"] == "succeeded"
    assert crawled.synced.run["failed"] == {}
    assert crawled.synced.run["refused"] == {
        "empty_content": 1,
        "excluded_by_crawl_filter": 1,
        "excluded_by_index_filter": 1,
        "forbidden": 1,
        "noindex": 2,
        "nofollow": 2,
        "redirect_loop": 1,
        "robots_disallowed": 1,
        "too_deep": 1,
        "too_large": 1,
        "unsupported_type": 1,
    }


def test_the_summary_agrees_with_the_catalog(crawled: Crawled) -> None:
    run = crawled.synced.run
    indexed = [row for row in crawled.kept.ledger.values() if row.state == "indexed"]
    assert (run["added"], run["changed"], run["unchanged"], run["deleted"]) == (len(indexed), 0, 0, 0)
    assert run["documents"] == len(crawled.kept.documents) == len(indexed)
    assert run["limit"] is None
    assert run["error"] is None
