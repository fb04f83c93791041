"""A command of `crawler` that stops cleanly when the process that started it is gone.

`python -m crawler.scheduling.child sync …`: standard input is a pipe from the scheduler, and closes with it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def main() -> None:
    """Run the command line."""
    threading.Thread(target=_stop_when_input_closes, name="scheduler-watch", daemon=True).start()
    from crawler.cli import app  # noqa: PLC0415 - the watch comes first

    app()


def _stop_when_input_closes() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
