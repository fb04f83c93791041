"""A file from its bytes: a page with blocks, metadata and fields; or why it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import kreuzberg

from catalog.document import DocumentKind, FieldValue
from catalog.vocabulary import Reason
from extract.fields.apply import known, mapped
from extract.fields.dates import parse_date
from extract.fields.sources import Subject
from extract.files.content import FileContent
from extract.files.errors import FOREIGN
from extract.files.parse import content_of
from extract.files.transcript import Transcript, transcript_content
from extract.fingerprint import content_hash
from extract.html.blocks import first_heading
from extract.html.metadata import directives_of
from extract.language import language_of, languages_of, with_languages
from extract.page import Page, Unreadable
from extract.rules import ExtractionRules
from extract.words import as_it_stands

_NO_TITLE: Final = re.compile(r"spreadsheet|ms-excel|json$|xml$")
"""Types whose first heading is a sheet's or an element's name, not what the file is about."""
_LANGUAGE_CODE: Final = re.compile(r"[a-z]{2,3}")
_HEARD: Final[Mapping[str, list[str]]] = {
    "audio/mpeg": ["mp3"],
    "audio/mp4": ["m4a"],
    "audio/wav": ["wav"],
    "audio/flac": ["flac"],
    "video/mp4": ["mp4"],
    "video/webm": ["webm"],
    "application/ogg": ["ogg", "oga", "ogv"],
}
"""Extensions of the types that kreuzberg does not know."""


def read_file(
    body: bytes,
    *,
    url: str,
    content_type: str,
    headers: Mapping[str, str],
    rules: ExtractionRules,
    link_text: str = "",
    transcript: Transcript | None = None,
) -> Page | Unreadable:
    """The file as a page; `Unreadable` where it is encrypted, broken, dangerous, without text or of no known
    type. Of what is heard `transcript` holds the words."""
    content = (
        content_of(body, content_type, headers, url, with_ocr=rules.ocr)
        if transcript is None
        else transcript_content(transcript)
    )
    if isinstance(content, Unreadable):
        return content
    if not content.blocks:
        return Unreadable(Reason.EMPTY_CONTENT, "the file has no text", content_type)
    return _page(content, Subject(url, headers, "", len(body), content_type, link_text), rules)


def _page(content: FileContent, subject: Subject, rules: ExtractionRules) -> Page:
    heading = None if _NO_TITLE.search(subject.content_type) else first_heading(content.blocks)
    stated = content.text("title") or content.text("subject")
    title = stated or heading or subject.link_text or subject.file_name or subject.url
    language = _stated_language(content) or language_of(content.blocks)
    subject = replace(subject, title=as_it_stands(title), language=language)
    own, faults = mapped(rules.mappings, subject, DocumentKind.FILE)
    if isinstance(own.get("title"), str):
        own["title"] = as_it_stands(str(own["title"]))
    blocks = with_languages(content.blocks, language)
    languages = languages_of(blocks, language)
    fields = known({**_standard(content, subject), "languages": languages}) | own
    return Page(
        kind=DocumentKind.FILE,
        title=str(fields["title"]),
        blocks=blocks,
        links=(),
        fields=fields,
        content_hash=content_hash(str(fields["title"]), blocks, own),
        content_type=subject.content_type,
        directives=directives_of({}, subject.headers),
        language=str(fields["language"]) if "language" in fields else None,
        faults=tuple(faults),
    )


def _standard(content: FileContent, subject: Subject) -> dict[str, FieldValue | None]:
    return {
        "title": subject.title,
        "url": subject.url,
        "language": subject.language,
        "description": content.text("description"),
        "authors": content.authors,
        "created_at": parse_date(content.text("created_at") or ""),
        "updated_at": parse_date(content.text("modified_at") or subject.headers.get("last-modified", "")),
        "file_type": _file_type(subject),
        "file_name": subject.file_name,
        "size": subject.size,
    }


def _stated_language(content: FileContent) -> str | None:
    code = (content.text("language") or "").split("-")[0].lower()
    return code if _LANGUAGE_CODE.fullmatch(code) else None


def _file_type(subject: Subject) -> str:
    """The usual extension for the type of the content, else the one in the name."""
    try:
        extensions = kreuzberg.get_extensions_for_mime(subject.content_type)
    except FOREIGN:  # it knows no extension of that type
        extensions = _HEARD.get(subject.content_type, [])
    own = subject.file_name.rpartition(".")[2].lower() if "." in subject.file_name else ""
    return own if own in extensions or not extensions else sorted(extensions, key=len)[0]
