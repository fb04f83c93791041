"""Bodies too large, bombs, drips, cuts and garbage: each ends as an outcome, soon and in little memory."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib

import brotli
import pytest
from backports import zstd

from catalog.vocabulary import Reason
from crawler.outcome import Failed, HtmlFetched, Refused
from tests.crawler.fetch.conftest import MakeFetcher, task
from tests.crawler.fetch.faux_site import Behaviour, answer, chunked, serve

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def zeros(megabytes: int, packer: str) -> bytes:
    """That many megabytes of zeros in a few bytes."""
    million = bytes(1_000_000)
    if packer == "br":
        compressor = brotli.Compressor(quality=1)
        pieces = [compressor.process(million) for _ in range(megabytes)]
        return b"".join([*pieces, compressor.finish()])
    packed = zstd.ZstdCompressor(level=1) if packer == "zstd" else zlib.compressobj(1, wbits=31)
    return b"".join(packed.compress(million) for _ in range(megabytes)) + packed.flush()


async def test_a_length_beyond_the_cap_is_refused_before_the_body(make_fetcher: MakeFetcher) -> None:
    async with serve({"/": HEAD + b"Content-Length: 50000001\r\n\r\n"}) as site:
        outcome = await make_fetcher(site.url(), max_bytes=50_000_000).fetch(task(site.url()))
    expected = "Content-Length 50,000,001 is beyond 50,000,000 bytes"
    assert outcome == Refused(Reason.TOO_LARGE, expected)


async def test_an_endless_body_is_cut_at_the_cap(make_fetcher: MakeFetcher) -> None:
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n")
            await writer.drain()

    async with serve({"/": endless}) as site:
        outcome = await make_fetcher(site.url(), max_bytes=3_000_000).fetch(task(site.url()))
    assert outcome == Refused(Reason.TOO_LARGE, "the body is larger than 3,000,000 bytes")


@pytest.mark.parametrize("packer", ["gzip", "br", "zstd"])
async def test_a_bomb_is_refused_and_takes_little_memory(make_fetcher: MakeFetcher, packer: str) -> None:
    bomb = answer(zeros(300, packer), Content_Encoding=packer)
    async with serve({"/": bomb}) as site:
        fetcher = make_fetcher(site.url(), max_bytes=50_000_000)
        tracemalloc.start()
        outcome = await fetcher.fetch(task(site.url()))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.DECOMPRESSION_BOMB
    assert "decompress to more than" in outcome.detail
    assert peak < 60_000_000


async def test_a_bomb_within_a_bomb_is_refused_too(make_fetcher: MakeFetcher) -> None:
    body = gzip.compress(zeros(100, "gzip"))
    async with serve({"/": answer(body, Content_Encoding="gzip, gzip")}) as site:
        outcome = await make_fetcher(site.url(), max_bytes=10_000_000).fetch(task(site.url()))
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.DECOMPRESSION_BOMB


async def test_a_slow_drip_runs_out_of_time(make_fetcher: MakeFetcher) -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 1000\r\n\r\n")
        for _ in range(1_000):
            writer.write(b"x")
            await asyncio.sleep(0.02)

    async with serve({"/": drip}) as site:
        outcome = await make_fetcher(site.url(), seconds=0.3).fetch(task(site.url()))
    expected = f"{site.host} gave no complete answer within the time limit"
    assert outcome == Failed(Reason.TIMEOUT, expected)


async def test_headers_that_never_end_are_a_fault(make_fetcher: MakeFetcher) -> None:
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD)
        while True:
            writer.write(b"X-Filler: " + b"x" * 5_000 + b"\r\n")
            await writer.drain()

    async with serve({"/": endless}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert outcome == Failed(Reason.PROTOCOL_ERROR, f"{site.host}: the headers are larger than 100 KiB")


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def cut_after(data: bytes) -> Behaviour:
    async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return behave


@pytest.mark.parametrize(
    ("behaviour", "reason", "words"),
    [
        (cut_after(b""), Reason.CONNECTION_FAILED, "the server closed the connection without an answer"),
        (cut_after(HEAD), Reason.PROTOCOL_ERROR, "the answer ended within its headers"),
        (cut_after(HEAD + b"Content-Length: 9\r\n\r\nshort"), Reason.PROTOCOL_ERROR, "before the end of the"),
        (
            cut_after(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
            Reason.PROTOCOL_ERROR,
            "before the end of the body",
        ),
        (
            cut_after(HEAD + b"Transfer-Encoding: chunked\r\n\r\nno number\r\n"),
            Reason.PROTOCOL_ERROR,
            "not valid HTTP: Invalid character in chunk size",
        ),
        (cut_after(b"<html>HTTP/0.9</html>"), Reason.PROTOCOL_ERROR, "the answer is not valid HTTP"),
        (cut_after(b"\x16\x03\x01\x00\x02\x02\x28"), Reason.PROTOCOL_ERROR, "the answer is not valid HTTP"),
        (cut_after(HEAD + b"Content-Length: -1\r\n\r\n"), Reason.PROTOCOL_ERROR, "not valid HTTP"),
        (
            cut_after(b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
            Reason.PROTOCOL_ERROR,
            "the server switched to another protocol",
        ),
        (reset, Reason.CONNECTION_FAILED, ""),
    ],
)
async def test_a_broken_answer_is_a_failure_with_its_reason(
    make_fetcher: MakeFetcher, behaviour: Behaviour, reason: Reason, words: str
) -> None:
    async with serve({"/": behaviour}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert isinstance(outcome, Failed)
    assert outcome.reason is reason
    assert words in outcome.detail
    assert site.host in outcome.detail


@pytest.mark.parametrize(
    ("body", "coding", "words"),
    [
        (b"hello", "gzip", "the body is not gzip"),
        (b"hello, not brotli at all", "br", "the body is not br"),
        (b"hello", "zstd", "the body is not zstd"),
        (gzip.compress(b"hello" * 100, mtime=0)[:-9], "gzip", "the gzip body ends too early"),
        (b"hello", "compress", "Content-Encoding 'compress', and we asked for gzip, br, zstd, deflate"),
        (b"hello", "gzip, gzip, gzip, gzip", "Content-Encoding"),
    ],
)
async def test_a_body_that_cannot_be_decoded_is_a_failure(
    make_fetcher: MakeFetcher, body: bytes, coding: str, words: str
) -> None:
    async with serve({"/": answer(body, Content_Encoding=coding)}) as site:
        outcome = await make_fetcher(site.url()).fetch(task(site.url()))
    assert isinstance(outcome, Failed)
    assert outcome.reason is Reason.PROTOCOL_ERROR
    assert words in outcome.detail


async def test_a_large_body_arrives_whole_through_back_pressure(make_fetcher: MakeFetcher) -> None:
    body = bytes(range(256)) * 40_000
    async with serve({"/": chunked(body[:7_000_000], body[7_000_000:])}) as site:
        outcome = await make_fetcher(site.url(), max_bytes=20_000_000).fetch(task(site.url()))
    assert isinstance(outcome, HtmlFetched)
    assert outcome.body == body
