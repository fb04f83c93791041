"""From a body to what is kept of it: documents, reasons why there is none, and each link once."""

from __future__ import annotations

import pytest

from catalog.content import unpack_links
from catalog.document import document_id
from catalog.task import FoundBy
from catalog.visit import body_hash
from catalog.vocabulary import ALLOWED, NOBODY, Reason, refused
from crawler.sync.drafts import SMALLEST_COPY
from crawler.sync.reading import FollowJob, Reader, Reading
from crawler.sync.reading_rules import ReadingRules
from tests.crawler.sync.rules import CONNECTOR, link_rules, read_job, reading_rules
from tests.support.changing_site import page


def read(
    body: bytes,
    rules: ReadingRules | None = None,
    *,
    url: str = "https://wiki.test/page",
    content_type: str = "text/html",
    depth: int = 1,
) -> Reading:
    reader = Reader()
    reader.use(CONNECTOR, rules or reading_rules())
    return reader.read(read_job(body, url, content_type=content_type, depth=depth))


def found(reading: Reading) -> dict[str, Reason | None]:
    return {each.url: each.decision.reason for each in reading.discoveries}


def test_a_page_becomes_a_document_under_its_own_id() -> None:
    body = page("Gulls").body
    reading = read(body)
    assert reading.decision == ALLOWED
    assert reading.draft is not None
    assert reading.draft.id == document_id("wiki", "https://wiki.test/page")
    assert (reading.draft.title, reading.draft.kind, reading.draft.language) == ("Gulls", "page", "en")
    assert reading.body is not None
    assert reading.body.hash == body_hash(body)


def test_a_file_becomes_a_document() -> None:
    reading = read(b"Tide tables for the harbour.", url="https://wiki.test/t.txt", content_type="text/plain")
    assert reading.draft is not None
    assert reading.draft.kind == "file"


def test_bodies_are_kept_only_where_wanted() -> None:
    assert read(page("Gulls").body, reading_rules(keep_bodies=False)).body is None


NOINDEX = '<meta name="robots" content="noindex">'


@pytest.mark.parametrize(
    ("body", "url", "content_type", "reason"),
    [
        (b"", "https://wiki.test/", "text/html", Reason.EMPTY_CONTENT),
        (b"<html><body></body></html>", "https://wiki.test/", "text/html", Reason.EMPTY_CONTENT),
        (page("Hidden", head=NOINDEX).body, "https://wiki.test/", "text/html", Reason.NOINDEX),
        (page("Draft").body, "https://wiki.test/drafts/1", "text/html", Reason.EXCLUDED_BY_INDEX_FILTER),
        (b"a text", "https://wiki.test/old/a.txt", "text/plain", Reason.EXCLUDED_BY_FILE_FILTER),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "https://wiki.test/a.png", "image/png", Reason.UNSUPPORTED_TYPE),
        (b"%PDF-1.7\nbroken", "https://wiki.test/a.pdf", "application/pdf", Reason.BROKEN_FILE),
    ],
)
def test_what_is_no_document_says_why(body: bytes, url: str, content_type: str, reason: Reason) -> None:
    rules = reading_rules(link_rules(index_exclude=["/drafts/"], files_exclude=["/old/"]))
    reading = read(body, rules, url=url, content_type=content_type)
    assert reading.decision.reason is reason
    assert reading.draft is None


def test_files_may_be_unwanted_altogether() -> None:
    rules = reading_rules(link_rules(attachments=False))
    assert read(b"a text", rules, content_type="text/plain").decision.reason is Reason.ATTACHMENTS_OFF


def test_links_are_followed_one_deeper_with_the_page_as_referrer() -> None:
    (discovery,) = read(page("Hub", "/next").body, depth=3).discoveries
    assert (discovery.url, discovery.depth, discovery.referrer_id) == ("https://wiki.test/next", 4, 7)
    assert (discovery.found_by, discovery.decision) == (FoundBy.LINK, ALLOWED)


def test_links_are_followed_from_a_page_that_is_no_document() -> None:
    assert found(read(page("Hidden", "/next", head=NOINDEX).body)) == {"https://wiki.test/next": None}


def test_a_link_that_stands_on_several_pages_is_handed_over_once() -> None:
    reader = Reader()
    reader.use(CONNECTOR, reading_rules())
    first = reader.read(read_job(page("One", "/shared", "/shared#part", "/first").body))
    second = reader.read(read_job(page("Two", "/shared", "/second").body))
    assert list(found(first)) == ["https://wiki.test/shared", "https://wiki.test/first"]
    assert list(found(second)) == ["https://wiki.test/second"]


def test_a_link_that_was_only_too_deep_is_handed_over_again() -> None:
    reader = Reader()
    reader.use(CONNECTOR, reading_rules(link_rules(max_depth=2)))
    deep = reader.read(read_job(page("Deep", "/target").body, depth=2))
    flat = reader.read(read_job(page("Flat", "/target").body, depth=1))
    assert found(deep) == {"https://wiki.test/target": Reason.TOO_DEEP}
    assert found(flat) == {"https://wiki.test/target": None}


def test_new_rules_decide_about_every_link_anew() -> None:
    reader = Reader()
    reader.use(CONNECTOR, reading_rules())
    outward = page("Out", "https://other.test/a").body
    assert found(reader.read(read_job(outward))) == {}
    reader.use(CONNECTOR, reading_rules(link_rules("https://wiki.test/", "https://other.test/")))
    assert found(reader.read(read_job(outward))) == {"https://other.test/a": None}


