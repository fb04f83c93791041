"""HTTP/1.1 over one connection, parsed by llhttp (the parser of Node.js, as `httptools`).

h11 in httpcore2's pool costs several times the processor time per page; a crawl is mostly this.
"""

from __future__ import annotations

import httptools

from crawler.fetch.stream import ByteStream

_MAX_HEAD_BYTES = 100 * 1024

Headers = list[tuple[bytes, bytes]]


class MalformedAnswerError(Exception):
    """What arrived is not HTTP/1.1, or ended before it said it would."""


class AnswerNeverCameError(ConnectionError):
    """The connection ended before the first byte of an answer."""


class Http1Connection:
    """Requests one after the other; `is_reusable` says whether another may follow.

    After `send`, `read` gives the body piece by piece, and must come to its end before the next `send`.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self.notes: dict[str, object] = {}
        """What a login remembers of this connection: NTLM authenticates it, not a request."""
        self._keep_alive = True
        self._requests = 0
        self._complete = False
        self._ends_with_connection = True
        self._begin()

    @property
    def is_reusable(self) -> bool:
        """Whether the last answer was read to its end and the server keeps the connection open."""
        return self._complete and self._keep_alive and self._stream.is_quiet

    @property
    def served_before(self) -> bool:
        """Whether the request under way is not the connection's first."""
        return self._requests > 1

    @property
    def peer_certificate(self) -> bytes | None:
        """The server's certificate (DER), None on a connection in clear; channel bindings are made of it."""
        return self._stream.peer_certificate

    async def send(
        self, target: bytes, headers: Headers, *, method: bytes = b"GET", body: bytes = b""
    ) -> tuple[int, Headers]:
        """Send a request; status and headers (names in lower case) of its answer, informational ones passed
        over. The length of a `body` stands in `headers`.

        Raises `AnswerNeverCameError`, `ConnectionError`, `MalformedAnswerError`.
        """
        self._begin()
        self._requests += 1
        fields = b"".join([b"%b: %b\r\n" % field for field in headers])
        await self._stream.write(b"%b %b HTTP/1.1\r\n%b\r\n%b" % (method, target, fields, body))
        received = 0
        while not self._head_complete:
            data = await self._stream.read()
            if not data:
                if not received:
                    raise AnswerNeverCameError("the server closed the connection without an answer")
                raise MalformedAnswerError("the answer ended within its headers")
            received += len(data)
            self._feed(data)
            if received > _MAX_HEAD_BYTES and not self._head_complete:
                raise MalformedAnswerError("the headers are larger than 100 KiB")
        return self._status, self._headers

    async def read(self) -> bytes:
        """The next piece of the body; ``b""`` at its end. Raises as `send`."""
        while not self._pieces:
            if self._complete:
                return b""
            data = await self._stream.read()
            if data:
                self._feed(data)
            elif self._ends_with_connection:
                self._complete = True
                self._keep_alive = False
            else:
                raise MalformedAnswerError("the connection was cut before the end of the body")
        if len(self._pieces) == 1:
            return self._pieces.pop()
        body = b"".join(self._pieces)
        self._pieces.clear()
        return body

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        # Slips of old servers that browsers overlook too. They would be dangerous to a proxy, which must
        # agree with the next parser about where an answer ends; we are the last one.
        self._parser.set_dangerous_leniencies(
            lenient_optional_cr_before_lf=True,
            lenient_chunked_length=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._status = 0
        self._headers: Headers = []
        self._pieces: list[bytes] = []
        self._head_complete = False
        self._complete = False
        self._ends_with_connection = True

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise MalformedAnswerError("the server switched to another protocol") from error
        except httptools.HttpParserError as error:
            if not self._complete:
                raise MalformedAnswerError(f"the answer is not valid HTTP: {error}") from error
            self._keep_alive = False  # bytes after the answer are nobody's

    # what the parser calls

    def on_message_begin(self) -> None:
        if self._complete and self._head_complete:
            self._keep_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_complete:  # a trailer is no header (RFC 9110 section 6.5.1)
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self._head_complete:
            return
        status = self._parser.get_status_code()
        if status < 200 and status != 101:
            self._headers = []
            return
        self._status = status
        self._head_complete = True
        for name, value in self._headers:
            if name == b"content-length" or (name == b"transfer-encoding" and b"chunked" in value.lower()):
                self._ends_with_connection = False

    def on_body(self, body: bytes) -> None:
        if not self._complete:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        if self._head_complete and not self._complete:
            self._complete = True
            self._keep_alive = self._parser.should_keep_alive()
