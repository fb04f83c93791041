"""Deep links: to the page of a PDF, to the anchor and the very words of a web page, and nowhere unsafe."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.query.deep_link import deep_link, safe_url, text_directive

PAGE = "https://handbook.example.com/leave/"


def link(text: str, *, url: str = PAGE, kind: str = "page", start: int = 0, anchor: str | None = None) -> str:
    found = deep_link(url, kind=kind, text=text, start=start, anchor=anchor)
    assert found is not None
    return found


def test_a_short_sentence_is_linked_word_for_word_below_its_anchor() -> None:
    assert link("It is fully paid.", anchor="how-long") == f"{PAGE}#how-long:~:text=It%20is%20fully%20paid."


def test_a_long_sentence_is_linked_by_its_two_ends() -> None:
    text = "Every parent who has been with us for six months takes up to 26 weeks. More follows here."
    assert link(text) == f"{PAGE}#:~:text=Every%20parent%20who%20has,up%20to%2026%20weeks."


def test_the_sentence_at_the_excerpt_is_linked() -> None:
    text = "First comes this sentence. Then comes another one."
    assert link(text, start=text.index("Then")).endswith("#:~:text=Then%20comes%20another%20one.")


def test_characters_with_a_meaning_in_a_directive_are_encoded() -> None:
    fragment = link("Q&A, well-known #1 100 % “safe”").partition(":~:text=")[2]
    assert fragment == "Q%26A%2C%20well%2Dknown%20%231%20100%20%25%20%E2%80%9Csafe%E2%80%9D"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.\nThe second sentence is telling.", "text=The%20second%20sentence%20is%20telling."),
        ("Name | Days\nEva | 30\nAsk the people team first.", "text=Ask%20the%20people%20team%20first."),
        ("休暇は二十六週間まで取得できます。", "text=%E4%BC%91%E6%9A%87"),
    ],
)
def test_the_first_telling_sentence_is_chosen(text: str, expected: str) -> None:
    assert (text_directive(text) or "").startswith(expected)


@pytest.mark.parametrize("text", ["", "Yes.", "A | B\nC | D"])
def test_without_telling_words_the_anchor_alone_is_linked(text: str) -> None:
    assert link(text, anchor="top") == f"{PAGE}#top"
    assert link(text) == PAGE


def test_the_route_of_a_script_stays_since_it_is_where_the_page_is() -> None:
    url = "https://docs.example.com/#/guide"
    assert deep_link(url, kind="page", text="", anchor="install") == url
    link = deep_link(
        url, kind="page", text="Leave is asked for two weeks before it begins.", anchor="install"
    )
    assert link is not None
    assert link.startswith("https://docs.example.com/#/guide:~:text=")


def test_an_anchor_is_encoded_and_a_fragment_of_the_address_replaced() -> None:
    assert link("", url=f"{PAGE}#old", anchor='a "b"<c>') == f"{PAGE}#a%20%22b%22%3Cc%3E"


def test_a_pdf_opens_at_its_page() -> None:
    url = "https://x.example/a.PDF?v=2"
    assert deep_link(url, kind="file", text="Words of the page here.", page=7) == f"{url}#page=7"


def test_audio_and_video_start_where_it_is_said() -> None:
    url = "https://example.com/talk"
    assert deep_link(url, kind="file", text="Words that are said here.", anchor="t=95") == f"{url}#t=95"


def test_another_file_opens_as_it_is() -> None:
    url = "https://x.example/a.docx"
    assert deep_link(url, kind="file", text="Words of the page here.", page=7) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        "/relative",
        "https:///nohost",
        "http://[broken/",
        "ftp://x.example/",
        "",
    ],
)
def test_what_is_not_http_is_never_linked(url: str) -> None:
    assert safe_url(url) is None
    assert deep_link(url, kind="page", text="Some telling words here.") is None


@given(st.text(max_size=400), st.integers(0, 400), st.text(max_size=30) | st.none())
def test_any_passage_yields_one_well_formed_address(text: str, start: int, anchor: str | None) -> None:
    anchor = anchor and anchor.encode("utf-8", "replace").decode()
    found = link(text, start=start, anchor=anchor)
    assert found.isascii()
    assert found.count("#") <= 1
    assert urlsplit(found)[:4] == urlsplit(PAGE)[:4]
    element, separator, directive = urlsplit(found).fragment.partition(":~:text=")
    assert unquote(element) == (anchor or "")
    if separator:
        assert directive.count(",") <= 1
        assert "&" not in directive
        assert "-" not in directive
