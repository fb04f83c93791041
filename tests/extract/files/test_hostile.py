"""Files that want to do harm: refused by a reason, or read without doing it."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

import pytest

from catalog.vocabulary import Reason
from extract.archive import MOST_DIRECTORY_BYTES
from extract.files.entities import entity_fault
from extract.page import Unreadable
from tests.extract.files.reading import file_of, read_file, refused
from tests.support.made_files import (
    WORD,
    container,
    lying_container,
    pdf,
    pdf_of_objects,
    word_by_hand,
    word_xml,
)
from tests.support.suites import SUITES, needs_suites

LAUGHS = (
    "<!DOCTYPE x ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
XXE = SUITES / "security/xxe"
BOMB = Reason.DECOMPRESSION_BOMB


def overlapping(members: int) -> bytes:
    """A container whose list names the same bytes many times (Fifield, *A better zip bomb*, 2019)."""
    body = container({"[Content_Types].xml": "<Types/>", WORD: bytes(100_000)})
    end = body.rindex(b"PK\x05\x06")
    (start,) = struct.unpack_from("<L", body, end + 16)
    entry = body[body.rindex(b"PK\x01\x02") : end]
    listed = body[start:end] + entry * members
    counts = struct.pack("<4HLLH", 0, 0, members + 2, members + 2, len(listed), start, 0)
    return body[:start] + listed + b"PK\x05\x06" + counts


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (word_by_hand(word_xml("x" + " " * 100_100_000)), BOMB, "unpacks to more than 100,000,000"),
        (lying_container("word/m.xml", bytes(100_100_000), 10, {WORD: "<w/>"}), BOMB, "m.xml unpacks to"),
        (overlapping(2_000), BOMB, "its members share the same bytes"),
        (word_by_hand(word_xml("&a9;", doctype=LAUGHS)), BOMB, "entities grow to 2,000,000,000 characters"),
        (word_by_hand(word_xml("x"))[:600], Reason.UNSUPPORTED_TYPE, "application/zip"),
        (word_by_hand(b"<w:document"), Reason.BROKEN_FILE, ""),
        (b'<?xml version="1.0"?><r>open', Reason.BROKEN_FILE, "not well-formed XML"),
    ],
    ids=["member", "lying", "overlap", "laughs", "cut", "broken", "xml"],
)  # fmt: skip
def test_a_bomb_or_a_broken_file_is_refused(body: bytes, reason: Reason, detail: str) -> None:
    found = refused(body, "a.docx")
    assert found.reason is reason, found
    assert detail in found.detail


def test_a_list_of_members_that_is_a_bomb_itself_is_not_read() -> None:
    body = bytearray(word_by_hand(word_xml("x")))
    end = body.rindex(b"PK\x05\x06")
    body[end + 12 : end + 16] = struct.pack("<L", MOST_DIRECTORY_BYTES + 1)
    assert refused(bytes(body), "a.docx").detail == "it has more than 20,000 members"


def test_members_under_a_password_are_encrypted() -> None:
    body = bytearray(word_by_hand(word_xml("secret")))
    place = body.index(b"PK\x01\x02")
    while place >= 0:  # the flag of each member in the list (APPNOTE.TXT 4.4.4)
        body[place + 8] |= 1
        place = body.find(b"PK\x01\x02", place + 4)
    assert refused(bytes(body), "a.docx").reason is Reason.ENCRYPTED_FILE


def test_an_open_document_under_a_password_is_encrypted() -> None:
    manifest = "<manifest:file-entry manifest:full-path='content.xml'><manifest:encryption-data/>"
    members = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": "\x01\x02",
        "META-INF/manifest.xml": f"<manifest:manifest>{manifest}",
    }
    found = refused(container(members, packed=False), "a.odt")
    assert (found.reason, found.detail) == (
        Reason.ENCRYPTED_FILE,
        "the OpenDocument file is protected by a password",
    )


def test_a_book_that_is_protected_against_copying_is_encrypted() -> None:
    book = container({"mimetype": "application/epub+zip", "META-INF/rights.xml": "<rights/>"}, packed=False)
    found = refused(book, "a.epub")
    assert (found.reason, found.detail) == (Reason.ENCRYPTED_FILE, "the book is protected against copying")


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        (b'<!DOCTYPE r [<!ENTITY name "Sitelore">]><r>&name; &name;</r>', None),
        (b'<!DOCTYPE r [<!ENTITY a "&b;"><!ENTITY b "&a;">]><r>&a;</r>', "contains itself"),
        (b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 9_000 + b'">]><r>' + b"&a;" * 300 + b"</r>", "grow to 2,7"),
        ('<!DOCTYPE r [<!ENTITY a "' + "x" * 9_000 + '">]><r>' + "&a;" * 300 + "</r>", "grow to 2,7"),
        (b"<r>no entity</r>", None),
    ],
    ids=["honest", "recursive", "quadratic", "utf-16", "none"],
)  # fmt: skip
def test_entities_are_counted_before_anything_expands_them(markup: bytes | str, fault: str | None) -> None:
    found = entity_fault(markup if isinstance(markup, bytes) else markup.encode("utf-16"))
    assert (found is None) if fault is None else (found is not None and fault in found)


def test_an_entity_that_stands_elsewhere_is_neither_read_nor_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        here = f'<!ENTITY here SYSTEM "http://127.0.0.1:{port}/x"><!ENTITY file SYSTEM "file:///etc/passwd">'
        body = f"<!DOCTYPE r [{here}]><r><a>Words</a><a>of &here; ours &file;</a></r>".encode()
        assert file_of(body, "a.xml", "application/xml").text == "Words\n\nof ours"
        with pytest.raises(BlockingIOError):
            listener.accept()


def _attacks() -> list[Path]:
    return sorted(XXE.iterdir()) if XXE.is_dir() else []


@needs_suites
@pytest.mark.parametrize("path", _attacks(), ids=lambda path: str(path.name))
def test_no_attack_of_the_suite_reads_a_file_of_ours(path: Path) -> None:
    found = read_file(path.read_bytes(), path.name, "application/xml")
    assert isinstance(found, Unreadable) or "root:" not in found.text.replace("root:x?", "")
    if path.name.startswith("Deny_Of_Service"):
        assert isinstance(found, Unreadable)
        assert found.reason is BOMB


def test_a_pdf_of_very_many_objects_is_read() -> None:
    assert file_of(pdf_of_objects(50_000), "a.pdf").text == "A needle in the haystack"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.txt", b"Words that stand here are\0 all of ours and of nobody else"),
        ("a.csv", b"Words,of\0\nours,here and of nobody else in the world\n"),
        ("a.json", b'{"Words": "of\\u0000 ours"}'),
        ("a.md", b"# Words\0\n\nthat are all of ours and of nobody else"),
        ("a.eml", b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Words\r\n\r\nof\0 ours\r\n"),
    ],
)
def test_nul_bytes_are_dropped(name: str, body: bytes) -> None:
    types = {"txt": "text/plain", "csv": "text/csv", "json": "application/json", "md": "text/markdown"}
    page = file_of(body, name, types.get(name[2:], "message/rfc822"))
    assert "\0" not in page.text + page.title
    assert "Words" in page.text + page.title
    assert "ours" in page.text


@pytest.mark.parametrize(
    ("name", "body", "label", "text"),
    [
        ("a.json", rb'{"a": "half \ud800 of one"}', "application/json", "half \ufffd of one"),
        ("a.json", rb'{"a": "\udc00\ud83d\ude00\ud83d\\ud800"}', "application/json", "\ufffd😀\ufffd\\ud800"),
        ("a.txt", b"half \xed\xa0\x80 of one", "text/plain; charset=utf-8", "half \ufffd"),
        ("a.csv", b"half,\xed\xa0\x80\nof,one", "text/csv; charset=utf-8", "half | \ufffd"),
    ],
)
def test_halves_of_characters_are_replaced(name: str, body: bytes, label: str, text: str) -> None:
    assert text in file_of(body, name, label).text


def test_half_a_character_is_no_xml() -> None:
    found = refused(b"<r><a>Half &#xD800; of one</a></r>", "a.xml", "application/xml")
    assert found.reason is Reason.BROKEN_FILE


def test_a_title_reads_as_it_stands() -> None:
    page = file_of(pdf("Invoice", title="invoice \u202efdp.exe\x07"), "a.pdf")
    assert page.title == "invoice fdp.exe"


def test_nesting_without_end_is_refused() -> None:
    assert refused(b"[" * 100_000, "a.json", "application/json").reason is Reason.BROKEN_FILE
    assert refused(b"<r>" * 100_000, "a.xml", "application/xml").reason is Reason.BROKEN_FILE
