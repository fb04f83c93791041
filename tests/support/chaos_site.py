"""A site of 300 pages with everything that a crawl decides about: what is killed while crawling it."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from tests.support.changing_site import Answer, Declared, page, redirect

PAGES = 300
_INNER = 30  # pages below this number lead to ten others each; the rest are leaves
_DELAY = 0.004  # seconds: an answer takes as long as one of a quick server

SAME = "These words stand under several addresses of the site, and only one of them is to be a document. " * 4


class Flaky:
    """Answers 503 the first time that it is asked, and the page from then on."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self._asked = False

    def __call__(self, _headers: Mapping[str, str]) -> Answer:
        with self._lock:
            first, self._asked = not self._asked, True
        return Answer(b"busy", 503, headers={"Retry-After": "0"}) if first else self._answer


def chaos_site(pages: int = PAGES) -> dict[str, Declared]:
    """The pages by their paths, new each time: flaky ones have not been asked yet.

    Depths are unambiguous: a page is linked from one page above it, and links back only to the first.
    """
    site: dict[str, Declared] = {"/": redirect("/0")}
    for number in range(pages):
        answer = _leaf(number) if number >= _INNER else _inner(number, pages)
        if answer is not None:
            site[f"/{number}"] = Flaky(answer) if number % 19 == 6 else answer
    return site


def _inner(number: int, pages: int) -> Answer:
    following = [f"/{each}" for each in range(number * 10 + 1, min(number * 10 + 11, pages))]
    others = [f"/dead/{number}", f'<a rel=nofollow href="/hidden/{number}">no</a>']
    elsewhere = f'<a href="http://elsewhere.example/{number}">out</a>'
    return _slow(page(f"Page {number}", *following, *others, elsewhere, "/0"))


def _leaf(number: int) -> Answer | None:
    if number % 17 == 3:
        return _slow(page("The same", text=SAME))
    if number % 13 == 5:
        return redirect(f"/{number - 1}")
    if number % 11 == 4:
        return None  # 404
    if number % 23 == 9:
        return _slow(page(f"Page {number}", head='<meta name="robots" content="noindex">'))
    if number % 29 == 8:
        return _slow(page(f"Page {number}", head=f'<link rel="canonical" href="/{number // 10}">'))
    return _slow(page(f"Page {number}", "/0"))


def _slow(answer: Answer) -> Answer:
    return Answer(answer.body, answer.status, answer.content_type, answer.headers, _DELAY)
