"""Main content: what is kept of a page and what is left out."""

from __future__ import annotations

import pytest

from catalog.document import BlockKind
from extract.rules import ExtractionRules, Selectors
from tests.extract.pages import PROSE, page_of

LINKS = "".join(f"<li><a href=/{number}>Section number {number}</a></li>" for number in range(12))


@pytest.mark.parametrize(
    "furniture",
    [
        f"<nav><ul>{LINKS}</ul></nav>",
        f"<div role=navigation><ul>{LINKS}</ul></div>",
        f"<div class='main-menu'><ul>{LINKS}</ul></div>",
        f"<div class='sidebarLeft'><h3>Topics</h3><ul>{LINKS}</ul></div>",
        f"<div><h3>See also</h3><ul>{LINKS}</ul></div>",
        "<footer><p>Copyright 2026 Example. All rights reserved.</p></footer>",
        "<div id=cookie-banner><p>We use cookies to make this site better for you.</p></div>",
        "<div class='social-share'><p>Share this page with your friends.</p></div>",
        "<section class=comments><p>I waited for three days, and nothing came.</p></section>",
        "<p hidden>A hidden remark that no reader sees.</p>",
        "<div style='display: none'><p>A hidden remark that no reader sees.</p></div>",
        "<div data-sitelore-index=false><p>Left out on the author's wish.</p></div>",
        "<div data-elastic-exclude><p>Left out on the author's wish.</p></div>",
    ],
)
def test_furniture_is_left_out(furniture: str) -> None:
    page = page_of(f"<body><main><h1>Shipping</h1><p>{PROSE}</p></main>{furniture}</body>")
    assert page.text == f"Shipping\n\n{PROSE}"


def test_furniture_between_paragraphs_is_left_out() -> None:
    page = page_of(
        f"<article><p>{PROSE}</p><aside class=promo><p>Buy now!</p></aside><p>The end.</p></article>"
    )
    assert page.text == f"{PROSE}\n\nThe end."


def test_an_admonition_in_an_aside_is_content() -> None:
    page = page_of(
        f"<main><p>{PROSE}</p><aside class='admonition warning'><p>Do not drop it.</p></aside></main>"
    )
    assert page.text.endswith("Do not drop it.")


def test_a_class_that_speaks_of_furniture_does_not_hide_all_the_text() -> None:
    assert page_of(f"<div class='page-with-menu nav-open'><p>{PROSE}</p></div>").text == PROSE


SHORT = "<main><h1>Retries</h1><p>Failed calls are sent again, five times at most.</p><pre>n = 5</pre></main>"


@pytest.mark.parametrize(
    "classes", ["wy-grid-for-nav", "nav-content-wrap", "docs-wrapper top", "has-sidebar"]
)
def test_a_short_page_is_not_lost_with_the_furniture_around_it(classes: str) -> None:
    nav = f"<nav><ul>{LINKS}</ul></nav>"
    prose = "Everything that you need to build on it, a guide for beginners and a reference for all others. "
    page = page_of(f"<div class='{classes}'>{nav}{SHORT}</div><footer><p>{prose * 3}</p></footer>")
    assert page.text == "Retries\n\nFailed calls are sent again, five times at most.\n\nn = 5"


def test_of_a_short_page_what_it_calls_its_main_part_is_read() -> None:
    page = page_of(f"<body><a href='#m'>Skip to the content</a><p>Version 4 is out.</p>{SHORT}</body>")
    assert page.text == "Retries\n\nFailed calls are sent again, five times at most.\n\nn = 5"


def test_a_long_legal_notice_is_not_taken_for_the_content_beside_a_list_of_links() -> None:
    links = (
        "<li><a href=/1>Travel request for several days</a><li><a href=/2>Claim of expenses of clients</a>"
    )
    notice = f"<footer>{f'<p>{PROSE}</p>' * 6}</footer>"
    page = page_of(f"<body><main><h1>Forms</h1><h2>Travel</h2><ul>{links}</ul></main>{notice}</body>")
    assert page.text == "Forms\n\nTravel\n\nTravel request for several days\n\nClaim of expenses of clients"


