"""Bad input: whatever a server sends, there is a page or a reason, never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.vocabulary import Reason
from extract.page import Page, Unreadable
from extract.read import read
from extract.rules import DEFAULT_RULES
from tests.extract.pages import page_of, read_html


@pytest.mark.parametrize(
    "html", ["", "   ", "<html></html>", "<!-- only a remark -->", "<img src=x>", "\0\0"]
)
def test_a_page_without_text_is_refused_as_empty(html: str) -> None:
    found = read_html(html)
    assert isinstance(found, Unreadable)
    assert (found.reason, found.detail) == (Reason.EMPTY_CONTENT, "the page has no text")


def test_a_page_of_scripts_alone_says_so() -> None:
    found = read_html("<body><div id=app></div><script>start()</script>")
    assert isinstance(found, Unreadable)
    assert "scripts that may write some in a browser" in found.detail


@pytest.mark.parametrize("tags", ["<div>", "<ul><li>", "<b>", "<table><tr><td>", "<blockquote>", "<div><p>"])
def test_a_hundred_thousand_levels_of_nesting_are_read(tags: str) -> None:
    assert page_of(tags * (100_000 // tags.count("<")) + "deep text").text == "deep text"


def test_nesting_with_end_tags_is_cut_too() -> None:
    page = page_of("<div>" * 30_000 + "deep" + "</div>" * 30_000 + "<p>after</p>")
    assert page.text == "deep\n\nafter"


def test_a_long_list_without_end_tags_is_not_taken_for_nesting() -> None:
    page = page_of("<ul>" + "".join(f"<li>item {number}" for number in range(12_000)))
    assert len(page.blocks) == 12_000
    assert {block.level for block in page.blocks} == {1}


def test_fifty_megabytes_are_read() -> None:
    paragraph = "<p>" + "The warehouse ships every order on time. " * 240 + "</p>\n"
    assert len(page_of(paragraph * (50_000_000 // len(paragraph))).blocks) > 5_000


@pytest.mark.parametrize(
    "html",
    [
        "<p>text<p <b <<i>more</",
        "</div></body></html><p>text",
        "<table><p>text<tr><div>cell<td>x</table>",
        "<ul></li></li><li>text</ul></ul></ul>",
        "<dl><dd>text<dt>term</dl></dl><dd>text",
        "<a href=x><a href=y>text</a></a></a>",
        "<p>a\0b text</p>",
        "<pre><table><tr><td>text</td></tr></table></pre>",
        "<svg><p>text</p></svg><math><mi>x</mi></math>",
        "<table><caption>text<td><table><td>inner",
    ],
)
def test_broken_markup_keeps_its_text(html: str) -> None:
    assert "text" in page_of(html).text


def test_surrogates_and_wrong_bytes_become_replacement_characters() -> None:
    assert "\ufffd" in page_of(b"<p>lone \xed\xa0\x80 surrogate, caf\xe9</p>").text


def test_surrogates_in_references_do_no_harm() -> None:
    page_of("<a href='&#xD800;/x'>x</a><p>text &#xD800; &#x110000;</p>")


@settings(max_examples=150, deadline=None)
@given(st.text("<>/=\"' abdlpuhit1&;!-\0\n", max_size=120))
def test_any_markup_is_read(html: str) -> None:
    found = read_html(html)
    assert isinstance(found, Page | Unreadable)
    if isinstance(found, Page):
        assert found.blocks
        assert all(block.text.strip() for block in found.blocks)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(["", "text/html", "text/plain", "text/csv", "application/json", "a/b"]),
)
def test_any_bytes_under_any_label_are_read(body: bytes, label: str) -> None:
    headers = {"content-type": label}
    assert isinstance(read(body, url="http://h/x", headers=headers, rules=DEFAULT_RULES), Page | Unreadable)


def test_controls_of_direction_in_a_title_are_left_out() -> None:
    page = page_of("<title>invoice\u202efdp.exe \u2066x\u2069</title><p>text</p>")
    assert page.title == "invoicefdp.exe x"


@pytest.mark.parametrize(
    "reference",
    ["javascript:alert(1)", " java&#9;script:alert(1)", "data:text/html,<p>x", "vbscript:x", "file:///x"],
)
def test_a_link_of_another_scheme_leads_nowhere(reference: str) -> None:
    page = page_of(f"<p>text <a href='{reference}'>no</a> <a href='/yes'>yes</a></p>")
    assert [link.url for link in page.links] == ["https://docs.example.com/yes"]


def test_a_base_on_another_host_is_obeyed_as_browsers_do() -> None:
    page = page_of(
        "<base href='https://other.example/deep/'><p>text <a href='x'>x</a> <a href='//h.example/y'>y</a>"
    )
    assert [link.url for link in page.links] == ["https://other.example/deep/x", "https://h.example/y"]


@pytest.mark.parametrize("base", ["javascript:alert(1)", "data:text/plain,x"])
def test_a_base_of_another_scheme_is_none(base: str) -> None:
    page = page_of(f"<base href='{base}'><p>text <a href='x'>x</a>")
    assert [link.url for link in page.links] == ["https://docs.example.com/guide/x"]
