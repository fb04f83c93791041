"""Stands for Python where a command starts another: `python -m MODULE …` becomes a copy of a waiting process.

`session` writes it out as an executable, with the constants of its session. What no waiting process serves is
handed to the real Python. It starts within 15 ms: it imports little, and nothing of ours.
"""

import marshal
import os
import signal
import socket
import sys

PYTHON = FOLDER = REPOSITORY = ""
# Constants

PROGRAMS = {"indexer.worker": "models", "crawler.scheduling.child": "crawler"}


def ask(program: str, request: bytes) -> socket.socket:
    """The connection to the waiting process, which has begun the command."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(f"{FOLDER}/{program}.socket")
    except OSError:  # it does not wait yet
        start = [PYTHON, "-m", "tests.support.warm.copies", program]
        environment = {**os.environ, "PYTHONPATH": REPOSITORY}
        os.waitpid(os.spawnve(os.P_NOWAIT, PYTHON, start, environment), 0)
        connection.close()
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(f"{FOLDER}/{program}.socket")
    socket.send_fds(connection, [len(request).to_bytes(8, "big")], [0, 1, 2])
    connection.sendall(request)
    return connection


def number(connection: socket.socket) -> int:
    """A number that the waiting process sends: the copy's id, then its status."""
    return int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "big")


def main() -> None:
    """Run the command and end as it ends."""
    arguments = sys.argv[1:]
    program = PROGRAMS.get(arguments[1]) if arguments[:1] == ["-m"] else None
    if program is None:
        os.execv(PYTHON, [PYTHON, *arguments])
    if "FAKETIME_TIMESTAMP_FILE" in os.environ:
        program = "faked-" + program
    held = [signal.SIGTERM, signal.SIGINT]
    signal.pthread_sigmask(signal.SIG_BLOCK, held)
    request = (arguments[1], arguments[2:], dict(os.environ), os.getcwd())
    connection = ask(program, marshal.dumps(request))
    pid = number(connection)
    for each in held:
        signal.signal(each, lambda which, _frame: os.kill(pid, which))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, held)
    status = os.waitstatus_to_exitcode(number(connection))
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    main()
