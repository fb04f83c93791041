"""The process that waits: it copies itself for each command that it is sent, and tells how the copy ended.

A command is one connection: three descriptors (standard input, output and error) and the call go in; the
copy's process id and, later, its wait status come out. Where the connection closes before, whoever wanted the
copy is gone, and it is killed.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import marshal
import os
import selectors
import shutil
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from tests.support.warm.preparation import PROGRAMS, before
from tests.support.warm.session import REPOSITORY

LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Call:
    """A command: the module that `python -m` would run, and what surrounds it."""

    module: str
    arguments: Sequence[str]
    environment: dict[str, str]
    folder: str
    streams: Sequence[int]


class Waiting:
    """Waits for commands on a listening socket until nobody writes into the pipe `alive` any more."""

    def __init__(self, listening: socket.socket, alive: int) -> None:
        self._listening = listening
        self._alive = alive
        self._copies: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._ended, wake_up = os.pipe()
        for end in (self._ended, wake_up):
            os.set_blocking(end, False)
        self._wake_up = wake_up
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(wake_up, warn_on_full_buffer=False)
        for end in (listening.fileno(), alive, self._ended):
            self._selector.register(end, selectors.EVENT_READ)

    def next_call(self) -> Call | None:
        """The call, in a copy; None, in the waiting process, at the end of the session."""
        while True:
            for key, _ in self._selector.select():
                if key.fd == self._ended:
                    os.read(self._ended, 4096)
                    self._bury()
                elif key.fd == self._alive:
                    if not os.read(self._alive, 4096):
                        self._end()
                        return None
                elif key.fd == self._listening.fileno():
                    if (call := self._accept()) is not None:
                        return call
                else:
                    self._forsake(key.data)

    def _accept(self) -> Call | None:
        connection, _ = self._listening.accept()
        connection.settimeout(30)
        try:
            head, streams, _, _ = socket.recv_fds(connection, LENGTH_BYTES, 3)
            request = exactly(connection, int.from_bytes(head))
            module, arguments, environment, folder = marshal.loads(request)
            call = Call(module, arguments, environment, folder, streams)
        except (OSError, EOFError):  # whoever wanted it is gone
            connection.close()
            return None
        pid = os.fork()
        if pid == 0:
            self._leave(connection)
            return call
        for stream in streams:
            os.close(stream)
        self._copies[pid] = connection
        self._selector.register(connection, selectors.EVENT_READ, pid)
        self._tell(pid, pid)
        return None

    def _leave(self, connection: socket.socket) -> None:
        """In a copy: let go of all that is the waiting process's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._selector.close()
        for end in (self._ended, self._wake_up, self._alive):
            os.close(end)
        for each in (self._listening, connection, *self._copies.values()):
            each.close()

    def _bury(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._tell(pid, status)
                connection = self._copies.pop(pid)
                with contextlib.suppress(KeyError):
                    self._selector.unregister(connection)
                connection.close()

    def _tell(self, pid: int, number: int) -> None:
        with contextlib.suppress(OSError):  # the other end is gone: its end is noticed by itself
            self._copies[pid].sendall(number.to_bytes(LENGTH_BYTES))

    def _forsake(self, pid: int) -> None:
        """The other end has closed: nothing else comes from there."""
        if (connection := self._copies.get(pid)) is not None:
            self._selector.unregister(connection)
            os.kill(pid, signal.SIGKILL)

    def _end(self) -> None:
        for pid in self._copies:
            os.kill(pid, signal.SIGKILL)
        for pid in self._copies:
            os.waitpid(pid, 0)


def exactly(connection: socket.socket, count: int) -> bytes:
    """So many bytes of a stream; `EOFError` where it ends before."""
    received = b""
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise EOFError("the other end closed the connection")
        received += piece
    return received


def run(call: Call) -> NoReturn:
    """Be the command. Its process ends as soon as all is done that a fresh one would still do."""
    os.chdir(call.folder)
    for number, stream in enumerate(call.streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(call.environment)
    time.tzset()
    named = call.environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[1:1] = [each for each in named if each and each not in sys.path]
    launcher = Path(call.environment.get("SITELORE_TEST_WARM", "")) / "python"
    if launcher.exists():
        sys.executable = str(launcher)
    before(call.module, call.arguments)
    package = f"{call.module}.__main__" if "." not in call.module else call.module
    sys.argv = [call.module.partition(".")[0], *call.arguments]
    code = 0
    try:
        importlib.import_module(package).main()
    except SystemExit as end:
        code = _exit_code(end)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # noqa: BLE001 - as Python does at its end
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def wait(folder: Path, program: str) -> Call | None:
    """Prepare, then wait in a process that outlives this one; the call, in a copy."""
    PROGRAMS[program]()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / f"{program}.socket"))
    listening.listen(64)
    if os.fork() != 0:
        os._exit(0)  # whoever started this may go on
    os.setsid()  # Ctrl-C is for the commands' callers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    alive = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        if not os.read(alive, 1):
            return None  # the session ended meanwhile
    return Waiting(listening, alive).next_call()


def main() -> None:
    """`python -m tests.support.warm.waiting FOLDER PROGRAM`; returns when the process waits."""
    folder, program = Path(sys.argv[1]), sys.argv[2]
    os.chdir(REPOSITORY)
    call = wait(folder, program)
    if call is None:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)
    run(call)


if __name__ == "__main__":
    main()
