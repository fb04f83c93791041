"""OpenAI's chat completions as bytes in and out (platform.openai.com/docs/api-reference/chat)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import orjson

_PATH: Final = "/chat/completions"
_DATA: Final = "data:"
_DONE: Final = "[DONE]"


class MalformedAnswerError(ValueError):
    """What the server sent is no answer; the message is the rest of a sentence about the server."""


def endpoint(url: str) -> str:
    """Where to post: below OpenAI's base address (`…/v1`), or `url` itself where it names the whole."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith(_PATH):
        path = (path or "/v1") + _PATH
    return urlunsplit(parts._replace(path=path, fragment=""))


def request_body(model: str, messages: Sequence[Mapping[str, str]]) -> bytes:
    """The body of a request for a streamed answer; nothing but what every server understands."""
    return orjson.dumps({"model": model, "messages": list(messages), "stream": True})


def text_of_line(line: str) -> str | None:
    """The text that a line of the stream carries; None at its end.

    Raises `MalformedAnswerError`, also for an error that the server tells in its stream.
    """
    if not line.startswith(_DATA):
        return ""  # a comment or another field of server-sent events
    data = line[len(_DATA) :].strip()
    return None if data == _DONE else _text(data, "delta")


def text_of_answer(body: bytes) -> str:
    """The text of an answer that came whole where a stream was asked for. Raises `MalformedAnswerError`."""
    return _text(body, "message")


def error_words(body: bytes) -> str:
    """What the server says of what went wrong, shortened; empty where it says nothing readable."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    error = content.get("error", content) if isinstance(content, dict) else content
    words = error.get("message") if isinstance(error, dict) else error
    return words[:200] if isinstance(words, str) else ""


def _text(data: str | bytes, part: str) -> str:
    try:
        content: Any = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise MalformedAnswerError("answered with what is not JSON") from None
    if isinstance(content, dict) and content.get("error"):
        raise MalformedAnswerError(f"broke off: {error_words(orjson.dumps(content)) or 'it gave no reason'}")
    choices = content.get("choices") if isinstance(content, dict) else None
    if not isinstance(choices, list):
        raise MalformedAnswerError("answered with something that is no chat completion")
    if not choices:
        return ""  # a last event that counts tokens
    told = choices[0].get(part) if isinstance(choices[0], dict) else None
    text = told.get("content") if isinstance(told, dict) else None
    return text if isinstance(text, str) else ""
