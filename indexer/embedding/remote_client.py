"""Asking an embedding server over HTTP: tries, pauses, time limits, and words for what went wrong.

The server is the operator's own, named in the configuration, so that no guard against private networks
stands before it, and it is reached as the operator's other programs reach theirs: by `HTTPS_PROXY` and
`NO_PROXY`. Redirects are not followed: the key goes to no other address.
"""

from __future__ import annotations

import email.utils
import logging
import ssl
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpx2
import numpy as np
from numpy.typing import NDArray

from indexer.embedding.embedder import ModelError, ModelServerError
from indexer.embedding.flow import CircuitOpenError, Flow, Pressure
from indexer.embedding.remote_protocol import (
    Dialect,
    Endpoint,
    MalformedAnswerError,
    endpoints,
    error_words,
    parse_answer,
    request_body,
)
from settings.secrets import MASK
from settings.service_faults import may_pass, redirect_words, service_fault, silent_words
from settings.services import ModelServer

logging.getLogger("httpx2").setLevel(logging.WARNING)  # at INFO each request makes a line

MOST_ANSWER_BYTES: Final = 64_000_000
_SHORTEST_TEXT: Final = 64


@dataclass(frozen=True, slots=True)
class Manners:
    """How a server is asked: seconds for one answer, whether to try again, how hard to press."""

    seconds: float
    persistent: bool
    pressure: Pressure


PASSAGES: Final = Manners(60.0, True, Pressure(4, 0.5, 30.0, failures=6, cooldown=30.0))
"""Patient: a server that restarts is back within the pauses (0.5 + 1 + 2 + 4 + 8 s)."""
QUESTIONS: Final = Manners(2.0, False, Pressure(32, 0.05, 5.0, failures=3, cooldown=5.0))
"""Somebody waits: one try, and none while the server is known to be gone; words alone answer then."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there are no vectors, as the rest of a sentence about the server; what may help."""

    words: str
    passing: bool = False  # the same request may do later
    wait: float | None = None  # seconds, as the server asked
    too_much: bool = False  # fewer or shorter texts may do
    elsewhere: bool = False  # another address of the server may do


