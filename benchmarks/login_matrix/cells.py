"""One cell of the matrix: serve, sync, and compare what came of it with what must."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from benchmarks.login_matrix.trial import Case, Make, Trial
from crawler.sync.not_yet import unsupported
from settings.load import load_settings
from tests.support.proxies import RealProxy, serve_squid
from tests.support.syncing import configure, sync

MOST_REJECTED: Final = 2
"""Attempts with one secret: lockout protection."""

ASKS_NOBODY: Final = {("client_certificate", Case.EXPIRES), ("kerberos", Case.WRONG)}
"""What is found out before a site is asked for anything: by the certificate's date, by the realm."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of it. `said` is the sentence of the summary, `counted` what the server counted."""

    is_good: bool
    state: str
    pages: int
    expected: int
    counted: str
    said: str | None = None

    def __str__(self) -> str:
        mark = "✓" if self.is_good else "✗"
        return f"{mark} {self.state}, {self.pages} of {self.expected}; {self.counted}"


def run_cell(make: Make, case: Case, *, proxied: bool, render: str) -> Cell:
    """Crawl the case's site in a catalog of its own; a server that is missing here says so."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sitelore-matrix-")))
        (folder / "site").mkdir()
        try:
            trial = stack.enter_context(make(case, folder / "site"))
            proxy = stack.enter_context(_proxy_for(trial)) if proxied else None
        except pytest.skip.Exception as missing:
            return Cell(False, f"not run: {missing}", 0, 0, "")
        return _crawl(trial, case, proxy, render, folder)


def _proxy_for(trial: Trial) -> AbstractContextManager[RealProxy]:
    ports = [parts.port for seed in trial.seeds if (parts := urlsplit(seed)).scheme == "https" and parts.port]
    return serve_squid(names=trial.names, tunnelled=[443, *dict.fromkeys(ports)])


def _crawl(trial: Trial, case: Case, proxy: RealProxy | None, render: str, folder: Path) -> Cell:
    way: dict[str, Any] = {} if proxy is None else {"proxy": {"url": f"http://{proxy.name}"}}
    connector: dict[str, Any] = {
        "name": "site",
        "seeds": list(trial.seeds),
        "access": "public",
        "auth": dict(trial.auth),
    }
    config = configure(folder, {**connector, "render": render, **way, **trial.more})
    for sentence in unsupported(load_settings(config).connectors[0]):
        return Cell(False, f"not yet: {sentence}", 0, trial.pages, "")
    run = sync(config).run
    pages = run["documents"] + run["duplicates"]
    counted = trial.counted()
    is_good = _is_as_expected(trial, case, run["state"], pages, run["error"])
    if proxy is not None:
        hosts = {urlsplit(seed).netloc for seed in trial.seeds}
        lines = sum(len(proxy.lines_with(host, at_least=1)) for host in hosts)
        counted += f"; {lines} by squid"
        is_good = is_good and (lines > 0 or (trial.auth["type"], case) in ASKS_NOBODY)
    return Cell(is_good, run["state"], pages, trial.pages, counted, run["error"])


def _is_as_expected(trial: Trial, case: Case, state: str, pages: int, error: str | None) -> bool:
    if case is Case.RIGHT or (case is Case.EXPIRES and trial.renews):
        return state == "succeeded" and pages == trial.pages and trial.rejected() == 0
    if case is Case.WRONG:
        return state == "failed" and pages == 0 and trial.rejected() <= MOST_REJECTED and bool(error)
    return state in ("failed", "incomplete") and pages < trial.pages and bool(error)