def test_a_short_text_is_read_without_the_lists_of_links_around_it() -> None:
    ribbon = (
        "<div id=s4-ribbonrow><ul><li><a href='#'>Browse</a></li><li><a href='#'>Page</a></li></ul></div>"
    )
    text = "Core time is from nine to three; overtime is taken by the end of the following quarter."
    assert page_of(f"<form>{ribbon}<div><h2>Flexitime</h2><p>{text}</p></div></form>").text == (
        f"Flexitime\n\n{text}"
    )


def test_what_a_wiki_writes_beside_its_headings_is_no_text() -> None:
    edit = "<span class=mw-editsection>[<a href=/edit>edit</a>]</span>"
    page = page_of(
        f"<div class=mw-heading><h2>History</h2>{edit}</div><p>{PROSE}"
        "<sup class=reference><a href='#n'>[1]</a></sup>"
        f"<h3>Later{edit}</h3><p>The end.</p>"
    )
    assert page.text == f"History\n\n{PROSE}\n\nLater\n\nThe end."


def test_where_an_element_has_space_says_nothing_of_its_part() -> None:
    listing = "<div class='margin-top--md'><div>client.ts</div><pre>retry()</pre></div>"
    assert page_of(f"<main><p>{PROSE}</p>{listing}</main>").text.endswith("client.ts\n\nretry()")


def test_all_the_posts_of_a_thread_are_content() -> None:
    question = f"<div class='post odd' id=post_1><div class=post-body><p>Question. {PROSE}</p></div></div>"
    bodies = [f"<div class=post-body><p>Answer {number}. {PROSE[:150]}</p></div>" for number in (2, 3)]
    answers = [f"<div class='post even'>{body}</div>" for body in bodies]
    teasers = "<div class=teaser><p>Why is the sky above the port the colour it has today?</p></div>"
    text = page_of(f"<body><div>{question}{''.join(answers)}</div>{teasers}</body>").text
    assert [line.split(".")[0] for line in text.split("\n\n")[:3]] == ["Question", "Answer 2", "Answer 3"]


@pytest.mark.parametrize(
    "hidden", ["role=tabpanel hidden", "class=accordion-body style='display:none'", "class='faq' hidden"]
)
def test_what_readers_open_is_content_though_hidden_at_first(hidden: str) -> None:
    page = page_of(f"<main><p>{PROSE}</p><div {hidden}><p>Only when opened.</p></div></main>")
    assert page.text == f"{PROSE}\n\nOnly when opened."


@pytest.mark.parametrize(
    "mark", ["data-sitelore-index=false", "data-sitelore-index=' FALSE '", "data-elastic-exclude"]
)
@pytest.mark.parametrize(
    "inside",
    [
        "<p>Seen <span {}>Left out</span> words.</p>",
        "<p>Seen <a href=/left {}>Left out</a> words.</p>",
        "<p>Seen <b><em {}>Left <i>out</i></em></b> words.</p>",
        "<ul><li>Seen words.</li><li {}>Left out.</li></ul>",
        "<table><tr><th>Seen<th>B<tr><td>words<td {}>Left out</table>",
        "<table><tr><th>Seen<th>words<tr {}><td>Left<td>out</table>",
        "<table><tr><th>Seen<th>words<tr><td>C<td><div {}><p>Left out</p></div></table>",
        "<pre>Seen words <div {}>Left out</div></pre>",
        "<dl><dt>Seen<dd>words <span {}>Left out</span></dl>",
        "<h2>Seen words <small {}>Left out</small></h2>",
        "<p>Seen words.</p><section {}><article><p>Left out.</p></article></section>",
    ],
)
def test_what_authors_keep_out_of_the_index_is_nowhere_in_the_text(mark: str, inside: str) -> None:
    page = page_of(f"<main><p>{PROSE}</p>{inside.format(mark)}</main>")
    text = page.text.removeprefix(PROSE)
    assert [word in text for word in ("Seen", "words", "Left", "out")] == [True, True, False, False]


