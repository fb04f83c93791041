"""Bytes copied both ways between the browser and a site, until one of them ends or both fall silent."""

from __future__ import annotations

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass, field

from crawler.fetch.stream import ByteStream
from crawler.outcome import Failed, Refused

PIECE_BYTES = 64 * 1024


@dataclass(slots=True)
class Passage:
    """One connection to a site, a tunnel or not; what has moved is noted while it lives."""

    is_tunnel: bool
    host: str
    port: int
    received_bytes: int = 0
    fault: Failed | Refused | None = None
    last_moved: float = field(default_factory=time.monotonic, repr=False)

    def seconds_until_idle(self, idle_seconds: float) -> float:
        """How much longer it may stand still; 0 or less: no longer."""
        return self.last_moved + idle_seconds - time.monotonic()

    def moved(self, *, received: int = 0) -> None:
        """Note that something moved, and count what was received."""
        self.received_bytes += received
        self.last_moved = time.monotonic()


async def copy_up(browser: StreamReader, site: ByteStream, passage: Passage) -> None:
    """From the browser to the site, until the browser has no more to say."""
    while data := await browser.read(PIECE_BYTES):
        passage.moved()
        await site.write(data)


async def copy_down(site: ByteStream, browser: StreamWriter, passage: Passage) -> None:
    """From the site to the browser, until the site has no more to say."""
    while data := await site.read(PIECE_BYTES):
        passage.moved(received=len(data))
        browser.write(data)
        await browser.drain()


async def tunnel(
    reader: StreamReader, writer: StreamWriter, site: ByteStream, passage: Passage, idle_seconds: float
) -> None:
    """Copy both ways until either side ends or nothing has moved for `idle_seconds`.

    Raises `ConnectionError` where a side was cut.
    """
    copies = {
        asyncio.ensure_future(copy_up(reader, site, passage)),
        asyncio.ensure_future(copy_down(site, writer, passage)),
    }
    try:
        while (left := passage.seconds_until_idle(idle_seconds)) > 0:
            ended, _ = await asyncio.wait(copies, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if ended:
                ended.pop().result()
                return
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)
