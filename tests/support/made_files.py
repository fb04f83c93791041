"""Small files of many formats, by the libraries that write them best, or by hand where that is shorter."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage

import docx
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
WORD = "word/document.xml"
_WORD_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_WORD_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="word/document.xml"/></Relationships>'
)
_WORD_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: str, password: str | None = None, title: str | None = None) -> bytes:
    """A page for each text; a line for each of its lines."""
    buffer = io.BytesIO()
    drawing = canvas.Canvas(buffer, encrypt=StandardEncryption(password) if password else None)
    if title is not None:
        drawing.setTitle(title)
    for text in pages:
        for number, line in enumerate(text.splitlines()):
            drawing.drawString(72, 760 - 14 * number, line)
        drawing.showPage()
    drawing.save()
    return buffer.getvalue()


def word(*paragraphs: str, heading: str | None = None, title: str = "") -> bytes:
    """A DOCX by python-docx."""
    document = docx.Document()
    document.core_properties.title = title
    if heading is not None:
        document.add_heading(heading, level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def container(members: Mapping[str, bytes | str], *, packed: bool = True) -> bytes:
    """A ZIP container."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def word_by_hand(document: str | bytes, **others: bytes) -> bytes:
    """A DOCX with this document.xml and further parts in `word/`."""
    return container(
        {
            "[Content_Types].xml": _WORD_TYPES,
            "_rels/.rels": _WORD_RELATIONS,
            WORD: document,
            **{f"word/{name}.xml": content for name, content in others.items()},
        }
    )


def word_xml(text: str, *, doctype: str = "") -> str:
    """A document.xml of one paragraph."""
    return (
        f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{_WORD_NAMESPACE}"><w:body><w:p><w:r><w:t>{text}'
        "</w:t></w:r></w:p></w:body></w:document>"
    )


def lying_container(name: str, content: bytes, declared: int, members: Mapping[str, str]) -> bytes:
    """A ZIP container whose list says that `name` unpacks to `declared` bytes, whatever it does."""
    body = bytearray(container({**members, name: content}))
    size = struct.pack("<L", len(content))
    crc = struct.pack("<L", zlib.crc32(content))
    place = body.find(crc)
    while place >= 0:  # crc, packed size, size: in the member's own header and in the list
        if body[place + 8 : place + 12] == size:
            body[place + 8 : place + 12] = struct.pack("<L", declared)
        place = body.find(crc, place + 4)
    return bytes(body)


def open_document(*paragraphs: str, title: str = "") -> bytes:
    """An ODT."""
    text = "".join(f"<text:p>{paragraph}</text:p>" for paragraph in paragraphs)
    content = (
        f'<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:text="{_ODF}:text:1.0">'
        f"<office:body><office:text><text:h text:outline-level='1'>{title}</text:h>{text}</office:text>"
        "</office:body></office:document-content>"
    )
    return container(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}, packed=False
    )


def rich_text(*paragraphs: str) -> bytes:
    """An RTF of ASCII words."""
    return ("{\\rtf1\\ansi " + "\\par\n".join(paragraphs) + "}").encode("ascii")


def mail(subject: str, text: str, *, attached: Mapping[str, bytes] | None = None) -> bytes:
    """An EML."""
    message = EmailMessage()
    message["From"], message["To"] = "Eva <eva@example.com>", "all@example.com"
    message["Date"], message["Subject"] = "Mon, 01 Jan 2024 10:00:00 +0000", subject
    message.set_content(text)
    for name, content in (attached or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(message)


def pdf_of_objects(count: int) -> bytes:
    """A PDF of one page, and of as many objects that no page needs."""
    parts = [b"%PDF-1.4\n"]
    places, length = [], len(parts[0])
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length 52>>stream\nBT /F1 12 Tf 72 700 Td (A needle in the haystack) Tj ET\nendstream",
    ]
    for number in range(1, count + 1):
        content = objects[number - 1] if number <= len(objects) else b"[]"
        places.append(length)
        part = b"%d 0 obj%s endobj\n" % (number, content)
        parts.append(part)
        length += len(part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (count + 1, table))
    parts.append(b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (count + 1, length))
    return b"".join(parts)
