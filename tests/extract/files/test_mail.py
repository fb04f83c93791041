"""Messages: their bodies with their structure, what is attached, and those that cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.document import BlockKind
from catalog.vocabulary import Reason
from tests.extract.files.reading import file_of, refused

HEAD = (
    "From: Eva Weiss <eva@bank.example>\r\nTo: desk@bank.example\r\nSubject: =?utf-8?Q?K=C3=BCndigung?=\r\n"
    "Date: Thu, 12 Mar 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
)
HTML = (
    "<style>p{color:red}</style><p>The <b>limit</b> rises.</p><ul><li>Desk A</ul>"
    "<table><tr><th>Desk<th>Limit<tr><td>A<td>5</table>"
)
PLAIN_PART = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe limit rises, in plain words.\r\n"
HTML_PART = f"Content-Type: text/html; charset=utf-8\r\n\r\n{HTML}\r\n"


def parts(kind: str, *inside: str) -> bytes:
    return (
        f"{HEAD}Content-Type: multipart/{kind}; boundary=b\r\n\r\n--b\r\n"
        + "--b\r\n".join(inside)
        + "--b--\r\n"
    ).encode()


def said(body: bytes) -> list[str]:
    """The text of a message below its header."""
    texts = [block.text for block in file_of(body, "a.eml", "message/rfc822").blocks]
    return texts[next(place for place, text in enumerate(texts) if text.startswith("Date:")) + 1 :]


def test_what_a_message_states_becomes_fields() -> None:
    page = file_of(f"{HEAD}\r\nGood bye.\r\n".encode(), "a.eml")
    assert page.title == "Kündigung"
    assert page.fields["authors"] == ("Eva Weiss",)
    assert page.fields["created_at"] == datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert page.text.startswith(
        "Subject: Kündigung\n\nFrom: Eva Weiss <eva@bank.example>\n\nTo: desk@bank.example"
    )


def test_a_body_in_html_keeps_its_paragraphs_lists_and_tables() -> None:
    page = file_of(f"{HEAD}{HTML_PART}".encode(), "a.eml")
    assert [(block.kind, block.text) for block in page.blocks[4:]] == [
        (BlockKind.PARAGRAPH, "The limit rises."),
        (BlockKind.LIST_ITEM, "Desk A"),
        (BlockKind.TABLE, "Desk | Limit\nA | 5"),
    ]


def test_of_alternatives_the_richest_that_says_something_is_read() -> None:
    assert said(parts("alternative", PLAIN_PART, HTML_PART))[0] == "The limit rises."
    empty = "Content-Type: text/html\r\n\r\n<p></p>\r\n"
    assert said(parts("alternative", PLAIN_PART, empty)) == ["The limit rises, in plain words."]


def test_a_notice_that_a_gateway_adds_does_not_replace_the_body() -> None:
    notice = "Content-Type: text/html\r\n\r\n<p>Sent from outside.</p>\r\n"
    attached = (
        "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nNot read.\r\n"
    )
    assert said(parts("mixed", PLAIN_PART, notice, attached)) == [
        "The limit rises, in plain words.",
        "Sent from outside.",
        "Attachments: a.txt",
    ]


@pytest.mark.parametrize("label", ["application/msword", "message/rfc822", ""])
def test_a_page_that_a_wiki_saves_as_a_word_file_is_read(label: str) -> None:
    related = parts("related", HTML_PART, "Content-Type: image/png\r\n\r\nx\r\n")
    assert "Desk | Limit" in file_of(related, "page.doc", label).text


@pytest.mark.parametrize(
    "kind", ["application/pkcs7-mime; smime-type=enveloped-data", "multipart/encrypted; boundary=b"]
)
def test_an_encrypted_message_is_refused(kind: str) -> None:
    found = refused(f"{HEAD}Content-Type: {kind}\r\n\r\nMIIB\r\n".encode(), "a.eml")
    assert (found.reason, found.detail) == (Reason.ENCRYPTED_FILE, "the message is encrypted")


def test_parts_in_parts_without_end_are_refused() -> None:
    nested = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(2_000)
    )
    found = refused(f"{HEAD}{nested}".encode(), "a.eml")
    assert (found.reason, found.detail) == (Reason.BROKEN_FILE, "its parts are nested without end")


@pytest.mark.parametrize(
    "field", ["To: " + "(" * 3_000, "Content-Type: ;;;=", "Content-Type: text/plain; charset=x-none"]
)
def test_fields_without_sense_leave_the_text(field: str) -> None:
    body = f"From: a@b.example\r\nSubject: Hi\r\n{field}\r\n\r\nGood bye.\r\n".encode()
    assert "Good bye." in file_of(body, "a.eml", "message/rfc822").text
