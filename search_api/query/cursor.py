"""Where the next page begins, as an opaque text that belongs to one question.

A cursor holds an offset, a fingerprint of the question and a checksum over both. It carries no right:
whoever forges one reaches a page of results that the same question with the same rights yields anyway.
The checksum is there so that a damaged or borrowed cursor is refused instead of showing a wrong page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from typing import Final

from indexer.retrieval.question import Question
from search_api.query.faults import invalid
from search_api.query.limits import MAX_OFFSET

_LAYOUT: Final = struct.Struct(">BI8s")  # layout version, offset, fingerprint
_VERSION: Final = 1
_CHECKSUM_BYTES: Final = 8  # 21 bytes in all: base64 without padding, each text one cursor


def encode_cursor(question: Question, offset: int) -> str:
    """The cursor of the page of `question` that begins at document `offset`."""
    payload = _LAYOUT.pack(_VERSION, offset, _fingerprint(question))
    return base64.urlsafe_b64encode(payload + _checksum(payload)).decode("ascii")


def decode_cursor(question: Question, cursor: str) -> int:
    """The offset in `cursor`; raises `InvalidQuestionError` when it is damaged or of another question."""
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise invalid("cursor", "is not a cursor: take `next` from the answer as it is") from None
    payload = raw[:-_CHECKSUM_BYTES]
    if len(payload) != _LAYOUT.size or raw[-_CHECKSUM_BYTES:] != _checksum(payload):
        raise invalid("cursor", "is not a cursor: take `next` from the answer as it is")
    version, offset, fingerprint = _LAYOUT.unpack(payload)
    if version != _VERSION or offset > MAX_OFFSET:
        raise invalid("cursor", "is of another version of this service: ask for the first page again")
    if fingerprint != _fingerprint(question):
        raise invalid("cursor", "belongs to another question: keep query, filter and sort while paging")
    return int(offset)


def _fingerprint(question: Question) -> bytes:
    """8 bytes over what decides the ranking: not over page size, facets and offset, which may change."""
    decisive = (question.text, question.filter, question.condition, question.sort)
    identity = repr((*decisive, sorted(question.principals)))
    return hashlib.blake2b(identity.encode("utf-8", "backslashreplace"), digest_size=8).digest()


def _checksum(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_CHECKSUM_BYTES, person=b"sitelore cursor").digest()
