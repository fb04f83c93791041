"""A language model on a server: asked in the event loop, streamed, and left as soon as nobody listens.

As with embedding servers (`indexer.embedding.remote_client`) the server is the operator's own, no redirect is
followed, and after repeated failures it is left alone for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import httpx2

from indexer.embedding.flow import CircuitOpenError, Flow, Pressure
from indexer.embedding.remote_client import retry_after
from search_api.ask.chat_protocol import (
    MalformedAnswerError,
    endpoint,
    error_words,
    request_body,
    text_of_answer,
    text_of_line,
)
from settings.secrets import MASK
from settings.service_faults import may_pass, redirect_words, service_fault, silent_words
from settings.services import AnswerModel

MOST_CHARACTERS: Final = 8_000
"""Of an answer; then the server is left."""
MOST_ERROR_BYTES: Final = 10_000
TRIES: Final = 3
_GRACE: Final = 0.05
"""Seconds: to come after the pause that all requests to a server keep."""
_PRESSURE: Final = Pressure(16, 0.5, 5.0, failures=4, cooldown=10.0)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: between two pieces of an answer, for all of it, and at most before another try."""

    silence: float = 30.0
    whole: float = 120.0
    pause: float = 5.0
    pressure: Pressure = _PRESSURE


class ChatModelError(Exception):
    """A language model gives no answer; the message says which, what was seen and what to do."""


class _ServerError(Exception):
    """`words` go on a sentence about the server; `passing`: another try may do, `wait` seconds later."""

    def __init__(self, words: str, passing: bool = False, wait: float | None = None) -> None:
        super().__init__(words)
        self.passing: Final = passing
        self.wait: Final = wait


class ChatModel:
    """One of `search.answers`; its connections are opened in the event loop that asks first."""

    def __init__(self, settings: AnswerModel, patience: Patience = Patience()) -> None:
        self.name: Final = settings.name
        self._settings: Final = settings
        self._patience: Final = patience
        self._flow: Final = Flow(patience.pressure)
        self._url: Final = endpoint(settings.url)
        self._client: httpx2.AsyncClient | None = None

    async def answer(self, messages: Sequence[Mapping[str, str]]) -> AsyncGenerator[str, None]:
        """The pieces of an answer as they come. Raises `ChatModelError`.

        The server is asked again, up to three times, as long as it has said nothing. When the iterator is
        closed the connection is closed, so that the server stops writing.
        """
        body = request_body(self._settings.model, messages)
        for earlier in range(TRIES):
            has_begun = False
            try:
                async with aclosing(self._once(body)) as pieces:
                    async for piece in pieces:
                        has_begun = True
                        yield piece
            except _ServerError as error:
                if has_begun or not error.passing or earlier + 1 == TRIES:
                    raise ChatModelError(f"the language model `{self.name}` {error}") from None
                wait = error.wait or self._patience.pressure.first_pause * 2**earlier
                await asyncio.sleep(min(wait, self._patience.pause) + _GRACE)
            else:
                return

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _once(self, body: bytes) -> AsyncGenerator[str, None]:
        """One request that tells the flow how it went."""
        try:
            self._flow.enter(patient=False)
        except CircuitOpenError as error:
            raise _ServerError("is busy or failed repeatedly", True, error.seconds) from None
        try:
            async with aclosing(self._pieces(body)) as pieces:
                async for piece in pieces:
                    yield piece
        except _ServerError as error:
            if error.passing:
                self._flow.failed(error.wait)
            else:
                self._flow.left()
            raise
        except BaseException:  # whoever asked has gone
            self._flow.left()
            raise
        self._flow.succeeded()

    async def _pieces(self, body: bytes) -> AsyncGenerator[str, None]:
        deadline, length = time.monotonic() + self._patience.whole, 0
        try:
            async with self._opened().stream("POST", self._url, content=body) as response:
                if response.status_code != 200:
                    raise await self._judged(response)
                async for piece in _texts(response):
                    length += len(piece)
                    if time.monotonic() > deadline:
                        raise _ServerError(silent_words(self._patience.whole), passing=True)
                    if piece:
                        yield piece
                    if length > MOST_CHARACTERS:
                        return
        except MalformedAnswerError as error:
            raise _ServerError(self._without_key(str(error)), passing=True) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise _ServerError(*service_fault(error, self._patience.silence, "SSL_CERT_FILE")) from None

    async def _judged(self, response: httpx2.Response) -> _ServerError:
        """What a status other than 200 means. A server's own words may repeat a key: not shown for 401."""
        status = response.status_code
        if status in (401, 403):
            hint = "check" if self._settings.api_key else "set"
            return _ServerError(f"does not let us in ({status}): {hint} `search.answers[].api_key`")
        if 300 <= status < 400:
            return _ServerError(redirect_words(status))
        received = bytearray()
        async for part in response.aiter_bytes():
            received += part
            if len(received) > MOST_ERROR_BYTES:
                break
        said = self._without_key(error_words(bytes(received)))
        words = f"answered {status}" + (f" ({said})" if said else "")
        if status == 404:
            words += ": check `search.answers[].url` and `model`"
        wait = retry_after(response.headers.get("Retry-After", ""), time.time())
        return _ServerError(words, may_pass(status), wait)

    def _opened(self) -> httpx2.AsyncClient:
        if self._client is None:
            key = self._settings.api_key
            if key and not (key.reveal().isascii() and key.reveal().isprintable()):
                raise _ServerError("has an `api_key` with characters that no HTTP header can carry")
            self._client = httpx2.AsyncClient(
                timeout=httpx2.Timeout(self._patience.silence, connect=min(10.0, self._patience.silence)),
                headers={
                    "User-Agent": "Sitelore",
                    "Content-Type": "application/json",
                    **({"Authorization": f"Bearer {key.reveal()}"} if key else {}),
                },
            )
        return self._client

    def _without_key(self, words: str) -> str:
        key = self._settings.api_key
        return words.replace(key.reveal(), MASK) if key else words


async def _texts(response: httpx2.Response) -> AsyncGenerator[str, None]:
    """The texts of a streamed answer, or of one that came whole."""
    if "event-stream" not in response.headers.get("Content-Type", ""):
        yield text_of_answer(await response.aread())
        return
    async for line in response.aiter_lines():
        text = text_of_line(line)
        if text is None:
            return
        yield text
