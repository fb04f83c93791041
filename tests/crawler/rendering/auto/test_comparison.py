"""What counts as gained in the browser, and what decides nothing."""

from __future__ import annotations

from string import ascii_lowercase as ASCII  # noqa: N812

import pytest

from catalog.content import pack_blocks, pack_links
from catalog.document import Block, BlockKind
from catalog.visit import DocumentDraft
from crawler.rendering.auto.comparison import Comparison, ReadContent, compare, content_of

TEXT = (
    "The warehouse in Hamburg ships every order within two working days unless the customer has asked for a "
    "later date orders that arrive before noon leave on same day and tracking number follows by mail"
)


def draft(*texts: str, title: str = "Shipping") -> DocumentDraft:
    blocks = [Block(BlockKind.PARAGRAPH, text) for text in texts]
    return DocumentDraft(
        id="1", url_id=1, url="https://a.example/", kind="page", title=title, language="en", fields={},
        content=pack_blocks(blocks), content_hash=b"", access_id=1,
    )  # fmt: skip


def content(text: str, *links: str) -> ReadContent:
    packed = pack_links((f"https://a.example{path}", False) for path in links) if links else None
    return content_of(draft(text), packed, leads_on=lambda url: "/out/" not in url)


def gains(static: str, rendered: str) -> bool:
    return compare(content(static), content(rendered)).gains_content


def test_content_is_the_words_of_the_main_content_and_the_links() -> None:
    read = content_of(
        draft("Valves, and PUMPS: 17 of them."),
        pack_links([("https://a.example/x", True), ("https://a.example/out/y", False)]),
        leads_on=lambda url: "/out/" not in url,
        more_links=["https://a.example/#/route", "https://a.example/out/z"],
    )
    assert read.phrases == content_of(draft("valves and pumps — of them"), None, leads_on=bool).phrases
    assert len(read.phrases) == 1 + 4  # the title, and pairs of words
    assert compare(ReadContent(), read).gained_links == {"https://a.example/x", "https://a.example/#/route"}


def test_a_page_without_a_document_has_no_words() -> None:
    read = content_of(None, None, leads_on=lambda _: True)
    assert (read.phrases, read.links) == (frozenset(), frozenset())


def test_a_shell_that_fills_gains_content() -> None:
    assert gains("", TEXT)
    assert gains("Please wait", TEXT)
    assert len(compare(ReadContent(), content(TEXT)).gained) > 20


@pytest.mark.parametrize(
    "added",
    [
        "",
        " Wednesday 25 November 2026 19:42:30 UTC",
        " 1,024 visits today",
        " Share Print Copy link",
        " 17 42 99 2026 8,000",
    ],
)
def test_a_date_a_counter_or_a_button_decides_nothing(added: str) -> None:
    assert not gains(TEXT, TEXT + added)


def test_a_table_of_contents_made_of_the_headings_decides_nothing() -> None:
    headings = [f"About {subject} and their care" for subject in ("valves", "pumps", "seals", "bearings")]
    static = content_of(draft(*headings, TEXT), None, leads_on=bool)
    rendered = content_of(draft(*headings, *headings, TEXT), None, leads_on=bool)
    assert compare(static, rendered) == Comparison(len(static.phrases))


def test_a_paragraph_in_words_that_the_page_uses_anyway_is_content() -> None:
    words = TEXT.split()
    assert gains(TEXT, f"{TEXT} {' '.join(words[::2])}")


def test_two_sentences_on_a_very_long_page_are_content() -> None:
    long = " ".join(f"{a}{b}{c}" for a in ASCII for b in ASCII for c in "xyz")
    assert gains(long, f"{long} {TEXT}")
    assert not gains(long, f"{long} {' '.join(TEXT.split()[:12])}")


def test_a_paragraph_that_a_script_adds_is_content() -> None:
    assert gains(
        TEXT, TEXT + " Spare parts for valves, pumps, seals and bearings are kept in Bremen near harbour"
    )


def test_a_few_words_are_most_of_a_short_page() -> None:
    assert gains("Status", "All systems are operational")
    assert not gains(
        "Status of all systems that we operate here", "Status of all systems that we operate here since May"
    )


def test_a_page_of_chinese_gains_by_its_characters() -> None:
    assert gains("加载中", "仓库在两个工作日内发出每一份订单")
    assert not gains("仓库在两个工作日内发出每一份订单", "仓库在两个工作日内发出每一份订单")


def test_what_covers_a_page_loses_more_than_it_gains() -> None:
    wall = content("We value your privacy choose which cookies you accept before reading on please")
    assert compare(content(TEXT), wall).loses_content
    assert not compare(content("Footer of few words"), content(TEXT)).loses_content


def test_only_new_links_in_scope_are_gained() -> None:
    comparison = compare(content("x", "/a"), content("x", "/a", "/b", "/out/c"))
    assert comparison.gained_links == {"https://a.example/b"}


def test_the_rules_are_asked_only_of_links_that_were_gained() -> None:
    asked: list[str] = []

    def leads_on(link: str) -> bool:
        asked.append(link)
        return False

    many = [(f"https://a.example/{number}", False) for number in range(100)]
    static = content_of(None, pack_links(many), leads_on=leads_on)
    rendered = content_of(None, pack_links(many), leads_on=leads_on, more_links=["https://a.example/new"])
    assert compare(static, rendered).gained_links == frozenset()
    assert asked == ["https://a.example/new"]


def test_a_page_compared_with_itself_gains_and_loses_nothing() -> None:
    same = content(TEXT, "/a")
    comparison = compare(same, same)
    assert comparison == Comparison(len(same.phrases))
    assert not comparison.gains_content
    assert not comparison.loses_content