def test_hidden_parts_of_a_text_are_no_part_of_it() -> None:
    cells = "<td>Paid</td><td><span style='display:none'>20260301</span>1 March</td>"
    page = page_of(f"<main><p>{PROSE}</p><table><tr><th>State<th>Day<tr>{cells}</table></main>")
    assert page.text.endswith("State | Day\nPaid | 1 March")


def test_links_in_what_is_left_out_still_lead_on() -> None:
    page = page_of(
        f"<main><p>{PROSE} <span data-elastic-exclude>See <a href=/rates>rates</a>.</span></p></main>"
    )
    assert [link.url for link in page.links] == ["https://docs.example.com/rates"]


def test_what_authors_leave_out_of_the_index_is_left_out_of_panels_too() -> None:
    panel = "<div role=tabpanel data-sitelore-index=false hidden><p>Left out.</p></div>"
    assert page_of(f"<main><p>{PROSE}</p>{panel}</main>").text == PROSE


def test_an_article_in_parts_is_kept_whole() -> None:
    parts = f"<div class=content><p>First. {PROSE}</p></div><div class=content><p>Second. {PROSE}</p></div>"
    page = page_of(f"<main><div class=article-body>{parts}</div></main><div class=sidebar>{LINKS}</div>")
    assert page.text == f"First. {PROSE}\n\nSecond. {PROSE}"


def test_content_under_the_name_of_furniture_keeps_its_structure() -> None:
    inside = f"<h2>Parts</h2><p>{PROSE}</p><ul><li>{PROSE}</li></ul><pre>x = 1</pre>"
    page = page_of(f"<body><p>{PROSE}</p><div class=sidebar>{inside}{inside}</div></body>")
    assert [block.kind for block in page.blocks[1:5]] == [
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
        BlockKind.LIST_ITEM,
        BlockKind.CODE,
    ]


def test_links_in_furniture_lead_on_in_the_order_of_the_page() -> None:
    link = "<a href=/{0}>To <b>{0}</b></a>".format
    page = page_of(
        f"<nav>{link(1)}<ul><li>{link(2)}</ul></nav><p>{PROSE} {link(3)}</p><footer>{link(4)}</footer>"
    )
    assert [(link.url[-1], link.text) for link in page.links] == [(str(n), f"To {n}") for n in range(1, 5)]


def test_a_section_of_nothing_but_furniture_and_links_is_a_list_of_links() -> None:
    around = f"<div><h3>More of it</h3><div class=related><ul>{LINKS}</ul></div></div>"
    assert page_of(f"<main><p>{PROSE}</p>{around}</main>").text == PROSE


def test_scripts_in_furniture_are_no_text() -> None:
    script = f"<script>var text = {PROSE * 20!r};</script>"
    assert page_of(f"<p>{PROSE}</p><div class=sidebar>{script}<p>Buy now!</p></div>").text == PROSE


def test_a_heading_id_that_speaks_of_furniture_is_no_furniture() -> None:
    section = "<section id=cookies><h2 id=comments>Comments</h2><p>They are data.</p></section>"
    assert page_of(f"<main><p>{PROSE}</p>{section}</main>").text.endswith("Comments\n\nThey are data.")


def test_a_section_named_by_docbook_is_no_furniture() -> None:
    sections = [
        f"<div id={name}><h2>{name}</h2><p>{PROSE}</p><pre>SELECT 1</pre></div>"
        for name in ("SQL-MAIN", "ARRAYS-SEARCHING", "SQL-FOR-UPDATE-SHARE", "SQL-SYNTAX-COMMENTS")
    ]
    page = page_of(f"<body>{''.join(sections)}</body>")
    assert page.text.count("SELECT 1") == page.text.count(PROSE) == 4


