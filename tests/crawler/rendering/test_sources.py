"""What a page was made of is asked for again; whatever is not the same, or cannot be told, is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from catalog.vocabulary import Reason
from crawler.rendering.interfaces import Answered, PageRequest, Spent, Withheld
from crawler.rendering.sources import MOST_SOURCES, PageSources, Source, SourceLog, are_the_same

PAGE = "https://app.test/articles/1"
DATA = Answered(200, [("content-type", "application/json")], b'{"title": "Tides"}')


def request(
    url: str = "https://app.test/api/1",
    kind: str = "Fetch",
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    main: bool = False,
) -> PageRequest:
    sent = {"accept": "*/*", "user-agent": "Chrome", "sec-fetch-mode": "cors"} if headers is None else headers
    return PageRequest(method, url, kind, sent, main, PAGE)


def noted(*exchanges: tuple[PageRequest, Answered | Withheld]) -> tuple[Source, ...] | None:
    log = SourceLog()
    for asked, answer in exchanges:
        log.note(asked, answer)
    return log.whole()


@dataclass
class Site:
    """Answers by URL, as a connector's loader would; it keeps what it was asked."""

    answers: dict[str, Answered | Withheld]
    unauthorized: bool = False
    asked: list[PageRequest] = field(default_factory=list)

    async def load(self, request: PageRequest, spent: Spent) -> Answered | Withheld:
        self.asked.append(request)
        spent.saw_unauthorized = self.unauthorized
        return self.answers.get(request.url, Answered(404, [], b""))


async def same(site: Site, sources: tuple[Source, ...] | None) -> bool:
    assert sources is not None
    return await are_the_same(sources, site, PAGE, generation=3)


async def test_while_every_answer_is_the_same_so_is_the_page() -> None:
    site = Site({"https://app.test/api/1": DATA, "https://app.test/app.js": Answered(200, [], b"run()")})
    sources = noted(
        (request(), DATA), (request("https://app.test/app.js", "Script"), Answered(200, [], b"run()"))
    )
    assert await same(site, sources)
    assert {each.url for each in site.asked} == set(site.answers)


async def test_it_is_asked_for_with_the_headers_that_an_answer_may_depend_on() -> None:
    site = Site({"https://app.test/api/1": DATA})
    headers = {"accept": "application/json", "x-requested-with": "XMLHttpRequest", "user-agent": "Chrome"}
    assert await same(site, noted((request(headers=headers), DATA)))
    assert site.asked[0].headers == {"accept": "application/json", "x-requested-with": "XMLHttpRequest"}


@pytest.mark.parametrize(
    "now",
    [
        Answered(200, [], b'{"title": "Storms"}'),
        Answered(404, [], DATA.body),
        Answered(302, [("location", "/elsewhere")], DATA.body),
        Withheld(Reason.TIMEOUT),
    ],
)
async def test_another_answer_or_none_is_another_page(now: Answered | Withheld) -> None:
    assert not await same(Site({"https://app.test/api/1": now}), noted((request(), DATA)))


async def test_where_a_redirect_leads_is_part_of_an_answer() -> None:
    before, now = (Answered(302, [("Location", target)], b"") for target in ("/a", "/b"))
    assert not await same(Site({"https://app.test/api/1": now}), noted((request(), before)))


async def test_a_session_in_doubt_is_for_the_browser_to_find_out() -> None:
    assert not await same(Site({"https://app.test/api/1": DATA}, unauthorized=True), noted((request(), DATA)))


@pytest.mark.parametrize(
    "asked",
    [
        request(headers={"authorization": "Bearer secret"}),
        request(headers={"x-csrf": "secret"}),
        request("https://app.test/api/1?access_token=secret"),
        request("https://app.test/events", "EventSource"),
        request(PAGE, "Document", main=True),
        request(method="HEAD"),
    ],
)
def test_what_cannot_or_must_not_be_asked_for_again_is_not_remembered(asked: PageRequest) -> None:
    assert noted((request(), DATA), (asked, DATA)) is None


@pytest.mark.parametrize(
    "answer",
    [
        Answered(503, [], b""),
        Answered(401, [], b""),
        Withheld(Reason.TIMEOUT),
        Withheld("late"),
        Withheld("over the cap", "it asked for more than 300 requests: the rest was left out"),
    ],
)
def test_a_page_that_lacked_something_is_rendered_again(answer: Answered | Withheld) -> None:
    assert noted((request(), answer)) is None


def test_the_same_address_with_two_answers_tells_nothing() -> None:
    assert noted((request(), DATA), (request(), Answered(200, [], b"another"))) is None


def test_pictures_and_what_is_never_let_out_make_no_difference() -> None:
    picture = request("https://app.test/a.png", "Image")
    assert (
        noted((picture, Answered(503, [], b"")), (request(method="POST"), Withheld("POST changes things")))
        == ()
    )


def test_a_page_of_very_many_requests_is_not_remembered() -> None:
    many = [(request(f"https://app.test/api/{number}"), DATA) for number in range(MOST_SOURCES + 1)]
    assert noted(*many[:-1]) is not None
    assert noted(*many) is None


def test_what_was_packed_comes_back() -> None:
    sources = noted((request(), DATA))
    assert sources is not None
    known = PageSources(b"d" * 16, b"s" * 16, sources)
    again = PageSources.unpacked(known.packed())
    assert (again.document, again.shown, tuple(again.sources)) == (known.document, known.shown, sources)
