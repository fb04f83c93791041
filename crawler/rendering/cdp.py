"""The Chrome DevTools Protocol over a pipe: commands that are answered, events that are told.

A pipe and no port: nobody else on the machine can speak to the browser. The browser ends when the pipe does.
https://chromedevtools.github.io/devtools-protocol/ describes domains, commands and events.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

COMMAND_SECONDS: Final = 30.0
"""How long a command may take where nothing else is said."""

Parameters = Mapping[str, Any]
OnEvent = Callable[[str, Parameters], None]
"""Takes the name and the parameters of each event of a session."""


class CdpError(Exception):
    """A command was refused, its target is gone, or it was not answered in time."""


class CdpTimeoutError(CdpError):
    """A command was not answered in time: whoever should answer is busy, or hangs."""


class CdpConnection(asyncio.Protocol):
    """Our end of the pipe to a browser. Commands go to the browser itself, or to a target's `session`."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[str, asyncio.Future[Parameters]]] = {}
        self._sessions: dict[str, OnEvent] = {}
        self._buffer = bytearray()
        self._writer: asyncio.WriteTransport | None = None
        self.closed = asyncio.Event()

    def use(self, writer: asyncio.WriteTransport) -> None:
        """Write commands to `writer`."""
        self._writer = writer

    def close(self) -> None:
        """Let go of the pipe, which ends the browser."""
        if self._writer is not None:
            self._writer.close()

    def listen(self, session: str, on_event: OnEvent) -> None:
        """Have the events of a session told from now on; the browser's own are those of session ``""``."""
        self._sessions[session] = on_event

    def forget(self, session: str, why: str = "its page is gone") -> None:
        """A session is over: its commands fail, its events are told no more."""
        self._sessions.pop(session, None)
        for number, (owner, answer) in list(self._waiting.items()):
            if owner == session:
                del self._waiting[number]
                _fail(answer, why)

    async def send(
        self,
        method: str,
        parameters: Parameters | None = None,
        *,
        session: str = "",
        seconds: float = COMMAND_SECONDS,
    ) -> Parameters:
        """Have a command carried out and return its result. Raises `CdpError`."""
        number = next(self._numbers)
        answer: asyncio.Future[Parameters] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (session, answer)
        try:
            self._write(number, method, parameters, session)
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise CdpTimeoutError(f"{method} was not answered within {seconds:g} s") from None
        finally:
            self._waiting.pop(number, None)

    def tell(self, method: str, parameters: Parameters | None = None, *, session: str = "") -> None:
        """Have a command carried out whose result nobody waits for."""
        if not self.closed.is_set():
            self._write(next(self._numbers), method, parameters, session)

    def _write(self, number: int, method: str, parameters: Parameters | None, session: str) -> None:
        if self._writer is None or self.closed.is_set():
            raise CdpError("the browser is gone")
        message: dict[str, object] = {"id": number, "method": method}
        if parameters:
            message["params"] = parameters
        if session:
            message["sessionId"] = session
        self._writer.write(orjson.dumps(message) + b"\0")

    def data_received(self, data: bytes) -> None:
        """Messages end with a NUL byte."""
        *complete, rest = data.split(b"\0")
        for piece in complete:
            self._buffer += piece
            message = orjson.loads(self._buffer)
            self._buffer.clear()
            self._take(message)
        self._buffer += rest

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it
        """The browser is gone: whatever waits for it is told."""
        self.closed.set()
        waiting, self._waiting = self._waiting, {}
        for _owner, answer in waiting.values():
            _fail(answer, "the browser is gone")

    def _take(self, message: Mapping[str, Any]) -> None:
        if (number := message.get("id")) is not None:
            _owner, answer = self._waiting.pop(number, ("", None))
            if answer is None or answer.done():
                return
            if (error := message.get("error")) is not None:
                _fail(answer, str(error.get("message", error)))
            else:
                answer.set_result(message.get("result", {}))
            return
        if (listener := self._sessions.get(message.get("sessionId", ""))) is not None:
            listener(message["method"], message.get("params", {}))


def _fail(answer: asyncio.Future[Parameters], why: str) -> None:
    if not answer.done():
        answer.set_exception(CdpError(why))
