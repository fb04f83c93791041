"""What is refused before a parser sees it: no text in it, encrypted, or dangerous."""

from __future__ import annotations

import re
from typing import Final

from catalog.vocabulary import Reason
from extract.content_type import NO_TEXT, PICTURES, is_heard
from extract.files import ocr
from extract.files.bombs import Refusal, check_container
from extract.files.entities import entity_fault

XML: Final = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?xml")
NO_TESSERACT: Final = "reading it needs tesseract, which is not installed (Debian: tesseract-ocr)"
_ZIP: Final = "application/zip"


def refusal_of(body: bytes, content_type: str, *, with_ocr: bool) -> Refusal | None:
    """Why a file of this type is not parsed; None where it may be."""
    if not body:
        return Refusal(Reason.EMPTY_CONTENT, "the file has no bytes")
    if content_type == "application/x-encrypted-office":
        return Refusal(Reason.ENCRYPTED_FILE, "the Office file is protected by a password")
    if body.startswith(b"PK\x03\x04"):
        refusal = check_container(body)
        # Of what is no document it is enough to know that, unless it wanted to do harm.
        if refusal is not None and (content_type != _ZIP or refusal.reason is Reason.DECOMPRESSION_BOMB):
            return refusal
    if NO_TEXT.match(content_type):
        return _without_text(content_type, with_ocr=with_ocr)
    fault = entity_fault(body) if XML.fullmatch(content_type) else None
    return None if fault is None else Refusal(Reason.DECOMPRESSION_BOMB, f"its {fault}")


def _without_text(content_type: str, *, with_ocr: bool) -> Refusal | None:
    if content_type in PICTURES and with_ocr:
        return None if ocr.languages() else Refusal(Reason.UNSUPPORTED_TYPE, NO_TESSERACT)
    detail = f"no text is read from {content_type}"
    if content_type in PICTURES:
        detail += " unless `ocr` is true"
    elif is_heard(content_type):
        detail += " unless `transcription` names a server that hears it"
    return Refusal(Reason.UNSUPPORTED_TYPE, detail)
