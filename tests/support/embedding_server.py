"""An embedding server as a process of its own, OpenAI-style and TEI-style, that can be told to misbehave.

Its model is a small deterministic one: words are hashed to directions, so that texts that share words are
near each other. `python -m tests.support.embedding_server` prints its port, and ends with its input.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import httpx2
import numpy as np
from numpy.typing import NDArray

DIMENSION: Final = 32


def vector(text: str, dimension: int = DIMENSION) -> list[float]:
    """The sum of the directions of the text's words (not normalised, as many servers answer)."""
    total = np.full(dimension, 1e-3)
    for word, count in Counter(re.findall(r"\w+", text.lower())).items():
        total += count * _direction(word, dimension)
    return [float(value) for value in total]


@cache
def _direction(word: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(dimension)


@dataclass
class Behaviour:
    """`status` is answered instead of vectors, `times` times (-1: always), with `headers`; `fault` is one of
    cut, nan, zero, shuffled, short, misnumbered, html; paths not in `paths` do not exist."""

    status: int = 200
    times: int = -1
    headers: dict[str, str] = field(default_factory=dict)
    error: str = "out of order"
    fault: str = ""
    seconds: float = 0.0
    dimension: int = DIMENSION
    key: str = ""
    most_texts: int = 1000
    most_characters: int = 1_000_000
    knows_base64: bool = True
    paths: tuple[str, ...] = ("/v1/embeddings", "/embed")


@dataclass
class Seen:
    """What was asked so far."""

    requests: int = 0
    most_at_once: int = 0
    sizes: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    packed: int = 0


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    behaviour = Behaviour()
    seen = Seen()
    lock = threading.Lock()
    active = 0

    def do_GET(self) -> None:
        self._send(200, self.seen.__dict__)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind = type(self)
        if self.path == "/control":
            kind.behaviour, kind.seen = Behaviour(**body), Seen()
            self._send(200, {})
            return
        with kind.lock:
            kind.active += 1
            self._note(body)
        try:
            self._answer(body)
        finally:
            with kind.lock:
                kind.active -= 1

    def _note(self, body: dict[str, Any]) -> None:
        seen, texts = self.seen, self._texts(body)
        seen.requests += 1
        seen.most_at_once = max(seen.most_at_once, type(self).active)
        seen.sizes.append(len(texts))
        seen.texts += texts
        seen.paths.append(self.path)
        seen.times.append(time.monotonic())
        seen.packed += body.get("encoding_format") == "base64"

    def _texts(self, body: dict[str, Any]) -> list[str]:
        return list(body.get("input", body.get("inputs", [])))

    def _answer(self, body: dict[str, Any]) -> None:
        how, texts = self.behaviour, self._texts(body)
        time.sleep(how.seconds)
        with self.lock:
            misbehaves = how.status != 200 and how.times != 0
            how.times -= misbehaves
        if self.path not in how.paths:
            self._send(404, {"error": "no such route"})
        elif how.key and self.headers["Authorization"] != f"Bearer {how.key}":
            self._send(401, {"error": {"message": f"wrong key {self.headers['Authorization']}"}})
        elif misbehaves:
            self._send(how.status, {"error": {"message": how.error}}, how.headers)
        elif len(texts) > how.most_texts or max(map(len, texts)) > how.most_characters:
            self._send(413, {"error": "batch size or length above the maximum"})
        elif body.get("encoding_format") and not how.knows_base64:
            self._send(422, {"error": {"message": "unknown field encoding_format"}})
        elif how.fault == "cut":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif how.fault == "html":
            self._send(200, "<html>")
        else:
            self._send(200, self._vectors(texts, body.get("encoding_format") == "base64"))

    def _vectors(self, texts: list[str], packed: bool) -> Any:
        how = self.behaviour
        rows: list[Any] = [vector(text, how.dimension) for text in texts]
        if how.fault == "nan":
            rows[0][0] = float("nan")
        if how.fault == "zero":
            rows[0] = [0.0] * how.dimension
        if how.fault == "short":
            rows.pop()
        if self.path == "/embed":
            return rows
        if packed and how.fault != "nan":
            rows = [base64.b64encode(np.array(row, dtype="<f4").tobytes()).decode() for row in rows]
        data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
        if how.fault == "shuffled":
            data.reverse()
        if how.fault == "misnumbered":
            data[0]["index"] = 7
        return {"object": "list", "data": data}

    def _send(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """Says nothing of clients that hang up."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        pass


@dataclass
class EmbeddingServer:
    """The process; `behave` changes what it does and forgets what it saw."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def behave(self, **behaviour: Any) -> None:
        with httpx2.Client(trust_env=False) as client:
            client.post(f"{self.url}/control", json=behaviour).raise_for_status()

    def seen(self) -> Seen:
        with httpx2.Client(trust_env=False) as client:
            return Seen(**client.get(f"{self.url}/seen").json())

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@contextmanager
def serve_embeddings(port: int = 0) -> Iterator[EmbeddingServer]:
    """Run the server until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.embedding_server", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    server = EmbeddingServer(0, process)
    try:
        server.port = int(process.stdout.readline())
        yield server
    finally:
        server.stop()


def main() -> None:
    """Serve until standard input closes."""
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while os.read(sys.stdin.fileno(), 4096):
        pass


if __name__ == "__main__":
    main()