class ServerClient:
    """Asks one server; any thread may. Raises `ModelError` for an API key that no header can hold."""

    def __init__(self, server: ModelServer, manners: Manners) -> None:
        self._server: Final = server
        self._manners: Final = manners
        self.flow: Final = Flow(manners.pressure)
        self.where: Final = _shown(server.url)
        self._endpoints = endpoints(server.url)
        self._packed = True
        self._last_words = "has not answered yet"
        self._client: Final = httpx2.Client(
            verify=_trust(),
            timeout=httpx2.Timeout(manners.seconds, connect=min(10.0, manners.seconds)),
            limits=httpx2.Limits(max_connections=manners.pressure.most_at_once),
            headers={"User-Agent": "Sitelore", "Content-Type": "application/json", **self._key_header()},
        )
        weakref.finalize(self, self._client.close)  # a retriever has no end at which it would be closed

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors as the server gave them: shape (len(texts), dimension).

        What is too much at once is asked for in halves, and a text that is too long by itself is cut.
        Raises `ModelServerError`, also while the circuit is open.
        """
        while True:
            found = self._attempt(texts)
            if not isinstance(found, Trouble):
                return found
            if found.too_much and len(texts) > 1:
                half = len(texts) // 2
                return np.concatenate([self.vectors(texts[:half]), self.vectors(texts[half:])])
            if found.too_much and len(texts[0]) > _SHORTEST_TEXT:
                texts = [texts[0][: len(texts[0]) * 3 // 4]]
            elif not (found.passing and self._manners.persistent):
                raise ModelServerError(f"the embedding server {self.where} {found.words}{self._outlook()}")

    def close(self) -> None:
        """Close the connections; who waits for a place gets `ModelServerError`."""
        self.flow.close()
        self._client.close()

    def _attempt(self, texts: Sequence[str]) -> NDArray[np.float32] | Trouble:
        """One request, as soon as it may be made, that tells the flow how it went."""
        try:
            self.flow.enter(patient=self._manners.persistent)
        except CircuitOpenError as error:
            raise ModelServerError(
                f"the embedding server {self.where} {self._last_words}; it is asked again in "
                f"{max(error.seconds, 1):.0f} s{self._outlook()}"
            ) from None
        try:
            found = self._ask(texts)
        except BaseException:
            self.flow.left()
            raise
        if not isinstance(found, Trouble):
            self.flow.succeeded()
        elif found.passing:
            self._last_words = found.words
            self.flow.failed(found.wait)
        else:
            self.flow.left()
        return found

    def _ask(self, texts: Sequence[str]) -> NDArray[np.float32] | Trouble:
        """The first address that is one, and the smaller encoding where it is understood."""
        found: NDArray[np.float32] | Trouble = Trouble("has no address")
        for endpoint in self._endpoints:
            found = self._post(endpoint, texts)
            if not isinstance(found, Trouble):
                self._endpoints = (endpoint,)
            elif found.elsewhere:
                continue
            break
        return found

    def _post(self, endpoint: Endpoint, texts: Sequence[str]) -> NDArray[np.float32] | Trouble:
        packed = self._packed and endpoint.dialect is Dialect.OPENAI
        body = request_body(endpoint.dialect, self._server.name, texts, packed=packed)
        answer = self._send(endpoint.url, body)
        if isinstance(answer, Trouble):
            return answer
        if packed and answer.status in (400, 422) and not _is_too_much(answer):
            self._packed = False  # it may be the encoding that it does not know
            return self._post(endpoint, texts)
        if answer.status != 200:
            return self._judge(answer)
        try:
            return parse_answer(answer.body, len(texts))
        except MalformedAnswerError as error:
            return Trouble(str(error), passing=True)

    def _send(self, url: str, body: bytes) -> _Answer | Trouble:
        deadline = time.monotonic() + self._manners.seconds
        received = bytearray()
        try:
            with self._client.stream("POST", url, content=body) as answer:
                for part in answer.iter_bytes():
                    received += part
                    if len(received) > MOST_ANSWER_BYTES:
                        return Trouble(f"sent more than {MOST_ANSWER_BYTES // 1_000_000} MB", too_much=True)
                    if time.monotonic() > deadline:  # the client's own limit counts anew with each byte
                        return Trouble(silent_words(self._manners.seconds), passing=True)
                return _Answer(answer.status_code, bytes(received), answer.headers.get("Retry-After", ""))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            return Trouble(*service_fault(error, self._manners.seconds, "SSL_CERT_FILE"))

    def _judge(self, answer: _Answer) -> Trouble:
        """What a status other than 200 means. A server's own words may repeat a key: not shown for 401."""
        status = answer.status
        if status in (401, 403):
            wanted = "check `index.model.api_key`" if self._server.api_key else "set `index.model.api_key`"
            return Trouble(f"does not let us in ({status}): {wanted}")
        if 300 <= status < 400:
            return Trouble(redirect_words(status))
        said = self._without_key(error_words(answer.body))
        words = f"answered {status}" + (f" ({said})" if said else "")
        if status in (404, 405):
            hint = "check `index.model.url` and `index.model.name`"
            return Trouble(f"{words}: {hint}", elsewhere=True)
        wait = retry_after(answer.retry_after, time.time()) if status in (429, 503) else None
        return Trouble(words, may_pass(status), wait, too_much=_is_too_much(answer))

    def _outlook(self) -> str:
        return ": what is pending is kept, and `indexer run` goes on" if self._manners.persistent else ""

    def _key_header(self) -> dict[str, str]:
        key = self._server.api_key
        if key is None:
            return {}
        if not key.reveal().isascii() or not key.reveal().isprintable():
            raise ModelError("`index.model.api_key` holds characters that no HTTP header can carry")
        return {"Authorization": f"Bearer {key.reveal()}"}

    def _without_key(self, words: str) -> str:
        key = self._server.api_key
        return words.replace(key.reveal(), MASK) if key else words


@cache
def _trust() -> ssl.SSLContext:
    """This machine's authorities, or those of SSL_CERT_FILE; read once, since that takes time."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    retry_after: str


def retry_after(value: str, now: float) -> float | None:
    """The seconds that a `Retry-After` asks for (RFC 9110, 10.2.3: a number, or a date); None: none."""
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - now)


def _is_too_much(answer: _Answer) -> bool:
    """Whether fewer or shorter texts may be taken: 413, or a refusal that speaks of size."""
    if answer.status == 413:
        return True
    said = error_words(answer.body).lower()
    return answer.status in (400, 422) and any(word in said for word in _SIZE_WORDS)


_SIZE_WORDS: Final = ("batch size", "too long", "too large", "too many", "maximum", "context length")


def _shown(url: str) -> str:
    """The address without its query, which may hold a key."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
