"""The indexer as a crawler's child: `python -m indexer.worker --config PATH`.

It loads the model at once, and indexes what becomes pending until its standard input closes, then what is
still pending, and exits. For each batch it prints one line of JSON: `{"documents": n, "chunks": n,
"embedded": n, "pending": n}`. Exit code 0; 1 after a failure, whose sentence goes to standard error.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path

import orjson
import typer

from indexer.commands.session import opened
from indexer.pipeline import Pipeline
from indexer.progress import Progress
from indexer.stopping import stop_when_input_closes


def main() -> None:
    """Run until standard input closes."""
    parser = argparse.ArgumentParser(prog="python -m indexer.worker")
    parser.add_argument("--config", type=Path, required=True)
    config: Path = parser.parse_args().config
    # Ctrl-C at the terminal reaches the whole process group: the crawler decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = 0
    try:
        _work(config)
    except typer.Exit as failure:  # its sentence was printed
        code = failure.exit_code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # all is closed; the model may still be loading, for a crawl that changed nothing


def _work(config: Path) -> None:
    stop = stop_when_input_closes()
    with opened(config) as (catalog, settings), Pipeline(catalog, settings, report=_print) as pipeline:
        pipeline.load_ahead()
        pipeline.watch(stop)


def _print(step: Progress) -> None:
    sys.stdout.buffer.write(orjson.dumps(asdict(step)) + b"\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
