"""What a page is not given, and what it gets instead."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from crawler.rendering.blocking import stand_in
from crawler.rendering.interfaces import Answered, PageRequest, Withheld
from settings.render import Blocked, RenderSettings
from tests.crawler.rendering.loading import address, wants

PAGE = "https://wiki.corp.test/start"
DEFAULT = RenderSettings().block


def instead(request: PageRequest, block: Collection[Blocked] = DEFAULT) -> Answered | Withheld | None:
    return stand_in(request, address(request.url), address(request.page), block)


def why(url: str, kind: str = "XHR", *, method: str = "GET", block: Collection[Blocked] = DEFAULT) -> str:
    answer = instead(wants(url, kind, page=PAGE, method=method), block)
    assert isinstance(answer, Withheld), answer
    return answer.why


@pytest.mark.parametrize("kind", ["XHR", "Fetch", "Script", "Stylesheet", "Document", "Other"])
def test_what_a_page_is_made_of_is_given(kind: str) -> None:
    assert instead(wants("https://wiki.corp.test/x", kind, page=PAGE)) is None
    assert instead(wants("https://wiki.corp.test/x", kind, page=PAGE, method="HEAD")) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_but_get_and_head_reads(method: str) -> None:
    answer = instead(wants("https://wiki.corp.test/graphql", "Fetch", page=PAGE, method=method))
    assert answer == Withheld(
        f"{method} changes things, and only GET and HEAD read",
        f"its scripts wanted to {method}, and only GET and HEAD read",
    )


def test_a_page_that_posts_itself_is_withheld_too() -> None:
    request = wants(PAGE, "Document", page=PAGE, method="POST", is_main_document=True)
    assert instead(request) == Withheld("POST changes things, and only GET and HEAD read")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("EventSource", "endless stream"),
        ("WebSocket", "socket"),
        ("Ping", "ping"),
        ("CSPViolationReport", "report"),
        ("Manifest", "manifest"),
        ("TextTrack", "text track"),
        ("Prefetch", "prefetch"),
        ("Font", "font"),
        ("Media", "media"),
    ],
)
def test_what_no_text_comes_from_is_withheld(kind: str, said: str) -> None:
    assert why("https://wiki.corp.test/x", kind) == said


def test_what_is_asked_for_ahead_is_withheld() -> None:
    request = wants("https://wiki.corp.test/next", "Document", headers={"sec-purpose": "prefetch;prerender"})
    assert instead(request) == Withheld("prefetch")


def test_a_picture_is_a_pixel_so_that_the_page_does_not_ask_for_another_one() -> None:
    answer = instead(
        wants("https://cdn.test/a.png", "Image", page=PAGE, headers={"origin": "https://wiki.test"})
    )
    assert isinstance(answer, Answered)
    assert answer.body.startswith(b"GIF89a")
    assert ("access-control-allow-origin", "https://wiki.test") in answer.headers


def test_a_style_sheet_that_is_not_wanted_is_empty() -> None:
    answer = instead(wants("https://wiki.corp.test/a.css", "Stylesheet", page=PAGE), [Blocked.STYLESHEET])
    assert isinstance(answer, Answered)
    assert (answer.headers[0], answer.body) == (("content-type", "text/css"), b"")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.googletagmanager.com/gtag/js?id=G-1", "Script"),
        ("https://www.google-analytics.com/collect?v=1", "Fetch"),
        ("https://stats.g.doubleclick.net/j/collect", "XHR"),
        ("https://connect.facebook.net/en_US/fbevents.js", "Script"),
        ("https://www.facebook.com/tr/?id=1", "Script"),
        ("https://static.hotjar.com/c/hotjar-1.js", "Script"),
        ("https://cdn.segment.com/analytics.js/v1/x/analytics.min.js", "Script"),
        ("https://wiki.corp.test/matomo.js", "Script"),
        ("https://stats.corp.test/piwik.php?idsite=1", "XHR"),
    ],
)
def test_trackers_are_withheld(url: str, kind: str) -> None:
    assert why(url, kind) == "tracker"
    assert instead(wants(url, kind, page=PAGE), []) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/docs",
        "https://notdoubleclick.net/x.js",
        "https://doubleclick.net.corp.test/x.js",
        "https://cdn.jsdelivr.net/npm/vue",
        "https://wiki.corp.test/docs/matomo/intro.json",
        "https://wiki.corp.test/js/analytics.js",
    ],
)
def test_what_only_looks_like_a_tracker_is_given(url: str) -> None:
    assert instead(wants(url, "Script", page=PAGE)) is None


def test_a_trackers_own_site_is_read_like_any_other() -> None:
    request = wants("https://cdn.segment.com/docs.js", "Script", page="https://segment.com/docs/")
    assert instead(request) is None


def test_frames_of_other_sites_are_withheld_and_those_of_the_site_are_not() -> None:
    assert why("https://player.video.example/1", "Document") == "frame"
    assert instead(wants("https://apps.corp.test/widget", "Document", page=PAGE)) is None
    assert instead(wants("https://player.video.example/1", "Document", page=PAGE), [Blocked.IMAGE]) is None


@pytest.mark.parametrize("kind", ["XHR", "Script", "Document"])
def test_an_address_that_would_change_something_is_withheld(kind: str) -> None:
    assert why("https://wiki.corp.test/items/5/delete", kind) == "“delete” changes things"
    assert why("https://wiki.corp.test/logout", kind) == "“logout” changes things"


def test_a_picture_that_would_log_out_is_not_asked_for() -> None:
    assert isinstance(instead(wants("https://wiki.corp.test/logout", "Image", page=PAGE), []), Answered)


def test_the_page_itself_is_not_judged_by_what_frames_and_scripts_may_do() -> None:
    request = wants(PAGE + "?action=delete", "Document", page=PAGE, is_main_document=True)
    assert instead(request) is None
