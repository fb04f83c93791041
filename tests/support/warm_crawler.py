"""`crawler …` and `search-api …` in processes that have imported all they need: copies of one that waits.

Importing is most of what a short sync costs, three times over: for the crawler and for its parsers; it is
nearly all of what a question costs. Each command still is a process of its own that runs the real command
line; that the real start works too is for the tests of `python -m crawler` and `python -m search_api` to say.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import orjson

if TYPE_CHECKING:
    from crawler.sync.started_parser import StartedParser

REPOSITORY: Final = Path(__file__).resolve().parents[2]
_LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command came to."""

    returncode: int
    stdout: bytes
    stderr: bytes


class WarmCrawler:
    """Runs commands one at a time; the environment and the working directory are those of a fresh process.

    `program` is the package whose commands it runs: `crawler` or `search_api`.
    """

    def __init__(self, program: str = "crawler") -> None:
        ours, theirs = socket.socketpair()
        self._connection = ours
        command = [sys.executable, "-m", "tests.support.warm_crawler", str(theirs.fileno()), program]
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
        )
        theirs.close()
        atexit.register(self.close)

    def run(
        self, arguments: Sequence[str], *, seconds: float, variables: Mapping[str, str] | None = None
    ) -> Finished:
        """Run a command to its end, with `variables` in its environment beside those of this process.

        One that takes longer is killed: `TimeoutError`.
        """
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            request = orjson.dumps(
                {"arguments": list(arguments), "environment": {**os.environ, **(variables or {})}}
            )
            head = len(request).to_bytes(_LENGTH_BYTES)
            socket.send_fds(self._connection, [head], [out.fileno(), err.fileno()])
            self._connection.sendall(request)
            pid = self._number()
            self._connection.settimeout(seconds)
            try:
                status = self._number()
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                self._connection.settimeout(None)
                self._number()
                raise
            self._connection.settimeout(None)
            return Finished(os.waitstatus_to_exitcode(status), _content(out.fileno()), _content(err.fileno()))

    def close(self) -> None:
        """End the waiting process."""
        self._connection.close()
        self._process.wait()

    def _number(self) -> int:
        return int.from_bytes(_exactly(self._connection, _LENGTH_BYTES))


@cache
def warm_crawler() -> WarmCrawler:
    """The one of this test process, started when it is first wanted."""
    return WarmCrawler()


@cache
def warm_search() -> WarmCrawler:
    """Likewise for `search-api`."""
    return WarmCrawler("search_api")


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _exactly(connection: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise EOFError("the other end closed the connection")
        received += piece
    return received


# In the waiting process


class _Copy:
    """A process made by `fork`, with what `StartedParser` wants of one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def wait(self) -> int:
        with self._lock:
            if self.returncode is None:
                self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


def _serve(connection: socket.socket) -> list[str] | None:
    """Copy this process for each command. Returns the command's line in a copy, None at the end."""
    while True:
        head, descriptors, _, _ = socket.recv_fds(connection, _LENGTH_BYTES, 2)
        if not head:
            return None
        head += _exactly(connection, _LENGTH_BYTES - len(head))
        request = orjson.loads(_exactly(connection, int.from_bytes(head)))
        pid = os.fork()
        if pid == 0:
            connection.close()
            for number, descriptor in enumerate(descriptors, 1):
                os.dup2(descriptor, number)
                os.close(descriptor)
            os.environ.clear()
            os.environ.update(request["environment"])
            return cast(list[str], request["arguments"])
        for descriptor in descriptors:
            os.close(descriptor)
        connection.sendall(pid.to_bytes(_LENGTH_BYTES))
        connection.sendall(os.waitpid(pid, 0)[1].to_bytes(_LENGTH_BYTES))


_made_before: list[StartedParser] = []
"""Parsers for the middle of a crawl; those that none wants end with their command."""


def _import_search() -> Callable[[], None]:
    """Import what a question imports. Nothing is computed: threads of a computation would not be copied."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read at import
    for module in (
        "search_api.commands.query",
        "search_api.asking",
        "search_api.opening",
        "indexer.embedding.local",
        "sentence_transformers",
        "transformers.models.bert.modeling_bert",
        "transformers.models.bert.tokenization_bert",
    ):
        importlib.import_module(module)
    gc.freeze()
    return lambda: None


def _make_ready() -> Callable[[], None]:
    """Import what a sync and its parsers import, and have parsers be copies too. What is returned makes some
    before a command begins."""
    for module in ("commands.sync", "commands.login", "sync.login_trial", "sync.not_yet", "sync.program"):
        importlib.import_module(f"crawler.{module}")
    from crawler.sync import parser_process
    from crawler.sync.started_parser import StartedParser, most_parsers
    from extract.language import warm_up

    warm_up()
    gc.freeze()
    real_start = StartedParser.start

    def start() -> StartedParser:
        if _made_before:
            return _made_before.pop()
        # In the middle of a crawl a copy would not be whole.
        return real_start() if threading.active_count() > 1 else copy()

    def copy() -> StartedParser:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            connection = os.dup(theirs.fileno())
            os.closerange(3, connection)
            os.closerange(connection + 1, os.sysconf("SC_OPEN_MAX"))
            sys.argv = ["parser_process", str(connection)]
            parser_process.main()
            os._exit(0)
        theirs.close()
        return StartedParser(cast("subprocess.Popen[bytes]", _Copy(pid)), ours)

    StartedParser.start = start  # type: ignore[method-assign]
    return lambda: _made_before.extend(copy() for _ in range(most_parsers()))


if __name__ == "__main__":
    program = sys.argv[2]
    make_parsers = _make_ready() if program == "crawler" else _import_search()
    with socket.socket(fileno=int(sys.argv[1])) as waiting:
        line = _serve(waiting)
    if line is not None:
        main = importlib.import_module(f"{program}.__main__").main
        if line[0] == "sync":
            make_parsers()
        sys.argv = [program, *line]
        main()
