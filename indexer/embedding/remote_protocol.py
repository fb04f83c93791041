"""The two ways to ask an embedding server, OpenAI's and Text Embeddings Inference's, as bytes in and out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import orjson
from numpy.typing import NDArray


class Dialect(StrEnum):
    """Which of the two a server speaks."""

    OPENAI = "OpenAI"  # POST …/embeddings {model, input}: platform.openai.com/docs/api-reference/embeddings
    TEI = "TEI"  # POST …/embed {inputs}: huggingface.github.io/text-embeddings-inference


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address to post to, and the dialect spoken there."""

    url: str
    dialect: Dialect


class MalformedAnswerError(ValueError):
    """What the server sent are no vectors; the message is the rest of a sentence about the server."""


_WHOLE: Final = {"embeddings": Dialect.OPENAI, "embed": Dialect.TEI}


def endpoints(url: str) -> tuple[Endpoint, ...]:
    """Where the server may listen, the likeliest first.

    An address that ends in `/embeddings` or `/embed` is meant as it stands, one that ends in `/v1` is
    OpenAI's base address; below any other both are tried.
    """
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    last = path.rpartition("/")[2]

    def at(suffix: str, dialect: Dialect) -> Endpoint:
        return Endpoint(urlunsplit(parts._replace(path=path + suffix, fragment="")), dialect)

    if last in _WHOLE:
        return (at("", _WHOLE[last]),)
    if last == "v1":
        return (at("/embeddings", Dialect.OPENAI),)
    return (
        at("/v1/embeddings", Dialect.OPENAI),
        at("/embed", Dialect.TEI),
        at("/embeddings", Dialect.OPENAI),
    )


def request_body(dialect: Dialect, name: str, texts: Sequence[str], *, packed: bool) -> bytes:
    """The body of a request; `packed` asks for base64 instead of decimal numbers (a quarter of the bytes)."""
    readable = [text.encode("utf-8", "replace").decode() for text in texts]  # lone surrogates become "?"
    if dialect is Dialect.TEI:
        return orjson.dumps({"inputs": readable, "truncate": True})
    body: dict[str, Any] = {"model": name, "input": readable}
    if packed:
        body["encoding_format"] = "base64"
    return orjson.dumps(body)


def parse_answer(body: bytes, count: int) -> NDArray[np.float32]:
    """The vectors of an answer of either dialect in the order of the texts: shape (count, dimension).

    Raises `MalformedAnswerError` where there are more or fewer, of different lengths, or with NaN.
    """
    rows = _rows(body)
    if len(rows) != count:
        raise MalformedAnswerError(f"answered {count} texts with {len(rows)} vectors")
    try:
        vectors = [_vector(row) for row in rows]
    except (ValueError, TypeError, binascii.Error):
        raise MalformedAnswerError("answered with something that is no list of vectors") from None
    if len({len(vector) for vector in vectors}) != 1 or not len(vectors[0]):
        raise MalformedAnswerError("answered with vectors of different lengths")
    found = np.stack(vectors)
    if not np.isfinite(found).all():
        raise MalformedAnswerError(_NOT_NUMBERS)
    if not np.linalg.norm(found, axis=1).all():
        raise MalformedAnswerError("answered with a vector of nothing but zeros")
    return found


_NOT_NUMBERS: Final = "answered with vectors that hold NaN or infinity"


def _rows(body: bytes) -> list[Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        # Python's own JSON writer puts NaN, which no JSON reader takes.
        words = _NOT_NUMBERS if b"NaN" in body or b"Infinity" in body else "answered with what is not JSON"
        raise MalformedAnswerError(words) from None
    if isinstance(content, list):
        return content
    data = content.get("data") if isinstance(content, dict) else None
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise MalformedAnswerError("answered with something that is no list of vectors")
    if all("index" in item for item in data):
        if sorted(map(str, range(len(data)))) != sorted(str(item["index"]) for item in data):
            raise MalformedAnswerError("numbered its vectors wrongly (`index`)")
        data = sorted(data, key=lambda item: int(item["index"]))
    return [item.get("embedding") for item in data]


def _vector(row: Any) -> NDArray[np.float32]:
    """From base64 of little-endian float32, or from numbers."""
    if isinstance(row, str):
        return np.frombuffer(base64.b64decode(row, validate=True), dtype="<f4").astype(np.float32)
    if not isinstance(row, list):
        raise TypeError
    return np.array(row, dtype=np.float32).reshape(len(row))


def error_words(body: bytes, limit: int = 160) -> str:
    """What a server says of an error, on one line: OpenAI's `error.message`, TEI's `error`, or nothing."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    said = content.get("error", content.get("message")) if isinstance(content, dict) else None
    if isinstance(said, dict):
        said = said.get("message")
    line = " ".join(said.split()) if isinstance(said, str) else ""
    return line if len(line) <= limit else f"{line[:limit]}…"
