"""What tests start: a console command as a copy of a waiting process, with what `subprocess.Popen` offers."""

from __future__ import annotations

import contextlib
import fcntl
import marshal
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.support.clock import shown_by
from tests.support.warm.preparation import FAKED, program_of
from tests.support.warm.session import REPOSITORY, session_folder
from tests.support.warm.waiting import LENGTH_BYTES


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command came to."""

    returncode: int
    stdout: bytes
    stderr: bytes


class Copy:
    """A command that runs. It is killed where its connection is closed, as by the end of this process."""

    def __init__(self, connection: socket.socket, stdout: IO[bytes], stderr: IO[bytes]) -> None:
        self._connection = connection
        self.stdout = stdout
        self.stderr = stderr
        self._readers: tuple[_Reader, ...] = ()
        self.pid = self._number()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(timeout=0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, negative for a signal. Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                self.returncode = os.waitstatus_to_exitcode(self._number())
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0) from None
            self._connection.close()
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Standard output and standard error, once it has ended; they are closed then.

        Raises `subprocess.TimeoutExpired`, and may be called again after that.
        """
        if not self._readers:
            self._readers = (_Reader(self.stdout), _Reader(self.stderr))
        self.wait(timeout)
        out, err = (reader.all() for reader in self._readers)
        return out, err

    def send_signal(self, number: int) -> None:
        """Nothing, once it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _number(self) -> int:
        received = self._connection.recv(LENGTH_BYTES, socket.MSG_WAITALL)
        if len(received) < LENGTH_BYTES:
            raise EOFError("the waiting process is gone")
        return int.from_bytes(received)


class _Reader(threading.Thread):
    """Reads a stream to its end, so that whoever writes need not wait."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._read = b""
        self.start()

    def run(self) -> None:
        with self._stream:
            self._read = self._stream.read()

    def all(self) -> bytes:
        self.join()
        return self._read


def start(
    module: str,
    arguments: Sequence[str],
    *,
    variables: Mapping[str, str] | None = None,
    folder: Path = REPOSITORY,
) -> Copy:
    """Begin `python -m MODULE …` in a folder, with `variables` in its environment beside those of this
    process and nothing to read on standard input."""
    environment = {**os.environ, **(variables or {})}
    connection = _connected(program_of(module, environment))
    call = marshal.dumps((module, list(arguments), environment, str(folder)))
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    with open(os.devnull, "rb") as nothing:
        head = len(call).to_bytes(LENGTH_BYTES)
        socket.send_fds(connection, [head], [nothing.fileno(), out_end, err_end])
        connection.sendall(call)
    os.close(out_end)
    os.close(err_end)
    return Copy(connection, os.fdopen(out, "rb"), os.fdopen(err, "rb"))


def run(
    module: str,
    arguments: Sequence[str],
    *,
    seconds: float,
    variables: Mapping[str, str] | None = None,
    folder: Path = REPOSITORY,
) -> Finished:
    """Run a command to its end. One that takes longer is killed: `TimeoutError`."""
    copy = start(module, arguments, variables=variables, folder=folder)
    try:
        out, err = copy.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as late:
        copy.kill()
        copy.communicate()
        raise TimeoutError(str(late)) from late
    return Finished(copy.wait(), out, err)


def _connected(program: str) -> socket.socket:
    """A connection to a waiting process, which is started where there is none."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(session_folder() / f"{program}.socket"))
    except OSError:
        make_wait(program)
        connection.connect(str(session_folder() / f"{program}.socket"))
    return connection


def make_wait(program: str) -> None:
    """Start a waiting process unless there is one; one of this session's processes does it for all."""
    folder = session_folder()
    with (folder / f"{program}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / f"{program}.socket").exists():
            return
        with (folder / f"{program}.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", "tests.support.warm.waiting", str(folder), program],
                cwd=REPOSITORY,
                env={**os.environ, **(_clock(folder) if program.startswith(FAKED) else {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )


def _clock(folder: Path) -> Mapping[str, str]:
    """A clock that is right, for a process that waits for one that is not."""
    file = folder / "clock"
    file.write_text("+0")
    return shown_by(file)


if __name__ == "__main__":
    make_wait(sys.argv[1])
