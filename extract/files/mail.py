"""Messages (EML): who wrote to whom and when, the body as text or as the page that it is, what is attached.

By the standard library: kreuzberg 4.10 joins the words of an HTML body across its paragraphs and cells.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage, Message, MIMEPart
from email.policy import default
from email.utils import getaddresses
from typing import Final

from catalog.document import Block, BlockKind
from catalog.vocabulary import Reason
from extract.encoding import decode
from extract.files.content import FileContent
from extract.files.text import text_blocks
from extract.html.whole import whole_blocks
from extract.page import Unreadable

MAIL: Final = "message/rfc822"
_SHOWN: Final = ("subject", "from", "to", "cc", "date")
_READ: Final = frozenset({"text/html", "text/plain"})
_SEALED: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})


def mail_content(body: bytes) -> FileContent | Unreadable:
    """What a message holds; attachments are named, not read."""
    try:
        message = email.message_from_bytes(body, policy=default)
        if _is_sealed(message):
            return Unreadable(Reason.ENCRYPTED_FILE, "the message is encrypted", MAIL)
        blocks = [*_headers(message), *_body(message), *_attachments(message)]
    except RecursionError:
        return Unreadable(Reason.BROKEN_FILE, "its parts are nested without end", MAIL)
    return FileContent(blocks, _metadata(message))


def _is_sealed(message: Message) -> bool:
    return message.get_content_type() in _SEALED and message.get_param("smime-type") != "signed-data"


def _header(message: Message, name: str) -> str:
    """A header field in plain words; empty where it is missing, or the library cannot make sense of it."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return ""


def _headers(message: Message) -> Iterator[Block]:
    for name in _SHOWN:
        if text := _header(message, name):
            yield Block(BlockKind.PARAGRAPH, f"{name.capitalize()}: {text}")


def _metadata(message: Message) -> dict[str, object]:
    names = [name or address for name, address in getaddresses([_header(message, "from")])]
    return {
        "subject": _header(message, "subject"),
        "authors": [name for name in names if name],
        "created_at": _header(message, "date"),
    }


def _body(part: MIMEPart) -> list[Block]:
    """The text of a part: of alternatives the richest, which comes last, else of all that is not attached."""
    if part.is_attachment():
        return []
    kind = part.get_content_type()
    if part.get_content_maintype() != "multipart":
        return _blocks(part) if kind in _READ else []
    parts = list(part.iter_parts())
    if kind == "multipart/alternative":
        return next((blocks for each in reversed(parts) if (blocks := _body(each))), [])
    shown = parts[:1] if kind == "multipart/related" else parts
    return [block for each in shown for block in _body(each)]


def _blocks(part: Message) -> list[Block]:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return []
    text = decode(payload, f"{part.get_content_type()}; charset={part.get_content_charset() or ''}")
    if part.get_content_subtype() == "html":
        return list(whole_blocks(text))
    return list(text_blocks(text))


def _attachments(message: EmailMessage) -> Iterator[Block]:
    names = [name for part in message.walk() if part.is_attachment() and (name := part.get_filename())]
    if names:
        yield Block(BlockKind.PARAGRAPH, "Attachments: " + ", ".join(names))
