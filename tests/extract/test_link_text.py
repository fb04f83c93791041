"""What a link says of its target: the first text that not any link could have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.link_text import LONGEST, telling_text

URL = "https://intranet.example/files/Travel%20policy%202026.pdf"


@pytest.mark.parametrize(
    "text",
    [
        "Travel policy",
        "Download the travel policy",
        "Expenses: read more",
        "Reisekosten",
        "Richtlinie für Reisen (PDF)",
        "旅行規程",
        "TCP/IP",
        "Node.js",
        "Form 4711-B",
    ],
)
def test_a_text_that_names_something_is_kept(text: str) -> None:
    assert telling_text([text], URL) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "here",
        "Click here!",
        "» Read more …",
        "Download (PDF, 2.4 MB)",
        "PDF",
        "[2]",
        "→",
        "A",
        "hier",
        "Mehr erfahren",
        "Télécharger [docx · 120 Ko]",
        "Haga clic aquí",
        "Leggi tutto",
        "Lees meer »",
        "Saiba mais",
        "ここ",
        "下载",
        "Скачать (PDF)",
        "https://intranet.example/files/7",
        "www.example.com",
        "/files/7",
        "mailto:eva@example.com",
        "policy_2026-final.pdf",
        "Travel policy 2026.pdf",
    ],
)
def test_a_text_that_any_link_could_have_says_nothing(text: str) -> None:
    assert telling_text([text], URL) == ""


def test_of_several_links_the_first_that_says_something_counts() -> None:
    assert telling_text(["", "Download", "Travel policy", "Rules for journeys"], URL) == "Travel policy"
    assert telling_text([], URL) == ""


def test_a_text_is_one_line_of_bounded_length_that_reads_as_it_stands() -> None:
    assert telling_text(["  Travel\n\tpolicy\0 "], URL) == "Travel policy"
    assert telling_text(["policy \u202efdp.exe"], URL) == "policy fdp.exe"
    long = telling_text(["journey " * 100], URL)
    assert len(long) <= LONGEST
    assert long.endswith("journey…")


@given(st.lists(st.text(max_size=300), max_size=4), st.text(max_size=40))
def test_any_texts_give_one_line_of_bounded_length(texts: list[str], url: str) -> None:
    told = telling_text(texts, url)
    assert told == " ".join(told.split())
    assert len(told) <= LONGEST
