"""Files: documents of many programs, and those that cannot be read."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import docx
import openpyxl
import pytest

from catalog.document import BlockKind, DocumentKind
from catalog.vocabulary import Reason
from extract.page import Page, Unreadable
from tests.extract.files.reading import file_of, read_file
from tests.support.documents import Case, cases
from tests.support.made_files import pdf
from tests.support.suites import SUITES, needs_suites

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SUITE = SUITES / "documents"


def test_a_pdf_keeps_its_pages() -> None:
    page = file_of(pdf("Rates for Europe", "Rates for Asia"), "rates.pdf", link_text="Our rates")
    assert [(block.text, block.page) for block in page.blocks] == [
        ("Rates for Europe", 1),
        ("Rates for Asia", 2),
    ]
    assert (page.kind, page.title, page.content_type) == (DocumentKind.FILE, "Our rates", "application/pdf")
    assert (page.fields["file_name"], page.fields["file_type"]) == ("rates.pdf", "pdf")


def test_a_word_file_keeps_headings_lists_and_tables() -> None:
    document = docx.Document()
    document.core_properties.title = "Travel policy"
    document.core_properties.author = "Eva"
    document.add_heading("Trains", level=2)
    document.add_paragraph("Go by train.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((*table.rows[0].cells, *table.rows[1].cells), "abcd", strict=True):
        cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    page = file_of(buffer.getvalue(), "wrong-name.pdf", "application/pdf")
    assert page.title == "Travel policy"
    assert page.fields["authors"] == ("Eva",)
    assert [(block.kind, block.text, block.level) for block in page.blocks] == [
        (BlockKind.HEADING, "Trains", 2),
        (BlockKind.PARAGRAPH, "Go by train.", 0),
        (BlockKind.TABLE, "a | b\nc | d", 0),
    ]


def test_a_workbook_keeps_its_sheets() -> None:
    book = openpyxl.Workbook()
    for name in ("North", "South"):
        sheet = book.create_sheet(name)
        sheet.append(["City", "Orders"])
        sheet.append([f"{name} city", 12])
    del book["Sheet"]
    buffer = io.BytesIO()
    book.save(buffer)
    found = [(block.text, block.page) for block in file_of(buffer.getvalue(), "orders.xlsx").blocks]
    assert found == [
        ("North", 1),
        ("City | Orders\nNorth city | 12", 1),
        ("South", 2),
        ("City | Orders\nSouth city | 12", 2),
    ]


@pytest.mark.parametrize(
    ("name", "body", "text"),
    [
        ("a.csv", b"a;b\n1;2\n", "a | b\n1 | 2"),
        ("a.csv", "名前,年齢\n佐藤太郎,30\n三木英子,25\n髙橋淳,35\n".encode("cp932"),
         "名前 | 年齢\n佐藤太郎 | 30\n三木英子 | 25\n髙橋淳 | 35"),
        ("a.txt", b"One\nparagraph.\n\nAnother.", "One\n\nparagraph.\n\nAnother."),
        ("a.csv", b'Name,Note\n"Miller, J","one\ntwo"\n', "Name | Note\nMiller, J | one two"),
        ("a.md", b"# Title\n\nText with **bold**.\n", "Title\n\nText with bold."),
        ("a.md", b"1. one\n   - inside\n2. two\n", "one\n\ninside\n\ntwo"),
        ("a.md", b"| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx =  1\n```\n", "a | b\n1 | 2\n\nx =  1"),
        ("a.md", b"---\nOne: two\nThree\n---\nFour\n", "One: two Three\n\nFour"),
        ("a.rtf", rb"{\rtf1\ansi Hello \b world\b0 .}", "Hello world."),
        ("a.json", b'{"name": "Eva"}', "name: Eva"),
        ("a.eml", b"From: a@b.example\r\nSubject: Hi\r\nContent-Type: text/plain\r\n\r\nCome at noon.\r\n",
         "Come at noon."),
    ],
)  # fmt: skip
def test_text_formats_are_read(name: str, body: bytes, text: str) -> None:
    found = file_of(body, name).text
    assert found == text or (name == "a.eml" and found.endswith(text))


def test_html_under_another_label_is_read_as_html() -> None:
    page = file_of(b"<!DOCTYPE html><title>Rates</title><p>Text.", "rates", "application/octet-stream")
    assert (page.kind, page.title) == (DocumentKind.PAGE, "Rates")


def test_the_front_matter_of_markdown_becomes_fields_and_is_no_text() -> None:
    matter = b"---\ntitle: Limits\nauthor: Eva\ndate: 2026-03-01\ntags: [a]\n---\n"
    page = file_of(matter + b"# Head\n\nText.\n", "a.md")
    assert (page.title, page.text) == ("Limits", "Head\n\nText.")
    assert page.fields["authors"] == ("Eva",)
    assert page.fields["created_at"] == datetime(2026, 3, 1, tzinfo=UTC)


def test_words_that_a_pdf_parts_at_the_ends_of_lines_are_whole() -> None:
    lines = (
        "Der Beitrag zur Ver-",
        "sicherung wird bezahlt. Ein-",
        "und Ausgang hat die E-Mail-",
        "Adresse. A short-term and a short-",
        "term bond are one, and Basel-",
        "3 is no word.",
    )
    assert file_of(pdf("\n".join(lines)), "a.pdf").text == (
        "Der Beitrag zur Versicherung wird bezahlt. Ein- und Ausgang hat die E-Mail-Adresse. "
        "A short-term and a short-term bond are one, and Basel-3 is no word."
    )


def test_what_an_rtf_states_is_read_with_its_umlauts() -> None:
    page = file_of(rb"{\rtf1\ansi\ansicpg1252{\info{\title Geb\'fchren \u8364? \'80}}Text.}", "a.rtf")
    assert page.title == "Gebühren € €"


def test_a_type_of_text_that_nobody_reads_is_refused_in_words() -> None:
    found = read_file(b"BEGIN:VCALENDAR", "a.ics", "text/calendar")
    assert isinstance(found, Unreadable)
    assert (found.reason, found.detail) == (Reason.UNSUPPORTED_TYPE, "no text is read from text/calendar")


EXCEL = "application/vnd.ms-excel"
ROWS = "Desk | Limit\nA | 5"


@pytest.mark.parametrize(
    ("name", "label", "body", "text"),
    [
        ("a.xls", EXCEL, b"<html xmlns:o='urn:x'><table><tr><td>Desk<td>Limit<tr><td>A<td>5</table>", ROWS),
        ("a.csv", EXCEL, b"Desk;Limit\r\nA;5\r\n", ROWS),
        ("a.pdf", "application/pdf", b"<!DOCTYPE html><title>Expired</title><p>Sign in.", "Sign in."),
        ("a.txt", "text/plain", "Grüße\r\n".encode("utf-16"), "Grüße"),
        ("a.csv", "", "Desk;Limit\r\nA;5\r\n".encode("utf-16"), ROWS),
        ("page", "text/html", "<title>Rates</title><p>Grüße".encode("utf-16"), "Grüße"),
    ],
)
def test_what_a_file_is_its_bytes_say_and_not_its_label(
    name: str, label: str, body: bytes, text: str
) -> None:
    assert file_of(body, name, label).text == text


@pytest.mark.parametrize(
    ("body", "label", "reason", "detail"),
    [
        (b"", "application/pdf", Reason.EMPTY_CONTENT, "no bytes"),
        (b"%PDF-1.4 junk", "", Reason.BROKEN_FILE, "Invalid PDF"),
        (pdf("secret", password="x"), "", Reason.ENCRYPTED_FILE, "password"),
        (pdf(""), "", Reason.EMPTY_CONTENT, "would need `ocr: true`"),
        (b"PK\x03\x04junk", "", Reason.UNSUPPORTED_TYPE, "application/zip"),
        (b"\x89PNG\r\n\x1a\n", "text/plain", Reason.UNSUPPORTED_TYPE, "image/png"),
        (b"\x00\x01\x02", "", Reason.UNSUPPORTED_TYPE, "application/octet-stream"),
        (b"\x00\x01\x02", "application/x-strange", Reason.UNSUPPORTED_TYPE, "application/x-strange"),
        (OLE + b"junk", "", Reason.UNSUPPORTED_TYPE, "x-ole-storage"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "", Reason.ENCRYPTED_FILE, "password"),
        (b"   \n ", "text/plain", Reason.EMPTY_CONTENT, "no text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_a_reason_and_a_detail(
    body: bytes, label: str, reason: Reason, detail: str
) -> None:
    found = read_file(body, "file.bin", label)
    assert isinstance(found, Unreadable)
    assert found.reason is reason
    assert detail.lower() in found.detail.lower()


def test_a_broken_office_file_is_broken() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<broken")
    found = read_file(buffer.getvalue(), "a.docx")
    assert isinstance(found, Unreadable)
    assert found.reason in (Reason.BROKEN_FILE, Reason.EMPTY_CONTENT)


FILES = [case for case in cases() if case.path.suffix != ".html"]
"""Of pages the extraction has tests of its own."""


@pytest.mark.parametrize("case", FILES, ids=lambda case: str(case.path.name))
def test_documents_of_the_suite_give_the_strings_they_must(case: Case) -> None:
    found = read_file(case.path.read_bytes(), case.path.name)
    if case.text == "":
        assert isinstance(found, Unreadable)
        assert "`ocr: true`" in found.detail
        return
    assert isinstance(found, Page)
    assert (case.missing(found), case.present(found)) == ([], [])
    assert len(set(case.words_found(found))) == 1


@needs_suites
def test_a_presentation_keeps_its_slides() -> None:
    blocks = file_of((SUITE / "markitdown/test.pptx").read_bytes(), "talk.pptx").blocks
    assert sorted({block.page for block in blocks if block.page}) == [1, 2, 3, 4, 5, 6]
    headings = [(block.text, block.page) for block in blocks if block.kind is BlockKind.HEADING]
    assert ("A table to test parsing:", 3) in headings
    tables = [block.text for block in blocks if block.kind is BlockKind.TABLE]
    assert tables[0].startswith("ColA | ColB | ColC | ColD | ColE | ColF\n1 | 2 | 3")
