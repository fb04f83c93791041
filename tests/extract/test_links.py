"""Links: which are found, where they lead, and which may be followed."""

from __future__ import annotations

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.html.links import Joiner
from extract.page import Link
from tests.extract.pages import URL, read_html


def urls(html: str, url: str = URL) -> list[str]:
    return [link.url for link in read_html(html, url=url).links]


def test_links_come_in_order_of_appearance_with_their_text() -> None:
    html = '<p><a href="b.html"> The\n <b>second</b> part</a> <a href="/a?x=1&amp;y=2#top">First</a></p>'
    assert read_html(html).links == (
        Link("https://docs.example.com/guide/b.html", "The second part"),
        Link("https://docs.example.com/a?x=1&y=2#top", "First"),
    )


def test_frames_areas_and_relations_of_the_head_are_links_too() -> None:
    html = """<head><link rel=stylesheet href=s.css><link rel=next href=2.html><link rel=alternate hreflang=de
      href=/de/><link rel=alternate type=application/json+oembed href=/o></head><body>Text
      <map><area href=a.html alt=Area></map><iframe src=f.html></iframe></body>"""
    assert urls(html) == [
        "https://docs.example.com/guide/2.html",
        "https://docs.example.com/de/",
        "https://docs.example.com/guide/a.html",
        "https://docs.example.com/guide/f.html",
    ]


def test_a_frameset_leads_to_its_frames() -> None:
    assert urls("<frameset><frame src=left.html><frame src=right.html></frameset>") == [
        "https://docs.example.com/guide/left.html",
        "https://docs.example.com/guide/right.html",
    ]


def test_the_base_element_moves_relative_links() -> None:
    assert urls('<base href="/other/"><a href=x.html>x</a>') == ["https://docs.example.com/other/x.html"]


@pytest.mark.parametrize(
    "reference", ["javascript:go()", "mailto:a@example.com", "tel:+4912", "data:text/html,x", ""]
)
def test_other_schemes_and_empty_references_are_no_links(reference: str) -> None:
    assert urls(f"<a href='{reference}'>x</a>") == []


@pytest.mark.parametrize("relation", ["nofollow", "UGC noopener", "sponsored"])
def test_relations_that_ask_not_to_follow_are_kept_with_the_link(relation: str) -> None:
    assert [
        link.nofollow for link in read_html(f"<a href=x rel='{relation}'>x</a><a href=y>y</a>").links
    ] == [True, False]


def test_an_image_link_has_its_title_as_text() -> None:
    assert read_html("<a href=x title='Price list'><img src=p></a>").links[0].text == "Price list"


def test_an_unread_page_still_leads_on() -> None:
    assert urls("<a href=x.html><img src=x></a>") == ["https://docs.example.com/guide/x.html"]


REFERENCES = st.text("ab.-_/:?#=&%20~@\\ \té[]", max_size=25)
BASES = st.sampled_from(
    [URL, "http://h", "http://h/a/b/?x=/y#/z", "https://h:8080/a/../b/c", "file:///a/b.html"]
)


@given(BASES, REFERENCES)
def test_joining_agrees_with_the_url_standard(base: str, reference: str) -> None:
    joined = Joiner(base).join(reference)
    try:
        expected = ada_url.join_url(base, reference)
    except ValueError:
        assert joined is None
        return
    if joined is not None:  # other schemes are left out
        assert ada_url.normalize_url(joined) == expected
