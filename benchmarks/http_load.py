"""A loader that costs little: some clients, each with one connection, ask a server one request after another.

Plain HTTP/1.1 over asyncio's streams, since a whole client library would take as much of these two cores as
the server. An answer that is not 200 counts as an error.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: seconds of each answer, the whole time in seconds, and answers that were not 200."""

    latencies: tuple[float, ...]
    seconds: float
    errors: int

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def milliseconds(self, percentile: float) -> float:
        """Within which so many of a hundred answers came."""
        return 1000 * float(np.percentile(self.latencies, percentile))


def ask(url: str, bodies: Sequence[bytes], clients: int, headers: Mapping[str, str]) -> Load:
    """POST each body once to `url`, from so many clients at a time."""
    return asyncio.run(_ask(url, bodies, clients, headers))


async def _ask(url: str, bodies: Sequence[bytes], clients: int, headers: Mapping[str, str]) -> Load:
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    head = "".join(f"{name}: {value}\r\n" for name, value in {"host": address.netloc, **headers}.items())
    waiting = iter(bodies)
    latencies: list[float] = []
    started = time.perf_counter()

    async def client() -> int:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        errors = 0
        for request in _requests(f"POST {address.path} HTTP/1.1\r\n{head}", waiting):
            asked = time.perf_counter()
            writer.write(request)
            errors += await _status(reader) != 200
            latencies.append(time.perf_counter() - asked)
        writer.close()
        await writer.wait_closed()
        return errors

    errors = sum(await asyncio.gather(*(client() for _ in range(clients))))
    return Load(tuple(latencies), time.perf_counter() - started, errors)


def _requests(head: str, bodies: Iterable[bytes]) -> Iterator[bytes]:
    for body in bodies:
        length = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        yield (head + length).encode() + body


async def _status(reader: asyncio.StreamReader) -> int:
    """The status of an answer, which is read to its end; the server must say how long it is."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = head.partition("content-length:")[2].partition("\r\n")[0]
    await reader.readexactly(int(length))
    return int(head.split(" ", 2)[1])
