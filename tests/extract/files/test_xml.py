"""XML: feeds by their entries, documents by titles and paragraphs, data by records."""

from __future__ import annotations

from catalog.document import BlockKind
from tests.extract.files.reading import file_of

_FEED = b"""<?xml version="1.0"?><rss><channel><title>Harbour news</title>
<item><title>The crane is back</title><description>&lt;p&gt;It lifts &lt;b&gt;ninety&lt;/b&gt; tons.&lt;/p&gt;
</description></item></channel></rss>"""
_BOOK = b"""<book><title>Knots</title>
<chapter><title>Bowline</title><para>It <em>never</em> slips.</para></chapter></book>"""
_DATA = b'<berths><berth><name>A1</name><length unit="m">12</length></berth></berths>'


def test_a_feed_is_read_by_its_entries() -> None:
    page = file_of(_FEED, "news.xml", "application/rss+xml")
    assert (page.title, page.text) == (
        "Harbour news",
        "Harbour news\n\nThe crane is back\n\nIt lifts ninety tons.",
    )


def test_a_document_keeps_titles_and_whole_sentences() -> None:
    blocks = file_of(_BOOK, "book.xml", "application/xml").blocks
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.HEADING, "Knots"),
        (BlockKind.HEADING, "Bowline"),
        (BlockKind.PARAGRAPH, "It never slips."),
    ]


def test_a_record_is_one_block_with_its_names() -> None:
    (block,) = file_of(_DATA, "berths.xml", "application/xml").blocks
    assert block.text == "name: A1\nlength: 12\nunit: m"
