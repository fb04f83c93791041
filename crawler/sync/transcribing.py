"""Has audio and video turned into text by the operator's own server, which speaks OpenAI's protocol.

`POST …/audio/transcriptions` (https://platform.openai.com/docs/api-reference/audio/createTranscription). The
server is named in the configuration, so that no guard against private networks stands before it; it is
reached by `HTTPS_PROXY` and `NO_PROXY`, and no redirect is followed: the key goes to no other address.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpx2
import orjson

from catalog.vocabulary import Reason
from crawler.fetch.tls import HTTP_1, tls_context
from crawler.outcome import Failed, FileFetched, Refused
from extract.content_type import type_by_start
from extract.fields.sources import file_name_of
from extract.files.transcript import Segment, Transcript
from settings.service_faults import may_pass, redirect_words, service_fault
from settings.services import TranscriptionSettings

logging.getLogger("httpx2").setLevel(logging.WARNING)  # at INFO it names every address in full

MOST_AT_ONCE: Final = 2
"""Files that a server is given at a time: most hear one after the other."""
SECONDS: Final = 900.0
"""For one file: an hour of speech takes a large model on a CPU about that long."""
_MOST_TRIES: Final = 3
_PAUSE: Final = 2.0
_MOST_ANSWER_BYTES: Final = 64_000_000
_PATH: Final = "/audio/transcriptions"
_WITH_TIMES: Final = "verbose_json"
_WITHOUT_TIMES: Final = "json"
"""Some models know only this answer, which does not tell when each sentence is said."""
_REFUSED: Final[Mapping[int, Reason]] = {
    400: Reason.BROKEN_FILE,
    413: Reason.TOO_LARGE,
    415: Reason.UNSUPPORTED_TYPE,
    422: Reason.BROKEN_FILE,
}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Transcriber:
    """Asks one server; to be used from one event loop. `pause` are the seconds before a second try."""

    server: TranscriptionSettings
    seconds: float = SECONDS
    pause: float = _PAUSE
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def transcript(self, url: str, outcome: FileFetched) -> Transcript | Refused | Failed:
        """What is said; `Refused` where the server will not take the file, `Failed` where later it may."""
        async with self._turns:
            answer = await self._patiently(url, outcome, _WITH_TIMES)
            if isinstance(answer, _Answer) and answer.status == 400:
                answer = await self._patiently(url, outcome, _WITHOUT_TIMES)
        return answer if isinstance(answer, Failed) else self._understood(answer)

    def _understood(self, answer: _Answer) -> Transcript | Refused | Failed:
        status, said = answer.status, _error_words(answer.body)
        if status == 200:
            return _parsed(answer.body) or self._failed(f"answered with no transcript{said}")
        if status in _REFUSED:
            return Refused(_REFUSED[status], f"the transcription server answered {status}{said}")
        words = redirect_words(status) if 300 <= status < 400 else f"answered {status}{said}"
        return self._failed(words)

    async def _patiently(self, url: str, outcome: FileFetched, response_format: str) -> _Answer | Failed:
        """The server's answer, after some tries where another may help."""
        found: _Answer | Failed = self._failed("was not asked")
        for number in range(_MOST_TRIES):
            if number:
                await asyncio.sleep(self.pause * 2 ** (number - 1))
            found = await self._ask(url, outcome, response_format)
            if isinstance(found, _Answer) and not may_pass(found.status):
                return found
        return found

    async def _ask(self, url: str, outcome: FileFetched, response_format: str) -> _Answer | Failed:
        key = self.server.api_key
        headers = {"User-Agent": "Sitelore"} | ({"Authorization": f"Bearer {key.reveal()}"} if key else {})
        name = file_name_of(url, outcome.headers) or "file"
        kind = type_by_start(outcome.body, outcome.content_type, url)
        try:
            async with (
                httpx2.AsyncClient(verify=tls_context(protocols=HTTP_1), timeout=self.seconds) as client,
                asyncio.timeout(self.seconds),
                client.stream(
                    "POST",
                    _endpoint(self.server.url),
                    headers=headers,
                    data={"model": self.server.model, "response_format": response_format},
                    files={"file": (name, outcome.body, kind)},
                ) as response,
            ):
                body = bytearray()
                async for piece in response.aiter_bytes():
                    body += piece
                    if len(body) > _MOST_ANSWER_BYTES:
                        return self._failed(f"answered with more than {_MOST_ANSWER_BYTES:,} bytes")
                return _Answer(response.status_code, bytes(body))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return self._failed(service_fault(error, self.seconds, "SSL_CERT_FILE").words)

    def _failed(self, words: str) -> Failed:
        host = urlsplit(self.server.url).hostname
        return Failed(Reason.TRANSCRIPTION_FAILED, f"the transcription server {host} {words}")


def _endpoint(url: str) -> str:
    """Where files are posted: the server's base address may be given, or that itself."""
    base, separator, query = url.partition("?")
    base = base.rstrip("/")
    return (base if base.endswith(_PATH) else base + _PATH) + separator + query


def _parsed(body: bytes) -> Transcript | None:
    """`{text, language?, segments?: [{start, text}]}`; None where it is something else."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        return None
    segments = answer.get("segments")
    found = [
        Segment(float(each["start"]), each["text"])
        for each in (segments if isinstance(segments, list) else ())
        if isinstance(each, dict)
        and isinstance(each.get("text"), str)
        and isinstance(each.get("start"), int | float)
    ]
    language = answer.get("language")
    return Transcript(
        tuple(found) or (Segment(0.0, answer["text"]),), language if isinstance(language, str) else None
    )


def _error_words(body: bytes) -> str:
    """What a server says of a fault, shortened: `{"error": {"message": …}}` or text."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = body.decode("utf-8", "replace")
    for name in ("error", "message", "detail"):
        if isinstance(answer, dict) and name in answer:
            answer = answer[name]
    words = " ".join(str(answer).split())[:200]
    return f": {words}" if words else ""
