"""Which headers go on to the server and which come back to the page."""

from __future__ import annotations

import pytest

from crawler.rendering.page_headers import cookie_lines, cookies_for_scripts, given_back, passed_on
from tests.crawler.rendering.loading import address

PAGE = address("https://app.test/")


def sent(headers: dict[str, str], target: str = "https://app.test/api") -> dict[str, str]:
    return {
        name.decode(): value.decode("latin-1") for name, value in passed_on(headers, address(target), PAGE)
    }


def test_what_a_script_says_goes_on() -> None:
    said = {
        "accept": "application/json",
        "accept-language": "de",
        "authorization": "Bearer t",
        "cookie": "a=1",
        "origin": "https://app.test",
        "referer": "https://app.test/",
        "requestverificationtoken": "v",
        "x-requested-with": "XMLHttpRequest",
    }
    assert sent(said) == said


@pytest.mark.parametrize(
    "name",
    [
        "connection",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "proxy-connection",
        "content-length",
        "user-agent",
        "accept-encoding",
        "if-none-match",
        "if-modified-since",
        "range",
        "sec-fetch-mode",
        "sec-ch-ua",
        "upgrade-insecure-requests",
        "x bad",
        "x-bad\r\n",
    ],
)
def test_what_is_the_fetchers_to_say_does_not(name: str) -> None:
    assert sent({name: "x"}) == {}


def test_a_line_break_in_a_value_makes_no_header() -> None:
    assert sent({"x-a": "1\r\nHost: evil.test"}) == {"x-a": "1Host: evil.test"}


def test_nothing_that_lets_in_goes_from_https_to_http() -> None:
    said = {"accept": "*/*", "authorization": "Bearer t", "x-auth-token": "t"}
    assert sent(said, "http://app.test/api") == {"accept": "*/*"}


def test_a_page_gets_the_headers_of_its_answer_and_no_orders_to_report() -> None:
    headers = [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
        ("content-length", "3"),
        ("access-control-allow-origin", "*"),
        ("nel", "{}"),
        ("www-authenticate", "Basic"),
        ("set-cookie", "a=1"),
        ("set-cookie", "sid=2; Path=/; HttpOnly"),
    ]
    assert given_back(headers, keeps_length=False, hides_sessions=True) == (
        ("content-type", "application/json"),
        ("access-control-allow-origin", "*"),
        ("set-cookie", "a=1"),
    )
    back = given_back(headers, keeps_length=True, hides_sessions=False)
    assert ("content-length", "3") in back
    assert ("set-cookie", "sid=2; Path=/; HttpOnly") in back


@pytest.mark.parametrize(
    ("joined", "lines"),
    [
        ("a=1", ("a=1",)),
        ("a=1; Path=/, b=2; HttpOnly", ("a=1; Path=/", "b=2; HttpOnly")),
        (
            "a=1; Expires=Wed, 25 Nov 2026 12:00:00 GMT; Path=/, b=2",
            ("a=1; Expires=Wed, 25 Nov 2026 12:00:00 GMT; Path=/", "b=2"),
        ),
        ("", ()),
    ],
)
def test_joined_cookies_come_apart(joined: str, lines: tuple[str, ...]) -> None:
    assert cookie_lines(joined) == lines


def test_scripts_see_the_cookies_of_their_document_but_those_of_the_session() -> None:
    joined = "sid=1; Path=/; HttpOnly, xsrf=2; Expires=Wed, 25 Nov 2026 12:00:00 GMT, lang=de"
    assert cookies_for_scripts(joined) == (
        ("set-cookie", "xsrf=2; Expires=Wed, 25 Nov 2026 12:00:00 GMT"),
        ("set-cookie", "lang=de"),
    )