def test_a_nofollow_link_and_a_nofollow_page_have_verdicts_of_their_own() -> None:
    marked = read(page("One", '<a rel="nofollow" href="/ad">ad</a>', "/good").body)
    assert found(marked) == {"https://wiki.test/ad": Reason.NOFOLLOW, "https://wiki.test/good": None}
    whole = read(page("Two", "/a", head='<meta name="robots" content="nofollow">').body)
    assert [each.decision for each in whole.discoveries] == [refused(Reason.NOFOLLOW, "robots nofollow")]


def test_links_beyond_the_limit_have_a_verdict_and_the_first_are_followed() -> None:
    reading = read(page("Hub", "/a", "/a#1", "/b", "/c").body, reading_rules(max_links=2))
    assert found(reading) == {
        "https://wiki.test/a": None,
        "https://wiki.test/b": None,
        "https://wiki.test/c": Reason.TOO_MANY_LINKS,
    }


def test_a_refused_url_on_a_seeds_host_has_a_row_and_elsewhere_only_a_counter() -> None:
    outward = [f"https://other.test/{number}" for number in range(8)]
    rules = reading_rules(link_rules(crawl_exclude=["/logout"]))
    reading = read(page("Hub", "/logout", *outward, "https://third.test/").body, rules)
    assert found(reading) == {"https://wiki.test/logout": Reason.EXCLUDED_BY_CRAWL_FILTER}
    hosts = {each.host: each for each in reading.hosts_refused}
    assert hosts["other.test"].reason is Reason.OUT_OF_SCOPE
    assert hosts["other.test"].count == 8
    assert hosts["other.test"].examples == tuple(outward[:5])
    assert hosts["third.test"].count == 1


def test_what_is_no_address_is_passed_over() -> None:
    assert found(read(page("Hub", "http://[", "https://a b/", "/good").body)) == {
        "https://wiki.test/good": None
    }


CANONICAL = '<link rel="canonical" href="{}">'


def test_a_page_that_names_another_as_canonical_is_read_to_compare_the_two() -> None:
    reading = read(page("Print", head=CANONICAL.format("/screen")).body, depth=2)
    assert reading.decision == ALLOWED
    assert reading.canonical == "https://wiki.test/screen"
    assert reading.draft is not None
    assert reading.draft.canonical == "https://wiki.test/screen"
    assert reading.draft.canonical_id == document_id("wiki", "https://wiki.test/screen")
    discovery = next(each for each in reading.discoveries if each.found_by is FoundBy.CANONICAL)
    assert (discovery.url, discovery.depth) == ("https://wiki.test/screen", 2)


@pytest.mark.parametrize(
    "target",
    [
        "/page",
        "https://wiki.test/page#top",
        "https://elsewhere.test/page",
        "http://[",
        "/logout",
        "mailto:a@b",
    ],
)
def test_a_canonical_link_that_leads_nowhere_new_is_passed_over(target: str) -> None:
    rules = reading_rules(link_rules(crawl_exclude=["/logout"]))
    reading = read(page("Itself", head=CANONICAL.format(target)).body, rules)
    assert reading.decision == ALLOWED
    assert reading.canonical is None
    assert reading.draft is not None


def test_the_first_access_rule_that_matches_decides_and_none_means_nobody() -> None:
    rules = reading_rules(access=["/hr/", "/hr/open/", "/wiki/"], access_ids=[5, 6, 7])
    assert rules.access_id("https://wiki.test/hr/open/") == 5
    assert rules.access_id("https://wiki.test/wiki/") == 7
    assert rules.access_id("https://wiki.test/other") == NOBODY
    reading = read(page("Salaries").body, rules, url="https://wiki.test/hr/salaries")
    assert reading.draft is not None
    assert reading.draft.access_id == 5


def test_little_text_makes_no_copies() -> None:
    little, much = read(page("A", text="short").body), read(page("A", text="x" * SMALLEST_COPY).body)
    assert little.draft is not None
    assert much.draft is not None
    assert (little.draft.can_be_copy, much.draft.can_be_copy) == (False, True)


def test_the_links_of_an_unchanged_page_are_followed_from_the_catalog() -> None:
    links = read(page("Hub", "/next", '<a rel="nofollow" href="/ad">ad</a>').body).links
    assert links is not None
    assert unpack_links(links) == (("https://wiki.test/next", False), ("https://wiki.test/ad", True))
    reader = Reader()
    reader.use(CONNECTOR, reading_rules())
    reading = reader.read(FollowJob(CONNECTOR, 7, "https://wiki.test/hub", 1, links))
    assert found(reading) == {"https://wiki.test/next": None, "https://wiki.test/ad": Reason.NOFOLLOW}


def test_the_links_of_a_nofollow_page_stay_nofollow_in_the_catalog() -> None:
    links = read(page("Sink", "/a", head='<meta name="robots" content="nofollow">').body).links
    assert links is not None
    assert unpack_links(links) == (("https://wiki.test/a", True),)


def test_nuls_and_lone_surrogates_do_not_reach_the_catalog() -> None:
    reading = read(b"<title>Nul\0l</title><p>A text with \0 and &#xD800; inside of it, for long.</p>")
    assert reading.draft is not None
    assert "\0" not in reading.draft.title
