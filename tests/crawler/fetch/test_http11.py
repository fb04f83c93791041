"""HTTP/1.1 however the network cuts it, and whatever the other side sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.http11 import AnswerNeverCameError, Headers, Http1Connection, MalformedAnswerError
from crawler.fetch.stream import ByteStream

Outcome = tuple[int, Headers, bytes, bool]

ANSWERS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhello",
    "chunked": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: 1\r\n\r\n"
    ),
    "until-closed": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "old": b"HTTP/1.0 404 Not Found\nContent-Length: 5\n\nhello",
    "hints": b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "bodiless": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: x\r\n\r\n",
}


class Wire(asyncio.Transport):
    """The other end: keeps what was sent, and calls `answer` then."""

    def __init__(self, answer: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.answer = answer
        self.sent = b""
        self.is_paused = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)
        self.answer()

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False

    def abort(self) -> None:
        pass


async def exchange(pieces: list[bytes], *, closes: bool) -> Outcome:
    """Send a request to a server that answers with these pieces."""
    stream = ByteStream()

    def answer() -> None:
        for piece in pieces:
            stream.data_received(piece)
        if closes:
            stream.eof_received()

    wire = Wire(answer)
    stream.connection_made(wire)
    connection = Http1Connection(stream)
    status, headers = await connection.send(b"/a?b", [(b"Host", b"x.example")])
    assert wire.sent == b"GET /a?b HTTP/1.1\r\nHost: x.example\r\n\r\n"
    body = b""
    while piece := await connection.read():
        body += piece
    return status, headers, body, connection.is_reusable


@pytest.mark.parametrize("name", ANSWERS)
@given(cuts=st.lists(st.integers(1, 60), max_size=6))
def test_an_answer_is_the_same_however_it_is_cut(name: str, cuts: list[int]) -> None:
    raw = ANSWERS[name]
    places = [0, *sorted({cut for cut in cuts if cut < len(raw)}), len(raw)]
    pieces = [raw[start:end] for start, end in pairwise(places)]
    closes = name == "until-closed"
    whole = asyncio.run(exchange([raw], closes=closes))
    assert asyncio.run(exchange(pieces, closes=closes)) == whole
    status, headers, body, is_reusable = whole
    assert body == (b"" if name == "bodiless" else b"hello")
    assert status == {"old": 404, "bodiless": 304}.get(name, 200)
    assert all(header == header.lower() for header, _ in headers)
    assert b"trailer" not in dict(headers)
    assert is_reusable == (name not in {"until-closed", "old"})


@given(raw=st.one_of(st.binary(max_size=300), st.binary(max_size=80).map(ANSWERS["chunked"][:50].__add__)))
def test_any_bytes_end_as_an_answer_or_as_a_fault_of_the_server(raw: bytes) -> None:
    try:
        status, _, _, is_reusable = asyncio.run(exchange([raw] if raw else [], closes=True))
    except (MalformedAnswerError, AnswerNeverCameError):
        return
    assert 200 <= status <= 999
    assert not is_reusable


async def test_a_peer_that_sends_faster_than_we_read_is_made_to_wait() -> None:
    stream, wire = ByteStream(), Wire()
    stream.connection_made(wire)
    stream.data_received(bytes(1 << 20))
    assert wire.is_paused
    await stream.read()
    assert not wire.is_paused


async def test_a_read_takes_no_more_than_was_asked() -> None:
    stream = ByteStream()
    stream.data_received(b"hello")
    assert [await stream.read(3), await stream.read(3)] == [b"hel", b"lo"]


async def test_a_write_waits_while_the_peer_takes_nothing() -> None:
    stream, wire = ByteStream(), Wire()
    stream.connection_made(wire)
    stream.pause_writing()
    writing = asyncio.create_task(stream.write(b"hello"))
    await asyncio.sleep(0)
    assert not writing.done()
    stream.resume_writing()
    await writing


async def test_a_closed_stream_takes_no_more_requests() -> None:
    stream = ByteStream()
    stream.connection_made(Wire())
    stream.connection_lost(None)
    with pytest.raises(ConnectionResetError, match="the connection was closed"):
        await stream.write(b"hello")
