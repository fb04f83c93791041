"""A file from its bytes: blocks with their pages, metadata, fields; or why it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import kreuzberg

from catalog.document import Block, BlockKind, DocumentKind, FieldValue
from catalog.vocabulary import Reason
from extract.content_type import PLAIN, UNKNOWN
from extract.encoding import decode
from extract.fields.apply import known, mapped
from extract.fields.dates import parse_date
from extract.fields.sources import Subject, file_name_of
from extract.files.errors import FOREIGN, translate
from extract.files.structure import slide_blocks, structured_blocks
from extract.files.text import SEPARATED, separated_blocks, text_blocks
from extract.fingerprint import content_hash
from extract.html.blocks import first_heading
from extract.html.tables import table_text
from extract.language import language_of
from extract.page import Page, Unreadable
from extract.rules import ExtractionRules

_SHEETS: Final = re.compile(r"spreadsheet|ms-excel")
_SLIDES: Final = re.compile(r"presentation|powerpoint")
_NO_TITLE: Final = re.compile(r"spreadsheet|ms-excel|json$|xml$")
"""Types whose first heading is a sheet's or an element's name, not what the file is about."""
_LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}")
_NO_TEXT: Final = re.compile(
    r"image/|audio/|video/|font/|application/(?:zip|gzip|x-7z|vnd\.rar|ogg|x-executable|x-msdownload)"
)
_PLACEHOLDER: Final = re.compile(r"\(?(?:anonymous|unspecified|untitled|unknown)\)?|", re.IGNORECASE)


class _Content:
    """What a file holds: its blocks and what it says about itself."""

    __slots__ = ("blocks", "metadata")

    def __init__(self, blocks: Iterable[Block], metadata: Mapping[str, Any]) -> None:
        self.blocks = tuple(blocks)
        self.metadata = metadata

    def text(self, name: str) -> str | None:
        """A statement of the file, unless it is what a program writes when nobody said anything."""
        value = self.metadata.get(name)
        if not isinstance(value, str) or _PLACEHOLDER.fullmatch(value.strip()):
            return None
        return " ".join(value.split())

    @property
    def authors(self) -> tuple[str, ...]:
        """The people named as authors."""
        names = self.metadata.get("authors") or ()
        return tuple(name.strip() for name in names if not _PLACEHOLDER.fullmatch(name.strip()))


def read_file(
    body: bytes,
    *,
    url: str,
    content_type: str,
    headers: Mapping[str, str],
    rules: ExtractionRules,
    link_text: str = "",
) -> Page | Unreadable:
    """The file as a page; `Unreadable` where it is encrypted, broken, without text or of no known type."""
    content = _content(body, content_type, headers)
    if isinstance(content, Unreadable):
        return content
    if not content.blocks:
        return Unreadable(Reason.EMPTY_CONTENT, _why_empty(content_type), content_type)
    name = file_name_of(url, headers)
    heading = None if _NO_TITLE.search(content_type) else first_heading(content.blocks)
    title = content.text("title") or content.text("subject") or heading or link_text or name or url
    subject = Subject(url, headers, title, len(body), content_type, link_text)
    own, faults = mapped(rules.mappings, subject, DocumentKind.FILE)
    fields = known(_standard(content, subject)) | own
    return Page(
        kind=DocumentKind.FILE,
        title=str(fields["title"]),
        blocks=content.blocks,
        links=(),
        fields=fields,
        content_hash=content_hash(str(fields["title"]), content.blocks, own),
        content_type=content_type,
        language=str(fields["language"]) if "language" in fields else None,
        faults=tuple(faults),
    )


def _content(body: bytes, content_type: str, headers: Mapping[str, str]) -> _Content | Unreadable:
    if not body:
        return Unreadable(Reason.EMPTY_CONTENT, "the file has no bytes", content_type)
    if content_type == "application/x-encrypted-office":
        return Unreadable(Reason.ENCRYPTED_FILE, "the Office file is protected by a password", content_type)
    if content_type == UNKNOWN or _NO_TEXT.match(content_type):
        return Unreadable(Reason.UNSUPPORTED_TYPE, f"no text is read from {content_type}", content_type)
    if content_type in (*SEPARATED, PLAIN) and _is_ours(body, headers):
        return _Content(_text(body, content_type, headers), {})
    try:
        result = kreuzberg.extract_bytes_sync(body, content_type, _configuration())
    except FOREIGN as error:
        return Unreadable(*translate(error), content_type)
    return _Content(_blocks(result, content_type), dict(result.metadata))


def _is_ours(body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the encoding of a text is sure; for others kreuzberg's detection by statistics is better."""
    if "charset=" in headers.get("content-type", "").lower() or body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text(body: bytes, content_type: str, headers: Mapping[str, str]) -> Iterable[Block]:
    text = decode(body, headers.get("content-type", ""))
    delimiter = SEPARATED.get(content_type)
    return text_blocks(text) if delimiter is None else separated_blocks(text, delimiter)


def _configuration() -> kreuzberg.ExtractionConfig:
    return kreuzberg.ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        pages=kreuzberg.PageConfig(extract_pages=True),
        include_document_structure=True,
    )


def _blocks(result: kreuzberg.ExtractionResult, content_type: str) -> Iterable[Block]:
    """By structure; PDFs and slides by their pages, which their structure does not tell."""
    if content_type == "application/pdf" and result.pages:
        return [block for page in result.pages for block in text_blocks(page["content"], page["page_number"])]
    if content_type in SEPARATED and result.tables:
        return [Block(BlockKind.TABLE, table_text(table.cells)) for table in result.tables]
    metadata: dict[str, Any] = dict(result.metadata)
    slides = metadata.get("pages")
    if _SLIDES.search(content_type) and slides and slides.get("boundaries"):
        return slide_blocks(result.content, slides["boundaries"])
    if result.document:
        nodes = result.document["nodes"]
        return structured_blocks(nodes, sheets=_SHEETS.search(content_type) is not None)
    return text_blocks(result.content)


def _standard(content: _Content, subject: Subject) -> dict[str, FieldValue | None]:
    return {
        "title": subject.title,
        "url": subject.url,
        "language": _stated_language(content) or language_of(content.blocks),
        "description": content.text("description"),
        "authors": content.authors,
        "created_at": parse_date(content.text("created_at") or ""),
        "updated_at": parse_date(content.text("modified_at") or subject.headers.get("last-modified", "")),
        "file_type": _file_type(subject),
        "file_name": subject.file_name,
        "size": subject.size,
    }


def _stated_language(content: _Content) -> str | None:
    code = (content.text("language") or "").split("-")[0].lower()
    return code if _LANGUAGE_CODE.fullmatch(code) else None


def _file_type(subject: Subject) -> str:
    """The usual extension for the type of the content, else the one in the name."""
    extensions = kreuzberg.get_extensions_for_mime(subject.content_type)
    own = subject.file_name.rpartition(".")[2].lower() if "." in subject.file_name else ""
    return own if own in extensions or not extensions else sorted(extensions, key=len)[0]


def _why_empty(content_type: str) -> str:
    if content_type == "application/pdf":
        return "the PDF has no text: it is scanned or drawn, and would need OCR"
    return "the file has no text"
