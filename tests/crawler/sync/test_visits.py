"""What the ledger is told of each outcome."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.document import document_id, url_key
from catalog.task import FetchTask, FoundBy
from catalog.visit import Visit, body_hash
from catalog.vocabulary import Reason, UrlState, refused
from crawler.outcome import Failed, Gone, HtmlFetched, NotModified, Redirected, Refused
from crawler.sync import visits
from crawler.sync.read_by import NO_MARK
from crawler.sync.reading import Reading
from extract.rules import ExtractionRules, FieldRule, Source
from settings.fields import FieldType
from tests.crawler.sync.rules import link_rules, reading_rules

URL = "https://wiki.test/page"
TASK = FetchTask(
    url_id=7,
    key=url_key("wiki", URL),
    url=URL,
    host="wiki.test",
    depth=2,
    attempts=1,
    etag='"1"',
    body_hash=body_hash(b"a body"),
    document_id=document_id("wiki", URL),
    read_by=NO_MARK,
)
FETCHED = HtmlFetched(b"a body", 200, "text/html", {"etag": '"1"'}, 12)


@pytest.mark.parametrize(
    ("outcome", "state", "detail", "status"),
    [
        (Gone(Reason.NOT_FOUND, 404), UrlState.GONE, None, 404),
        (
            Refused(Reason.FORBIDDEN, "the server answered 403", 403),
            UrlState.REFUSED,
            "the server answered 403",
            403,
        ),
        (Failed(Reason.TIMEOUT, "30 s passed"), UrlState.FAILED, "30 s passed", None),
    ],
)
def test_an_answer_without_content_keeps_its_reason(
    outcome: Gone | Refused | Failed, state: UrlState, detail: str | None, status: int | None
) -> None:
    visit = visits.without_content(TASK, outcome)
    assert visit.verdict is not None
    assert (visit.verdict.state, visit.verdict.reason) == (state, outcome.reason)
    assert (visit.verdict.detail, visit.verdict.status, visit.verdict.attempts) == (detail, status, 2)


def test_what_robots_txt_forbids_is_refused_and_what_it_does_not_say_failed() -> None:
    forbidden = visits.not_asked(TASK, refused(Reason.ROBOTS_DISALLOWED, "Disallow: /page")).verdict
    silent = visits.not_asked(TASK, refused(Reason.ROBOTS_UNREACHABLE, "answered 500")).verdict
    assert forbidden is not None
    assert silent is not None
    assert (forbidden.state, forbidden.rule, forbidden.detail) == (UrlState.REFUSED, "Disallow: /page", None)
    assert (silent.state, silent.rule, silent.detail) == (UrlState.FAILED, None, "answered 500")
    assert forbidden.attempts == silent.attempts == 1  # no request was made


def redirect(target: str, task: FetchTask = TASK) -> Visit:
    return visits.redirected(task, Redirected(target, 301, 5), "wiki", link_rules())


def test_a_redirects_target_is_met_at_the_same_depth_with_the_way_that_led_there() -> None:
    visit = redirect("/next", replace(TASK, redirects=("https://wiki.test/before",)))
    (found,) = visit.discoveries
    assert (found.url, found.depth, found.found_by) == ("https://wiki.test/next", 2, FoundBy.REDIRECT)
    assert found.redirects == ("https://wiki.test/before", URL)
    assert visit.verdict is not None
    assert (visit.verdict.state, visit.verdict.reason) == (UrlState.REDIRECT, None)
    assert visit.verdict.document_id == document_id("wiki", "https://wiki.test/next")


@pytest.mark.parametrize(
    ("target", "passed", "state", "reason"),
    [
        (URL, (), UrlState.REFUSED, Reason.REDIRECT_LOOP),
        ("/before", ("https://wiki.test/before",), UrlState.REFUSED, Reason.REDIRECT_LOOP),
        (
            "/next",
            tuple(f"https://wiki.test/{n}" for n in range(10)),
            UrlState.REFUSED,
            Reason.TOO_MANY_REDIRECTS,
        ),
        ("http://[", (), UrlState.FAILED, Reason.INVALID_URL),
        ("https://other.test/", (), UrlState.REDIRECT, Reason.OUT_OF_SCOPE),
        ("mailto:a@b.test", (), UrlState.REDIRECT, Reason.UNSUPPORTED_SCHEME),
    ],
)
def test_a_redirect_that_leads_nowhere_says_why_and_queues_nothing(
    target: str, passed: tuple[str, ...], state: UrlState, reason: Reason
) -> None:
    visit = redirect(target, replace(TASK, redirects=passed))
    assert visit.verdict is not None
    assert (visit.verdict.state, visit.verdict.reason) == (state, reason)
    assert visit.verdict.detail == target
    assert visit.verdict.document_id is None
    assert visit.discoveries == ()


def test_ten_redirects_are_followed() -> None:
    assert len(redirect("/next", replace(TASK, redirects=("https://wiki.test/a",) * 9)).discoveries) == 1


@pytest.mark.parametrize("outcome", [NotModified({}, 3), FETCHED])
def test_a_copy_that_still_stands_is_met_and_its_links_are_followed(
    outcome: NotModified | HtmlFetched,
) -> None:
    visit = visits.unchanged(TASK, outcome, Reading())
    assert visit.unchanged == TASK.document_id
    assert visit.verdict is not None
    assert (visit.verdict.state, visit.verdict.reason, visit.verdict.copy) == (UrlState.UNCHANGED, None, None)
    assert visit.transferred == (6 if isinstance(outcome, HtmlFetched) else 0)


def test_a_document_that_no_page_led_to_says_so() -> None:
    visit = visits.unchanged(replace(TASK, found_by=FoundBy.ORPHAN), NotModified({}, 3), Reading())
    assert visit.verdict is not None
    assert visit.verdict.reason is Reason.NOT_LINKED_ANY_MORE


def test_an_equal_body_stands_for_what_was_read_from_it() -> None:
    rules = reading_rules()
    assert visits.stands(TASK, FETCHED, rules)
    assert not visits.stands(TASK, replace(FETCHED, body=b"another"), rules)
    assert not visits.stands(replace(TASK, body_hash=None), FETCHED, rules)
    assert not visits.stands(TASK, FETCHED, replace(rules, mark=b"other rules now."))


def test_an_equal_body_under_another_validator_is_read_so_that_the_validator_is_remembered() -> None:
    moved = replace(FETCHED, headers={"etag": '"2"'})
    assert not visits.stands(TASK, moved, reading_rules())
    verdict = visits.read(TASK, moved, Reading(), reading_rules()).verdict
    assert verdict is not None
    assert verdict.copy is not None
    assert verdict.copy.etag == '"2"'


def test_what_is_kept_of_an_answer_are_the_headers_that_reading_takes() -> None:
    mapping = FieldRule("department", (Source("header", "X-Department"),), FieldType.STRING)
    rules = replace(
        reading_rules(), mark=b"of these rules !", extraction=ExtractionRules(mappings=(mapping,))
    )
    headers = {"content-type": "text/html; charset=utf-8", "set-cookie": "session=secret", "date": "today"}
    verdict = visits.read(TASK, replace(FETCHED, headers=headers), Reading(), rules).verdict
    assert verdict is not None
    assert verdict.copy is not None
    assert verdict.copy.headers == {"content-type": "text/html; charset=utf-8", "x-department": ""}
    assert verdict.copy.read_by == rules.mark


def test_an_equal_body_does_not_stand_against_headers_that_are_read() -> None:
    tagged = replace(FETCHED, headers={"x-robots-tag": "noindex"})
    assert not visits.stands(TASK, tagged, reading_rules())
    mapping = FieldRule("updated_at", (Source("header", "last-modified"),), FieldType.DATE)
    reads_headers = replace(reading_rules(), extraction=ExtractionRules(mappings=(mapping,)))
    assert not visits.stands(TASK, FETCHED, reads_headers)


@pytest.mark.parametrize(
    ("tag", "doubtful"), [("noindex", True), ("sitelore: NONE", True), ("nofollow", False), ("", False)]
)
def test_a_304_that_says_noindex_has_to_be_asked_for_in_full(tag: str, doubtful: bool) -> None:
    assert visits.has_doubtful_headers(NotModified({"x-robots-tag": tag}, 3)) is doubtful
    full = visits.in_full(replace(TASK, etag='"1"', last_modified="yesterday"))
    assert (full.etag, full.last_modified, full.body_hash, full.attempts) == (None, None, None, 2)


def test_a_refused_body_keeps_its_reason_rule_and_what_was_seen_of_it() -> None:
    reading = Reading(decision=refused(Reason.NOINDEX, "robots noindex"), content_type="text/html")
    verdict = visits.read(TASK, FETCHED, reading, reading_rules()).verdict
    assert verdict is not None
    assert (verdict.state, verdict.reason, verdict.rule) == (
        UrlState.REFUSED,
        Reason.NOINDEX,
        "robots noindex",
    )
    assert verdict.copy is not None
    assert (verdict.copy.size, verdict.copy.etag, verdict.copy.content_type) == (6, '"1"', "text/html")
