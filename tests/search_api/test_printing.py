"""An answer on a terminal: colours and links where they are understood, and no page that steers it."""

from __future__ import annotations

import io
import re
from typing import Any

from rich.console import Console

from search_api.commands.printing import print_answer
from search_api.query.response import SearchAnswer
from search_api.routes.examples import SEARCH_ANSWER

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
DEEP = "https://handbook.example.com/leave#how-long:~:text=Every%20parent"


def printed(*, terminal: bool, **more: Any) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        force_terminal=terminal,
        width=100,
        highlight=False,
        color_system="standard" if terminal else None,
    )
    print_answer(SearchAnswer.model_validate({**SEARCH_ANSWER, **more}), console)
    return file.getvalue()


def an_answer(text: str, title: str = "Parental leave", url: str = DEEP) -> dict[str, Any]:
    return {
        "source": "extract",
        "text": text,
        "highlights": [{"start": 0, "end": 5}],
        "title": title,
        "url": url.partition("#")[0],
        "deep_link": url,
        "confidence": "high",
    }


def test_a_terminal_gets_colours_and_links_to_the_passage() -> None:
    shown = printed(terminal=True, answers=[an_answer("Every parent takes 26 weeks.")])
    assert f";{DEEP}\x1b\\" in shown
    assert f";{SEARCH_ANSWER['results'][0]['deep_link']}\x1b\\" in shown
    assert "\x1b[1;33mEvery\x1b[0m" in shown


def test_a_file_gets_text_alone_with_answers_first() -> None:
    featured = {"id": "0" * 32, "title": "Start here", "url": "https://x.example/", "excerpt": ""}
    shown = printed(terminal=False, answers=[an_answer("Every parent takes 26 weeks.")], featured=[featured])
    assert not CONTROL.search(shown)
    assert [line for line in shown.splitlines() if line and not line.strip()] == [], "blank lines are empty"
    places = [
        shown.index(text)
        for text in (
            "26 weeks",
            "Parental leave, https://handbook.example.com/leave (high)",
            "Start here",
            "1  Ternwick",
        )
    ]
    assert places == sorted(places)
    assert "department: People 9, Travel 6" in shown


def test_no_page_steers_the_terminal() -> None:
    evil = "a\x1b]0;owned\x07b\x9b31mc\u202ed"
    result = {**SEARCH_ANSWER["results"][0], "title": evil, "url": evil, "excerpt": evil, "deep_link": evil}
    shown = printed(
        terminal=False,
        answers=[an_answer(evil, evil, evil)],
        results=[result],
        facets={evil: [{"value": evil, "count": 1}]},
        spelling={"suggestion": evil},
        featured=[{"id": "0" * 32, "title": evil, "url": evil, "excerpt": evil}],
    )
    assert not CONTROL.search(shown)
    assert "\u202e" not in shown
