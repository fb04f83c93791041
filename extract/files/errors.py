"""The exceptions of kreuzberg, lxml and zipfile as reasons: the one table where they are translated."""

from __future__ import annotations

import re
from typing import Final

from kreuzberg.exceptions import (
    ExtractionTimeoutError,
    KreuzbergError,
    MissingDependencyError,
    OCRError,
    ParsingError,
    ValidationError,
)
from lxml.etree import ErrorTypes, LxmlError

from catalog.vocabulary import Reason

FOREIGN: Final = (KreuzbergError, RuntimeError, ValueError, OSError)
"""What kreuzberg raises on a bad file: its own errors, and those of its Rust core as built-in ones."""

_REASONS: Final[tuple[tuple[type[Exception], Reason], ...]] = (
    (ExtractionTimeoutError, Reason.PARSER_TIMEOUT),
    (MissingDependencyError, Reason.UNSUPPORTED_TYPE),
    (OCRError, Reason.EMPTY_CONTENT),
    (ValidationError, Reason.UNSUPPORTED_TYPE),
    (ParsingError, Reason.BROKEN_FILE),
    (KreuzbergError, Reason.BROKEN_FILE),
    (OSError, Reason.BROKEN_FILE),
)
_MIME_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+")
_MEMORY: Final = ("out of memory", "memory alloc", "allocate memory")
_ENCRYPTED: Final = ("password", "encrypted", "decrypt")
_UNSUPPORTED: Final = ("unsupported format", "unsupported mime", "no extractor", "not supported")


def translate(error: Exception) -> tuple[Reason, str]:
    """The reason and what the library saw, in one line."""
    message = " ".join(str(getattr(error, "message", None) or error).split())[:300]
    half = len(message) // 2 - 1
    if half > 0 and message == f"{message[:half]}: {message[:half]}":
        message = message[:half]  # pdfium's errors come doubled
    lowered = message.lower()
    if _is_for_memory(error) or any(words in lowered for words in _MEMORY):
        return Reason.PARSER_CRASHED, "parsing it takes more memory than allowed"
    if isinstance(error, LxmlError):
        return Reason.BROKEN_FILE, f"it is not well-formed XML: {message}"
    if any(word in lowered for word in _ENCRYPTED):
        return Reason.ENCRYPTED_FILE, message
    if any(word in lowered for word in _UNSUPPORTED):
        return Reason.UNSUPPORTED_TYPE, message
    if isinstance(error, ValidationError) and _MIME_TYPE.fullmatch(message):
        return Reason.UNSUPPORTED_TYPE, f"no text is read from {message}"
    found = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.BROKEN_FILE)
    return found, message


def _is_for_memory(error: Exception) -> bool:
    code = getattr(error, "code", None) if isinstance(error, LxmlError) else None
    return isinstance(error, MemoryError) or code == ErrorTypes.ERR_NO_MEMORY
