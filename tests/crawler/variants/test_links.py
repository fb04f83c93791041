"""Two pages are the same only if one leads nowhere that the other does not."""

from __future__ import annotations

from crawler.variants.forms import Form, Kind, Step
from crawler.variants.links import leads_further

FORM = Form.of([Step(Kind.PARAMETER, "sid")])
PAGE = "https://a.example/list?sid=7"


def everything(_url: str) -> bool:
    return True


def test_links_that_differ_in_what_is_claimed_are_the_same() -> None:
    links, others = ["https://a.example/1?sid=7"], ["https://a.example/1?sid=8", "https://a.example/2"]
    assert not leads_further(PAGE, links, others, FORM, everything)


def test_another_link_leads_further() -> None:
    assert leads_further(PAGE, ["https://a.example/1?page=2"], ["https://a.example/1"], FORM, everything)


def test_links_that_are_not_followed_lead_nowhere() -> None:
    assert not leads_further(PAGE, ["https://elsewhere.example/"], [], FORM, lambda _url: False)


def test_a_link_that_names_the_page_it_stands_on_leads_nowhere_else() -> None:
    assert not leads_further(PAGE, ["https://a.example/login?back=%2Flist%3Fsid%3D7"], [], FORM, everything)


def test_places_in_a_page_are_no_other_pages() -> None:
    assert not leads_further(PAGE, ["https://a.example/list#top"], [], FORM, everything)
