"""What the pages before have shown, as an opaque text that belongs to one question.

A cursor holds a mark of every result that was shown, a fingerprint of the question and a checksum over
both. The next page has the best results that were not shown yet: whatever is added, removed or scored
otherwise between two pages, none comes twice and none that still matches is left out, as it would be with
positions. A cursor carries no right: whoever forges one gets a page of results that the same question with
the same rights yields anyway. The checksum is there so that a damaged or borrowed cursor is refused instead
of showing a wrong page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Sequence
from typing import Final

from indexer.retrieval.question import Question
from indexer.retrieval.ranking import MARK_BYTES
from search_api.query.faults import invalid
from search_api.query.limits import MAX_SHOWN

_HEAD: Final = struct.Struct(">B8s")  # layout version, fingerprint
_VERSION: Final = 2
_CHECKSUM_BYTES: Final = 8
MAX_CURSOR_CHARACTERS: Final = -(-(_HEAD.size + MAX_SHOWN * MARK_BYTES + _CHECKSUM_BYTES) // 3) * 4


def encode_cursor(question: Question, shown: Sequence[bytes]) -> str:
    """The cursor of the page of `question` after results with these marks were shown."""
    payload = _HEAD.pack(_VERSION, _fingerprint(question)) + b"".join(shown)
    return base64.urlsafe_b64encode(payload + _checksum(payload)).decode("ascii")


def decode_cursor(question: Question, cursor: str) -> tuple[bytes, ...]:
    """The marks in `cursor`; raises `InvalidQuestionError` when it is damaged or of another question."""
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise invalid("cursor", "is not a cursor: take `next` from the answer as it is") from None
    payload = raw[:-_CHECKSUM_BYTES]
    is_whole = len(payload) >= _HEAD.size and base64.urlsafe_b64encode(raw).decode("ascii") == cursor
    if not is_whole or raw[-_CHECKSUM_BYTES:] != _checksum(payload):
        raise invalid("cursor", "is not a cursor: take `next` from the answer as it is")
    version, fingerprint = _HEAD.unpack_from(payload)
    marks = payload[_HEAD.size :]
    if version != _VERSION or len(marks) % MARK_BYTES or len(marks) > MAX_SHOWN * MARK_BYTES:
        raise invalid("cursor", "is of another version of this service: ask for the first page again")
    if fingerprint != _fingerprint(question):
        raise invalid(
            "cursor",
            "belongs to another question: keep query, filter, boosts, sort, collapse while paging",
        )
    return tuple(marks[start : start + MARK_BYTES] for start in range(0, len(marks), MARK_BYTES))


def _fingerprint(question: Question) -> bytes:
    """8 bytes over what decides the ranking: not over page size, facets and what was shown, which
    may change."""
    asked = (question.text, question.filter, question.condition, question.boosts)
    decisive = (*asked, question.sort, question.collapse)
    identity = repr((*decisive, sorted(question.principals)))
    return hashlib.blake2b(identity.encode("utf-8", "backslashreplace"), digest_size=8).digest()


def _checksum(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_CHECKSUM_BYTES, person=b"sitelore cursor").digest()
