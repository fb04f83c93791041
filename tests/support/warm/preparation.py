"""What the waiting processes have done before a command begins. No thread is left: none would be copied."""

from __future__ import annotations

import gc
import importlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from tests.support.clock import CLOCK_VARIABLE

if TYPE_CHECKING:
    from crawler.sync.started_parser import StartedParser

CONFIGURATION: Final = """
version: 1
connectors:
  - {name: intranet, seeds: [https://intranet.example/], access: public}
"""
_made_before: list[StartedParser] = []
"""Parsers for the middle of a crawl; those that none wants end with their command."""


def _import(*modules: str) -> None:
    for module in modules:
        importlib.import_module(module)


def _rehearse() -> None:
    """Read a configuration and make a catalog: it is their first time that takes long."""
    from catalog.database import open_catalog
    from settings.load import load_settings

    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "connectors.yaml"
        file.write_text(CONFIGURATION, encoding="utf-8")
        settings = load_settings(file)
        settings.connectors[0].fingerprint()
        open_catalog(settings.store.database, settings.store.directory).close()


def prepare_crawler() -> None:
    """Import what a sync and its parsers import, and have parsers be copies too."""
    _import(
        *(
            f"crawler.commands.{name}"
            for name in ("sync", "login", "plan", "schedule", "forget", "inspection")
        ),
        *("crawler.cli", "crawler.sync.login_trial", "crawler.sync.not_yet", "crawler.sync.program"),
        *("crawler.scheduling.child", "crawler.scheduling.scheduler"),
    )
    from crawler.sync.parser_kind import PAGES, ParserKind
    from crawler.sync.started_parser import StartedParser
    from extract.language import warm_up

    warm_up()
    _rehearse()
    real_start = StartedParser.start

    def start(kind: ParserKind = PAGES) -> StartedParser:
        if kind is not PAGES:
            return real_start(kind)
        if _made_before:
            return _made_before.pop()
        # In the middle of a crawl a copy would not be whole.
        return real_start() if threading.active_count() > 1 else _copied_parser()

    StartedParser.start = start  # type: ignore[method-assign]
    gc.freeze()


def prepare_models() -> None:
    """Import what questions and an indexer import. Nothing is computed: that would start threads."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read at import
    _import(
        *("search_api.cli", "search_api.commands.query", "search_api.asking", "search_api.opening"),
        *("indexer.cli", "indexer.worker", "indexer.embedding.local", "sentence_transformers"),
        *("transformers.models.bert.modeling_bert", "transformers.models.bert.tokenization_bert"),
    )
    _rehearse()
    gc.freeze()


FAKED: Final = "faked-"
PROGRAMS: Final[Mapping[str, Callable[[], None]]] = {
    "crawler": prepare_crawler,
    "models": prepare_models,
    f"{FAKED}crawler": prepare_crawler,
}
"""The waiting processes by name. That of a faked clock was begun with libfaketime, which looks for the
clock's file in the environment each time."""


def program_of(module: str, environment: Mapping[str, str]) -> str:
    """Which of them runs `python -m MODULE` in an environment."""
    program = "crawler" if module.partition(".")[0] == "crawler" else "models"
    return FAKED + program if CLOCK_VARIABLE in environment else program


def before(module: str, arguments: Sequence[str]) -> None:
    """In the copy, before its command begins: it is a process of its own to all that ask who crawls, and a
    crawl's parsers are made while there is one thread."""
    from catalog import holder

    vars(holder).update(_TOKEN=secrets.token_hex(4), _SINCE=int(time.time()))
    if module.startswith("crawler") and arguments[:1] == ["sync"]:
        from crawler.sync.started_parser import most_parsers

        _made_before.extend(_copied_parser() for _ in range(most_parsers()))


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


def _copied_parser() -> StartedParser:
    from crawler.sync import parser_process
    from crawler.sync.started_parser import StartedParser

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
