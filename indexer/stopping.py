"""When to stop: after a signal, or when the process that started this one has gone."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable


def stop_on_signals() -> Callable[[], bool]:
    """Says yes after the first Ctrl-C or SIGTERM; a second Ctrl-C interrupts at once."""
    asked = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return asked.is_set


def stop_when_input_closes() -> Callable[[], bool]:
    """Says yes once standard input is closed, which happens also when the parent process dies."""
    closed = threading.Event()

    def read() -> None:
        descriptor = sys.stdin.fileno()
        while os.read(descriptor, 4096):
            pass
        closed.set()

    threading.Thread(target=read, name="input", daemon=True).start()
    return closed.is_set
