"""Blocks that many pages share: what is taken for a template, and what is never left out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catalog.document import Block, BlockKind
from extract.boilerplate import FEWEST_PAGES, fingerprint, shared_blocks, without_shared

MENU = Block(BlockKind.PARAGRAPH, "Home Products Company")
NOTICE = Block(BlockKind.PARAGRAPH, "Our offices are closed on public holidays; please leave us a message.")


def heading(text: str, level: int = 2) -> Block:
    return Block(BlockKind.HEADING, text, level)


def own(number: int) -> Block:
    return Block(BlockKind.PARAGRAPH, f"Page {number} tells of crate {number}. " * 5)


def site(*shared: Block, pages: int = 20) -> list[Sequence[Block]]:
    return [(*shared, own(number)) for number in range(pages)]


def test_what_many_pages_say_is_the_template() -> None:
    assert shared_blocks(site(MENU, NOTICE)) == {fingerprint(MENU): 20, fingerprint(NOTICE): 20}


def test_white_space_makes_no_other_block() -> None:
    assert fingerprint(MENU) == fingerprint(Block(MENU.kind, MENU.text.replace(" ", "\n  "), anchor="x"))


@pytest.mark.parametrize("pages", [1, FEWEST_PAGES - 1])
def test_few_pages_prove_nothing(pages: int) -> None:
    assert shared_blocks(site(MENU, pages=pages)) == {}


def test_what_a_small_part_of_a_site_says_is_content() -> None:
    assert shared_blocks([*site(MENU, pages=10), *[(own(number),) for number in range(100, 190)]]) == {}


def test_variants_of_few_pages_prove_nothing() -> None:
    articles = [(MENU, own(1)), (MENU, own(2)), (MENU, own(3))]
    sorted_otherwise = [Block(BlockKind.PARAGRAPH, f"sorted by column {number}") for number in range(30)]
    assert shared_blocks([(*article, by) for article in articles for by in sorted_otherwise]) == {}
    assert shared_blocks([(*article, by) for article in articles for by in sorted_otherwise[:2]]) == {}


@pytest.mark.parametrize("kind", [BlockKind.CODE, BlockKind.DEFINITION])
def test_code_and_facts_that_every_page_has_are_content(kind: BlockKind) -> None:
    block = Block(kind, "licence: MIT")
    assert shared_blocks(site(block)) == {}
    assert without_shared([block, own(1)], {fingerprint(block)}) == [block, own(1)]


def test_a_heading_stays_where_something_under_it_does() -> None:
    related, synopsis = heading("Related"), heading("Synopsis")
    blocks = [synopsis, own(1), related, MENU, NOTICE]
    assert without_shared(blocks, set(map(fingerprint, [synopsis, related, MENU, NOTICE]))) == blocks[:2]


def test_a_heading_over_an_empty_section_goes_though_another_one_follows() -> None:
    related, steps = heading("Related"), heading("Steps")
    blocks = [related, MENU, steps, own(1)]
    assert without_shared(blocks, set(map(fingerprint, [related, MENU]))) == blocks[2:]


def test_a_label_in_the_midst_of_content_stays_and_one_at_the_edge_goes() -> None:
    note = Block(BlockKind.PARAGRAPH, "Note")
    assert without_shared([note, own(1), note, own(2)], {fingerprint(note)}) == [own(1), note, own(2)]


def test_a_page_of_nothing_but_the_template_keeps_it() -> None:
    blocks = [heading("Start", 1), MENU, NOTICE]
    assert without_shared(blocks, set(map(fingerprint, [MENU, NOTICE]))) == blocks


def test_the_header_cells_of_a_table_stay_with_its_rows() -> None:
    tables = [Block(BlockKind.TABLE, f"Zone | Price\nEU | {number} EUR") for number in range(20)]
    pages = [(MENU, table, own(number)) for number, table in enumerate(tables)]
    assert set(shared_blocks(pages)) == {fingerprint(MENU)}
