"""Blocks: what each kind of element becomes."""

from __future__ import annotations

from catalog.document import Block, BlockKind
from tests.extract.pages import PROSE, page_of


def blocks(html: str) -> list[tuple[BlockKind, str, int]]:
    return [(block.kind, block.text, block.level) for block in page_of(html).blocks]


def test_headings_and_paragraphs_keep_their_order_and_level() -> None:
    assert blocks("<h1>Shipping</h1><p>First.</p><h3>Abroad</h3><p>Second,\n  folded.</p>") == [
        (BlockKind.HEADING, "Shipping", 1),
        (BlockKind.PARAGRAPH, "First.", 0),
        (BlockKind.HEADING, "Abroad", 3),
        (BlockKind.PARAGRAPH, "Second, folded.", 0),
    ]


def test_list_items_carry_their_nesting() -> None:
    assert blocks("<ul><li>one<ol><li>inner</li></ol><li>two</ul>") == [
        (BlockKind.LIST_ITEM, "one", 1),
        (BlockKind.LIST_ITEM, "inner", 2),
        (BlockKind.LIST_ITEM, "two", 1),
    ]


def test_a_table_has_its_header_first_and_a_line_per_row() -> None:
    html = """<table><caption>Rates</caption><thead><tr><th>Zone</th><th>Price</th></tr></thead>
      <tbody><tr><td>EU</td><td><p>5 EUR</p><p>flat</p></td></tr><tr><td></td><td></td></tr>
      </tbody></table>"""
    assert blocks(html) == [
        (BlockKind.CAPTION, "Rates", 0),
        (BlockKind.TABLE, "Zone | Price\nEU | 5 EUR flat", 0),
    ]


def test_a_table_that_only_lays_out_gives_its_cells_as_blocks() -> None:
    cells = f"<td><p>{PROSE}</p></td><td><h2>More</h2><p>{PROSE}</p></td>"
    html = f"<table role=presentation><tr>{cells}</tr></table>"
    assert blocks(html) == [
        (BlockKind.PARAGRAPH, PROSE, 0),
        (BlockKind.HEADING, "More", 2),
        (BlockKind.PARAGRAPH, PROSE, 0),
    ]


def test_a_table_of_data_inside_one_that_lays_out_keeps_its_rows() -> None:
    data = "<table><tr><th>Zone<th>Price<tr><td>EU<td>5 EUR</table>"
    html = f"<table><tr><td>Left.</td><td><h1>Rates</h1><p>{PROSE}</p>{data}</td></tr></table>"
    assert (BlockKind.TABLE, "Zone | Price\nEU | 5 EUR", 0) in blocks(html)


def test_code_keeps_its_lines_and_indentation() -> None:
    html = "<pre>\ndef ship():\n    <b>return</b> 1 &lt; 2\n\n    # end\n</pre>"
    assert blocks(html) == [(BlockKind.CODE, "def ship():\n    return 1 < 2\n\n    # end", 0)]


def test_lines_of_code_in_elements_of_their_own_stay_lines() -> None:
    html = "<pre><div class=line>a = 1</div><div class=line>  b = 2</div></pre>"
    assert blocks(html) == [(BlockKind.CODE, "a = 1\n  b = 2", 0)]


def test_terms_are_joined_with_their_definition() -> None:
    html = "<dl><dt>-v<dt>--verbose<dd><p>Says more.</p><p>Much more.</p><dt>--quiet:<dd>Says less.</dl>"
    assert blocks(html) == [
        (BlockKind.DEFINITION, "-v, --verbose: Says more.", 0),
        (BlockKind.PARAGRAPH, "Much more.", 0),
        (BlockKind.DEFINITION, "--quiet: Says less.", 0),
    ]


def test_a_term_before_code_or_without_definition_stands_alone() -> None:
    assert blocks("<dl><dt>usage<dd><pre>ship -v</pre><dt>lonely</dl>") == [
        (BlockKind.DEFINITION, "usage", 0),
        (BlockKind.CODE, "ship -v", 0),
        (BlockKind.DEFINITION, "lonely", 0),
    ]


def test_quotes_and_captions_are_told_apart() -> None:
    html = (
        "<blockquote><p>Quoted.</p></blockquote><figure><img src=x><figcaption>A ship.</figcaption></figure>"
    )
    assert blocks(html) == [(BlockKind.QUOTE, "Quoted.", 0), (BlockKind.CAPTION, "A ship.", 0)]


def test_two_line_breaks_end_a_paragraph_and_one_does_not() -> None:
    assert [text for _, text, _ in blocks("<div>One<br>line.<br> <br>Another.</div>")] == [
        "One line.",
        "Another.",
    ]


def test_words_parted_by_inline_elements_stay_whole() -> None:
    assert [text for _, text, _ in blocks("<p><b>J</b>ohn <i>Doe</i>\n<wbr>writes</p>")] == [
        "John Doe writes"
    ]


def test_scripts_styles_forms_and_templates_are_not_text() -> None:
    html = (
        "<p>Seen.<script>a</script><style>b</style><select><option>c</select><template>d</template><!-- e -->"
    )
    assert [text for _, text, _ in blocks(html)] == ["Seen."]


def test_a_button_is_read_where_it_is_a_heading_that_opens_its_text() -> None:
    html = "<h3><button aria-expanded=false>May I cancel?</button></h3><p>Yes.</p><button>Buy</button>"
    assert [text for _, text, _ in blocks(html)] == ["May I cancel?", "Yes."]


def anchors(html: str) -> list[tuple[str, str | None]]:
    found: tuple[Block, ...] = page_of(html).blocks
    return [(block.text, block.anchor) for block in found]


def test_a_block_has_the_nearest_anchor_at_or_above_it() -> None:
    html = """<p>Intro.</p><section id=a><h2>A</h2><p>In A.</p><h3 id=b>B</h3><p>In B.</p></section>
      <p>After.</p><a name=c></a><h2>C</h2><p>In C.</p><dl><dt id=d>D<dd>Of D.</dl>"""
    assert anchors(html) == [
        ("Intro.", None),
        ("A", "a"),
        ("In A.", "a"),
        ("B", "b"),
        ("In B.", "b"),
        ("After.", None),
        ("C", "c"),
        ("In C.", "c"),
        ("D: Of D.", "d"),
    ]


def test_the_sign_that_links_a_heading_to_itself_is_not_text() -> None:
    html = '<h2 id=x>Install<a class="headerlink" href="#x">¶</a></h2><p>Run it.</p>'
    assert [text for _, text, _ in blocks(html)] == ["Install", "Run it."]


def test_a_link_of_no_width_beside_a_heading_is_not_text() -> None:
    html = '<h2 class="anchor anchorWithStickyNavbar_LWe7" id=x>Install<a href="#x">\u200b</a></h2><p>Run it.'
    assert [text for _, text, _ in blocks(html)] == ["Install", "Run it."]