def test_terms_and_tables_whose_cells_are_links_are_no_lists_of_links() -> None:
    terms = "".join(f"<dt>Term {n}</dt><dd><a href=/{n}>Chapter {n}</a></dd>" for n in range(8))
    rows = "".join(f"<tr><td><a href=/f{n}>f{n}()</a><td><a href=/g{n}>g{n}()</a>" for n in range(8))
    page = page_of(
        f"<main><p>{PROSE}</p><div><dl>{terms}</dl></div><table><tr><th>Old<th>New{rows}</table></main>"
    )
    assert "Term 7: Chapter 7" in page.text
    assert "f7() | g7()" in page.text


def test_the_longest_table_of_a_page_is_not_all_of_it() -> None:
    rows = "".join(f"<tr><td>Directive{n}<td>does what its name says, number {n}" for n in range(200))
    page = page_of(f"<body><div><p>{PROSE}</p><div><table>{rows}</table></div></div></body>")
    assert page.text.startswith(f"{PROSE}\n\nDirective0")


def test_an_aside_of_code_is_content_and_one_with_some_is_not() -> None:
    code = "<pre>import asyncio\n\nasyncio.run(main())</pre>"
    page = page_of(f"<main><p>{PROSE}</p><aside class=sidebar><p>Hello!</p>{code}</aside></main>")
    assert page.text.endswith("asyncio.run(main())")
    page = page_of(f"<main><p>{PROSE}</p><aside class=sidebar><p>{PROSE[:90]}</p>{code}</aside></main>")
    assert page.text == PROSE


def test_a_page_of_links_alone_keeps_them() -> None:
    assert "Section number 11" in page_of(f"<h1>Contents</h1><div class=toc><ul>{LINKS}</ul></div>").text


def test_a_page_with_nothing_but_navigation_is_not_empty() -> None:
    assert "Section number 3" in page_of(f"<nav><ul>{LINKS}</ul></nav>").text


def test_text_outside_of_any_block_is_kept() -> None:
    assert page_of("Just <b>text</b> in a body.").text == "Just text in a body."


def test_include_selectors_are_the_content_and_exclude_selectors_win() -> None:
    html = "<div id=a><p>Kept.</p><p class=x>Left out.</p></div><div id=b><p>Elsewhere.</p></div>"
    rules = ExtractionRules(include=Selectors(css=("#a",)), exclude=Selectors(css=(".x",)))
    assert page_of(html, rules=rules).text == "Kept."


def test_selectors_may_be_xpath() -> None:
    html = "<div id=a><p>Kept.</p><p class=x>Left out.</p></div><div id=b><p>Elsewhere.</p></div>"
    rules = ExtractionRules(
        include=Selectors(xpath=("//div[@id='a']",)), exclude=Selectors(xpath=("//p[@class='x']",))
    )
    assert page_of(html, rules=rules).text == "Kept."


def test_elements_inside_an_included_one_are_not_taken_twice() -> None:
    rules = ExtractionRules(include=Selectors(css=("div", "p")))
    assert page_of("<div><p>Once.</p></div>", rules=rules).text == "Once."


def test_an_include_selector_that_finds_nothing_leaves_the_page_as_it_is() -> None:
    rules = ExtractionRules(include=Selectors(css=(".absent",)))
    assert page_of(f"<p>{PROSE}</p>", rules=rules).text == PROSE


def test_links_of_excluded_parts_still_lead_on() -> None:
    rules = ExtractionRules(exclude=Selectors(css=("nav",)))
    page = page_of(f"<nav><a href=/next>Next</a></nav><p>{PROSE}</p>", rules=rules)
    assert [link.url for link in page.links] == ["https://docs.example.com/next"]


def test_the_hash_changes_with_the_text_and_not_with_furniture_or_white_space() -> None:
    first = page_of(f"<main><p>{PROSE}</p></main><footer>12:00</footer>")
    same = page_of(f"<main><p>{PROSE.replace(' ', '  ')}</p></main><footer>12:01</footer>")
    other = page_of(f"<main><p>{PROSE} New.</p></main><footer>12:00</footer>")
    assert first.content_hash == same.content_hash != other.content_hash
    assert len(first.content_hash) == 16
