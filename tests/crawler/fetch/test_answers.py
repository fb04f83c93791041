"""What each kind of answer comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from catalog.vocabulary import Reason
from crawler.outcome import Failed, FileFetched, Gone, HtmlFetched, NotModified, Redirected, Refused
from tests.crawler.fetch.conftest import MakeFetcher, task
from tests.crawler.fetch.faux_site import answer, chunked, serve

PAGE = b"<!doctype html><title>Holiday</title><p>28 days"


async def test_a_page_comes_with_its_body_type_and_headers(make_fetcher: MakeFetcher) -> None:
    page = answer(PAGE, content_type="text/html; charset=utf-8", X_Robots_Tag="noindex", ETag='"1"')
    async with serve({"/a?b=c": page}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url("/a?b=c")))
    assert isinstance(outcome, HtmlFetched)
    assert outcome.body == PAGE
    assert outcome.status == 200
    assert outcome.content_type == "text/html; charset=utf-8"
    assert outcome.headers["x-robots-tag"] == "noindex"
    assert outcome.headers["etag"] == '"1"'
    assert outcome.milliseconds >= 0


async def test_a_request_says_who_asks_and_what_is_understood(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(PAGE)}) as site:
        await make_fetcher(site.url()).fetch(task(site.url()))
    (request,) = site.requests
    assert request.headers["host"] == site.host
    assert request.headers["user-agent"].startswith("sitelore/")
    assert request.headers["accept-encoding"] == "gzip, br, zstd, deflate"
    assert request.headers["accept"].startswith("text/html,")


async def test_what_is_not_html_is_a_file(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(b"%PDF-1.7", content_type="application/pdf")}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert isinstance(outcome, FileFetched)
    assert (outcome.body, outcome.content_type) == (b"%PDF-1.7", "application/pdf")


async def test_a_page_without_a_type_is_recognised(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(PAGE, content_type=None)}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert isinstance(outcome, HtmlFetched)
    assert outcome.content_type == "text/html"


async def test_repeated_headers_are_joined(make_fetcher: MakeFetcher) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Robots-Tag: a\r\nx-robots-tag: b\r\n\r\n"
    async with serve({"/": raw}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert isinstance(outcome, FileFetched)
    assert outcome.headers["x-robots-tag"] == "a, b"


async def test_a_copy_that_still_stands_is_not_sent_again(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'}) as site:
        asked = task(site.url(), etag='"1"', last_modified="Mon, 23 Nov 2026 09:00:00 GMT")
        outcome = await make_fetcher(site.url()).fetch(asked)
    assert isinstance(outcome, NotModified)
    assert outcome.headers["etag"] == '"1"'
    assert site.requests[0].headers["if-none-match"] == '"1"'
    assert site.requests[0].headers["if-modified-since"] == "Mon, 23 Nov 2026 09:00:00 GMT"


async def test_an_unconditional_request_carries_no_validators(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": b"HTTP/1.1 304 Not Modified\r\n\r\n"}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url(), etag='"1"'), conditional=False)
    assert "if-none-match" not in site.requests[0].headers
    expected = "the server answered 304, which was not asked for"
    assert outcome == Failed(Reason.PROTOCOL_ERROR, expected, 304)


async def test_a_validator_cannot_smuggle_a_header(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": answer(PAGE)}) as site:
        await make_fetcher(site.url()).fetch(task(site.url(), etag='"1"\r\nX-Evil: 1'))
    assert "x-evil" not in site.requests[0].headers


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/b", "{origin}/b"),
        ("c?d#e", "{origin}/a/c?d#e"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
        ("//elsewhere.example", "http://elsewhere.example/"),
        ("/caf\u00c3\u00a9", "{origin}/caf%C3%A9"),  # UTF-8 on the wire
        ("/caf\u00e9", "{origin}/caf%C3%A9"),  # Latin-1 on the wire
    ],
)
async def test_a_redirect_names_its_absolute_target(
    make_fetcher: MakeFetcher, location: str, target: str
) -> None:
    async with serve({"/a/": answer(status="301 Moved", Location=location)}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url("/a/")))
    assert isinstance(outcome, Redirected)
    assert (outcome.target, outcome.status) == (target.format(origin=site.origin), 301)


async def test_a_redirect_to_nowhere_is_a_fault(make_fetcher: MakeFetcher) -> None:
    answers = {
        "/1": answer(status="302 Found"),
        "/2": answer(status="302 Found", Location="http://["),
    }
    async with serve(answers) as site:
        fetcher = make_fetcher(site.url())
        without = await fetcher.fetch(task(site.url("/1")))
        broken = await fetcher.fetch(task(site.url("/2")))
    assert without == Failed(Reason.PROTOCOL_ERROR, "the server answered 302 without a Location", 302)
    expected = "the server answered 302 to 'http://[', which is no URL"
    assert broken == Failed(Reason.PROTOCOL_ERROR, expected, 302)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, Gone(Reason.NOT_FOUND, 404)),
        (410, Gone(Reason.GONE, 410)),
        (204, Refused(Reason.EMPTY_CONTENT, "the server answered 204", 204)),
        (401, Refused(Reason.UNAUTHORIZED, "the server answered 401", 401)),
        (403, Refused(Reason.FORBIDDEN, "the server answered 403", 403)),
        (407, Refused(Reason.PROXY_UNAUTHORIZED, "the server answered 407", 407)),
        (418, Refused(Reason.CLIENT_ERROR, "the server answered 418", 418)),
        (451, Refused(Reason.CLIENT_ERROR, "the server answered 451", 451)),
        (408, Failed(Reason.TIMEOUT, "the server answered 408: it waited too long", 408)),
        (500, Failed(Reason.SERVER_ERROR, "the server answered 500", 500)),
        (599, Failed(Reason.SERVER_ERROR, "the server answered 599", 599)),
        (300, Failed(Reason.PROTOCOL_ERROR, "the server answered 300, which was not asked for", 300)),
    ],
)
async def test_what_a_status_means(make_fetcher: MakeFetcher, status: int, expected: object) -> None:
    body = b"" if status == 204 else b"sorry"
    async with serve({"/": answer(body, status=f"{status} x")}) as site:
        assert await make_fetcher(site.url()).fetch(task(site.url())) == expected


async def test_a_server_that_is_busy_says_when_to_come_back(make_fetcher: MakeFetcher) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    answers = {
        "/429": answer(status="429 Slow down", Retry_After="7"),
        "/503": answer(status="503 Busy", Retry_After=later),
    }
    async with serve(answers) as site:
        fetcher = make_fetcher(site.url())
        limited = await fetcher.fetch(task(site.url("/429")))
        busy = await fetcher.fetch(task(site.url("/503")))
    expected = "the server answered 429: too many requests"
    assert limited == Failed(Reason.RATE_LIMITED, expected, 429, 7.0)
    assert isinstance(busy, Failed)
    assert busy.retry_after == pytest.approx(90, abs=5)


async def test_informational_answers_are_passed_over(make_fetcher: MakeFetcher) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    async with serve({"/": hints + answer(PAGE)}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert isinstance(outcome, HtmlFetched)
    assert (outcome.body, "link" in outcome.headers) == (PAGE, False)


async def test_a_chunked_body_is_put_together(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": chunked(PAGE[:5], PAGE[5:])}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert isinstance(outcome, HtmlFetched)
    assert outcome.body == PAGE


async def test_the_slips_of_old_servers_are_overlooked(make_fetcher: MakeFetcher) -> None:
    answers = {
        "/bare-lines": b"HTTP/1.0 200 OK\nContent-Type: text/html\nContent-Length: 5\n\nhello",
        "/both-lengths": chunked(b"hello", Content_Length="99"),
        "/no-phrase": b"HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello",
    }
    async with serve(answers) as site:
        fetcher = make_fetcher(site.url())
        for target in answers:
            outcome = await fetcher.fetch(task(site.url(target)))
            assert isinstance(outcome, HtmlFetched), (target, outcome)
            assert outcome.body == b"hello"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mailto:jo@example.com", Reason.UNSUPPORTED_SCHEME),
        ("ftp://example.com/", Reason.UNSUPPORTED_SCHEME),
        ("http://[broken", Reason.INVALID_URL),
    ],
)
async def test_only_web_addresses_are_asked(make_fetcher: MakeFetcher, url: str, expected: Reason) -> None:
    outcome = await make_fetcher().fetch(replace(task("http://example.com/"), url=url))
    assert isinstance(outcome, Refused)
    assert outcome.reason is expected
