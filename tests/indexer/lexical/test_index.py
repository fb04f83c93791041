"""The lexical index, written and read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tantivy import Query

from catalog.document import Block, BlockKind, FieldValue
from indexer.lexical.block_languages import BlockLanguages
from indexer.lexical.errors import (
    DamagedIndexError,
    IncompatibleIndexError,
    IndexBusyError,
    LexicalIndexError,
)
from indexer.lexical.phrases import wording
from indexer.lexical.queries import matching_query
from indexer.lexical.query_text import parse_query_text
from indexer.lexical.reader import LexicalReader
from indexer.lexical.terms import analyse
from indexer.lexical.writer import LexicalWriter
from indexer.retrieval.facets import tally
from indexer.retrieval.question import Facet, FacetCounts, FacetValue
from settings.fields import BUILT_IN_FIELDS, FieldSettings, FieldType
from tests.indexer.lexical.support import NOON, Text, ask, document, holding, places, snapshot


def test_a_passage_is_found_by_its_words_in_any_form(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, ""), [(10, Text("Vacuuming removes dead rows")), (11, Text("Locks"))])
    writer.commit()
    assert ask(snapshot(folder), "What is vacuum?") == [10]
    assert ask(snapshot(folder), "lock") == [11]


@pytest.mark.parametrize(
    "text", ["max_connections", "ERR-1234", "std::vector", "connections", "vector", "1234"]
)
def test_names_are_found_whole_and_by_their_parts(folder: Path, writer: LexicalWriter, text: str) -> None:
    writer.replace(document(1, ""), [(1, Text("Raise max_connections when ERR-1234 names a std::vector."))])
    writer.replace(document(2, ""), [(2, Text("Something else entirely"))])
    writer.commit()
    assert ask(snapshot(folder), text) == [1]


def test_a_name_as_written_beats_its_parts_apart(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, ""), [(1, Text("the max number of connections, max connections, max"))])
    writer.replace(
        document(2, ""), [(2, Text("set max_connections in the file that holds all such settings"))]
    )
    writer.commit()
    assert ask(snapshot(folder), "max_connections")[0] == 2


def test_titles_and_headings_count_more_than_a_mention(folder: Path, writer: LexicalWriter) -> None:
    filler = "and many more words about quite other things follow here"
    writer.replace(document(1, "", title="Backups"), [(1, Text(f"How it works, {filler}"))])
    writer.replace(document(2, "", title="Other"), [(2, Text(f"unlike backups this says little {filler}"))])
    writer.replace(document(3, "", title="Other"), [(3, Text(f"How it works, {filler}", ("Backups",)))])
    writer.commit()
    found = ask(snapshot(folder), "backups")
    assert found[0] == 1
    assert set(found) == {1, 2, 3}


def test_words_near_each_other_count_more_than_words_apart(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, ""), [(1, Text("buffers of all kinds one two three four five shared"))])
    writer.replace(document(2, ""), [(2, Text("of all kinds one two three four five shared buffers"))])
    writer.commit()
    assert ask(snapshot(folder), "shared buffers") == [2, 1]


def test_only_allowed_entries_are_found(folder: Path, writer: LexicalWriter) -> None:
    for access_id in (1, 2, 3):
        writer.replace(document(access_id, "", access_id=access_id), [(access_id, Text("payroll"))])
    writer.commit()
    assert sorted(ask(snapshot(folder), "payroll", {1, 3})) == [1, 3]
    assert ask(snapshot(folder), "payroll", {9}) == []


def test_replacing_a_document_leaves_nothing_of_its_former_passages(
    folder: Path, writer: LexicalWriter
) -> None:
    writer.replace(document(1, "old"), [(1, Text("old text")), (2, Text("old rest"))])
    writer.commit()
    writer.replace(document(1, "new"), [(3, Text("new text"))])
    writer.commit()
    opened = snapshot(folder)
    assert ask(opened, "old") == []
    assert ask(opened, "text") == [3]
    assert opened.document_count == 1
    assert places(opened) == {3: f"{1:032x}"}


def test_a_document_replaced_twice_before_a_commit_stands_once(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, "a"), [(1, Text("first"))])
    writer.replace(document(1, "a"), [(2, Text("second"))])
    writer.commit()
    assert places(snapshot(folder)) == {2: f"{1:032x}"}


def test_a_removed_document_is_gone_from_both_indexes(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, "text"), [(1, Text("text"))])
    writer.commit()
    writer.remove([f"{1:032x}", "f" * 32])
    writer.commit()
    assert ask(snapshot(folder), "text") == []
    assert snapshot(folder).document_count == 0


def test_a_phrase_is_found_where_its_words_stand_together(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, ""), [(1, Text("the shared buffers grow"))])
    writer.replace(document(2, ""), [(2, Text("buffers that are shared"))])
    writer.replace(document(3, "", title="Shared buffer"), [])
    writer.commit()
    opened = snapshot(folder)
    assert holding(opened, "Shared Buffers") == [1, 3]
    assert wording(opened, "?!", {1}) is None


def test_a_quoted_word_stands_as_it_is_written(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, ""), [(1, Text("one buffer in the pool"))])
    writer.replace(document(2, ""), [(2, Text("many buffers"))])
    writer.commit()
    opened = snapshot(folder)
    assert holding(opened, "buffer") == [1]
    assert holding(opened, "Buffers") == [2]
    assert holding(opened, "the") == [1]


def test_a_phrase_that_the_caller_may_not_read_tells_nothing(folder: Path, writer: LexicalWriter) -> None:
    writer.replace(document(1, "", access_id=2), [(1, Text("the secret plan"))])
    writer.commit()
    opened = snapshot(folder)
    assert holding(opened, "secret plan") == []


def test_words_of_searchable_fields_are_found(folder: Path, writer: LexicalWriter) -> None:
    fields: dict[str, FieldValue] = {"authors": ("Ada Lovelace", "Bob"), "category": "Mathematics"}
    writer.replace(document(1, "x", fields=fields), [(1, Text("x"))])
    writer.commit()
    assert ask(snapshot(folder), "lovelace") == [1]
    assert ask(snapshot(folder), "mathematics") == []


@pytest.mark.parametrize("word", ["reimbursement", "parseTicket"])
def test_what_only_a_heading_says_counts_for_its_document(
    folder: Path, writer: LexicalWriter, word: str
) -> None:
    headings = ("Reimbursement", "parseTicket()")
    writer.replace(document(1, "Ask first."), [(1, Text("Ask first.", headings))])
    writer.replace(document(2, "Lunch."), [(2, Text("Lunch."))])
    writer.commit()
    opened = snapshot(folder)
    assert ask(opened, word) == [1]
    words = matching_query(opened.documents_schema, analyse(parse_query_text(word), opened.languages))
    assert tally(opened, words, []).total == 1


def test_facets_count_documents_and_not_passages(folder: Path, writer: LexicalWriter) -> None:
    for number, authors in enumerate([("ada", "bob"), ("ada",), ()], start=1):
        fields: dict[str, FieldValue] = {"authors": authors, "updated_at": NOON}
        writer.replace(document(number, "x", fields=fields), [(number * 10 + n, Text("x")) for n in range(3)])
    writer.commit()
    facets = tally(snapshot(folder), Query.all_query(), [Facet("authors"), Facet("updated_at")]).facets
    assert facets == {
        "authors": FacetCounts((FacetValue("ada", 2), FacetValue("bob", 1))),
        "updated_at": FacetCounts((FacetValue("2026-11-23T12:00:00Z", 3),)),
    }


def test_what_no_index_can_hold_is_written_without_an_error(folder: Path, writer: LexicalWriter) -> None:
    fields: dict[str, FieldValue] = {
        "created_at": datetime(1, 1, 1, tzinfo=UTC),
        "updated_at": datetime(9999, 12, 31, tzinfo=UTC),
        "category": "x" * 100_000,
        "size": "not a number",
        "view_count": True,
    }
    writer.replace(
        document(1, "lone \ud800 and \x00", title="\udfff", fields=fields),
        [(1, Text("lone \ud800 surrogate", ("\ud800",)))],
    )
    writer.commit()
    assert ask(snapshot(folder), "surrogate") == [1]


def test_a_reader_sees_a_commit_after_a_refresh_and_not_before(folder: Path, writer: LexicalWriter) -> None:
    reader = LexicalReader.open(folder)
    writer.replace(document(1, "x"), [(1, Text("fresh"))])
    writer.commit()
    before = reader.snapshot
    assert before is not None
    assert ask(before, "fresh") == []
    assert reader.refresh()
    assert reader.snapshot is not None
    assert ask(reader.snapshot, "fresh") == [1]
    assert ask(before, "fresh") == []
    assert not reader.refresh()


def test_a_folder_without_an_index_is_no_error_and_is_followed(folder: Path) -> None:
    reader = LexicalReader.open(folder)
    missing = reader.snapshot
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        writer.replace(document(1, "x"), [(1, Text("x"))])
        writer.commit()
    reader.refresh()
    found = reader.snapshot
    assert missing is None
    assert found is not None
    assert found.document_count == 1


def test_what_was_not_committed_is_not_there_after_reopening(folder: Path) -> None:
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        writer.replace(document(1, "kept"), [(1, Text("kept"))])
        writer.commit()
        writer.replace(document(2, "lost"), [(2, Text("lost"))])
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        writer.commit()
    assert ask(snapshot(folder), "kept lost") == [1]


def test_a_second_writer_is_told_that_the_index_is_busy(folder: Path, writer: LexicalWriter) -> None:
    with pytest.raises(IndexBusyError, match="another process is writing to this index"):
        LexicalWriter(folder, BUILT_IN_FIELDS)


def test_an_index_made_for_other_fields_asks_for_a_rebuild(folder: Path) -> None:
    LexicalWriter(folder, BUILT_IN_FIELDS).close()
    more = {**BUILT_IN_FIELDS, "department": FieldSettings(type=FieldType.STRING)}
    with pytest.raises(IncompatibleIndexError, match=r"other `fields`.*run `indexer rebuild`"):
        LexicalWriter(folder, more)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 99, "columns": {}}', '{"format": 1}'])
def test_a_description_that_cannot_be_read_asks_for_a_rebuild(folder: Path, content: str) -> None:
    LexicalWriter(folder, BUILT_IN_FIELDS).close()
    (folder / "schema.json").write_text(content)
    with pytest.raises(IncompatibleIndexError, match="run `indexer rebuild`"):
        LexicalReader.open(folder)


def test_damaged_files_are_reported_and_the_former_state_stays_in_use(folder: Path) -> None:
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        writer.replace(document(1, "x"), [(1, Text("steady"))])
        writer.commit()
    reader = LexicalReader.open(folder)
    (folder / "passages" / "meta.json").write_text("not json")
    with pytest.raises(LexicalIndexError, match="indexer rebuild"):
        reader.refresh()
    assert reader.snapshot is not None
    assert ask(reader.snapshot, "steady") == [1]


def test_a_segment_of_which_a_bit_fell_over_is_refused_before_it_is_read(folder: Path) -> None:
    with LexicalWriter(folder, BUILT_IN_FIELDS) as writer:
        writer.replace(document(1, "x"), [(1, Text("steady"))])
        writer.commit()
        reader = LexicalReader.open(folder)
        before = set((folder / "passages").iterdir())
        writer.replace(document(2, "x"), [(2, Text("steady, too"))])
        writer.commit()
    damaged = next(
        file for file in (folder / "passages").iterdir() if file.suffix == ".idx" and file not in before
    )
    content = bytearray(damaged.read_bytes())
    content[3] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(DamagedIndexError, match=f"{damaged.name} is damaged: its checksum differs"):
        reader.refresh()
    assert reader.snapshot is not None
    assert ask(reader.snapshot, "steady") == [1]
    with pytest.raises(DamagedIndexError, match="`indexer rebuild` makes the index anew"):
        LexicalReader.open(folder)


def test_passages_in_another_language_than_their_document_are_found_by_its_words(
    folder: Path, writer: LexicalWriter
) -> None:
    english, german = "These houses stand by the sea.", "Die Häuser der Stadt stehen am Meer und am Hafen."
    blocks = (Block(BlockKind.PARAGRAPH, english), Block(BlockKind.PARAGRAPH, german, language="de"))
    page = replace(document(1, ""), blocks=blocks)
    writer.replace(page, [(10, Text(english)), (11, Text(german, start=len(english) + 2))])
    writer.commit()
    opened = snapshot(folder)
    assert opened.languages == ("de",)
    assert ask(opened, "welches Haus in den Städten") == [11]
    assert ask(opened, "one house") == [10]
    assert holding(opened, "Haus der Städte") == holding(opened, "house standing") == [1]


def test_a_passage_is_in_the_language_of_most_of_it() -> None:
    blocks = [Block(BlockKind.PARAGRAPH, "x" * 100, language=language) for language in (None, "fr", None)]
    languages = BlockLanguages.of(replace(document(1, ""), blocks=tuple(blocks)))
    assert [languages.between(*place) for place in ((0, 100), (102, 202), (60, 202), (150, 304))] == [
        "en", "fr", "fr", "en",
    ]  # fmt: skip
