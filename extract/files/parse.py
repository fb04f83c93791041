"""From a file's bytes to what it holds, or why it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import kreuzberg
from lxml import etree

from catalog.document import Block, BlockKind
from catalog.vocabulary import Reason
from extract.archive import UNREADABLE_ARCHIVE
from extract.content_type import PICTURES, PLAIN
from extract.encoding import decode
from extract.files import ocr
from extract.files.content import FileContent
from extract.files.errors import FOREIGN, translate
from extract.files.hyphens import made_whole
from extract.files.mail import MAIL, mail_content
from extract.files.markdown import MARKDOWN, markdown_content
from extract.files.refusing import NO_TESSERACT, XML, refusal_of
from extract.files.rtf import RTF, readable
from extract.files.slides import slide_blocks
from extract.files.structure import structured_blocks
from extract.files.text import SEPARATED, separated_blocks, text_blocks
from extract.files.xml import feed_title, parse_xml, xml_blocks
from extract.page import Unreadable

PDF: Final = "application/pdf"
_PRESENTATION: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_SHEETS: Final = re.compile(r"spreadsheet|ms-excel")
_SURROGATES: Final = re.compile(
    rb"(?<!\\)(?P<before>(?:\\\\)*)"
    rb"(?:(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_WRITTEN: Final = frozenset({MARKDOWN, PLAIN, *SEPARATED})
"""What is a text, in any encoding, and read by ourselves."""
_SCANNED: Final = 16
"""Characters below which a page of a PDF is taken to be a picture: a page number may stand on it."""


def content_of(
    body: bytes, content_type: str, headers: Mapping[str, str], url: str, *, with_ocr: bool
) -> FileContent | Unreadable:
    """What a file holds; a reader that cannot go on is an answer, never an exception."""
    refusal = refusal_of(body, content_type, with_ocr=with_ocr)
    if refusal is not None:
        return Unreadable(*refusal, content_type)
    try:
        return _read(body, content_type, headers, url, with_ocr=with_ocr)
    except (MemoryError, etree.LxmlError, *FOREIGN, *UNREADABLE_ARCHIVE) as error:
        return Unreadable(*translate(error), content_type)


def _read(
    body: bytes, content_type: str, headers: Mapping[str, str], url: str, *, with_ocr: bool
) -> FileContent | Unreadable:
    if content_type in PICTURES:
        return FileContent(ocr.picture_blocks(body, content_type), {})
    if content_type == MAIL:
        return mail_content(body)
    if content_type in _WRITTEN or XML.fullmatch(content_type):
        return _written(decode(body, headers.get("content-type", ""), url=url), content_type)
    if content_type.endswith("json"):
        body = _without_lone_surrogates(body)
    result = kreuzberg.extract_bytes_sync(body, content_type, _CONFIGURATION)
    blocks = list(_blocks(result, body, content_type))
    if content_type == PDF:
        return _with_scanned(body, blocks, result, with_ocr=with_ocr)
    metadata = dict(result.metadata)
    return FileContent(blocks, readable(metadata, body) if content_type == RTF else metadata)


def _written(text: str, content_type: str) -> FileContent:
    if content_type == MARKDOWN:
        return markdown_content(text)
    if content_type == PLAIN:
        return FileContent(text_blocks(text), {})
    if content_type in SEPARATED:
        return FileContent(separated_blocks(text, SEPARATED[content_type]), {})
    root = parse_xml(text)
    return FileContent(xml_blocks(root), {"title": feed_title(root)})


def _without_lone_surrogates(body: bytes) -> bytes:
    """JSON whose halves of characters (RFC 8259, section 8.2), for which all would be refused, are U+FFFD."""
    return _SURROGATES.sub(lambda found: found[0] if found["pair"] else found["before"] + rb"\ufffd", body)


def _with_scanned(
    body: bytes, blocks: list[Block], result: kreuzberg.ExtractionResult, *, with_ocr: bool
) -> FileContent | Unreadable:
    """A PDF with what its pages show that hold no text."""
    written = {int(page["page_number"]): len(page["content"].strip()) for page in result.pages or ()}
    scanned = [page for page, length in written.items() if length < _SCANNED]
    if scanned and with_ocr and ocr.languages():
        blocks = [block for block in blocks if block.page not in scanned]
        seen = list(ocr.scanned_blocks(body, scanned))
        blocks = sorted((*blocks, *seen), key=lambda block: block.page or 0)
    if not blocks:
        why = NO_TESSERACT if with_ocr and not ocr.languages() else "would need `ocr: true`"
        why = "no text was recognised in it" if with_ocr and ocr.languages() else why
        detail = f"the PDF has no text, it is scanned or drawn: {why}"
        return Unreadable(Reason.EMPTY_CONTENT, detail, PDF)
    return FileContent(blocks, dict(result.metadata))


_CONFIGURATION: Final = kreuzberg.ExtractionConfig(
    use_cache=False,
    enable_quality_processing=False,
    pages=kreuzberg.PageConfig(extract_pages=True),
    include_document_structure=True,
)


def _blocks(result: kreuzberg.ExtractionResult, body: bytes, content_type: str) -> Iterable[Block]:
    """By structure; PDFs and slides by their pages, which their structure does not tell."""
    if content_type == PDF and result.pages:
        texts = made_whole([page["content"] for page in result.pages])
        numbers = [page["page_number"] for page in result.pages]
        return [
            block for text, number in zip(texts, numbers, strict=True) for block in text_blocks(text, number)
        ]
    if content_type == _PRESENTATION and (slides := slide_blocks(body)):
        return slides
    if result.document:
        sheets = _SHEETS.search(content_type) is not None
        blocks = list(structured_blocks(result.document["nodes"], sheets=sheets))
        return [*blocks, *_attachments(result)]
    return text_blocks(result.content)


def _attachments(result: kreuzberg.ExtractionResult) -> Iterable[Block]:
    """The names of what is attached to a message."""
    names = dict(result.metadata).get("attachments")
    if isinstance(names, list) and names:
        yield Block(BlockKind.PARAGRAPH, "Attachments: " + ", ".join(map(str, names)))
