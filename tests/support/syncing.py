"""`crawler sync` as its users run it: a process of its own, and what it left in the catalog."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml
from sqlalchemy import select

from catalog.content import unpack_blocks
from catalog.database import open_catalog
from catalog.run_report import RefusedHost, ReportRow, refused_hosts, report_rows
from catalog.runs import recent_runs
from catalog.tables import access_lists, documents, urls
from settings.load import load_settings
from tests.support.warm.copies import Copy
from tests.support.warm_crawler import warm_crawler

FAST: Mapping[str, Any] = {"requests_per_minute": "unlimited", "concurrency": 8}
"""Politeness towards a server of our own."""

QUICK: Mapping[str, Any] = {"render": "never", "discover_sitemaps": False}
"""What a test does not look at unless it says so."""

PATIENCE_SECONDS = 120
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Synced:
    """How a sync ended: its exit code, the summary of each connector's run, what it said meanwhile."""

    code: int
    runs: Mapping[str, Mapping[str, Any]]
    said: str

    @property
    def run(self) -> Mapping[str, Any]:
        """The only run."""
        (run,) = self.runs.values()
        return run


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A living document of the catalog."""

    id: str
    url: str
    title: str
    version: int
    fields: Mapping[str, Any]
    allow: tuple[str, ...]
    pending: bool


def configure(folder: Path, *connectors: Mapping[str, Any], **sections: Any) -> Path:
    """Write a connectors.yaml into a folder; connectors are quick unless they say otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "connectors.yaml"
    quick = [{**QUICK, "politeness": dict(FAST), **connector} for connector in connectors]
    path.write_text(yaml.safe_dump({"version": 1, **sections, "connectors": quick}), encoding="utf-8")
    return path


def command(config: Path, *arguments: str) -> Sequence[str]:
    """The command line of a sync that crawls only and prints JSON."""
    return (sys.executable, "-m", "crawler", *_arguments(config, *arguments))


def sync(config: Path, *arguments: str) -> Synced:
    """Run a sync to its end: the command line in a process that has imported all it needs."""
    finished = warm_crawler().run(_arguments(config, *arguments), seconds=PATIENCE_SECONDS)
    return read_output(finished.returncode, finished.stdout, finished.stderr)


def _arguments(config: Path, *arguments: str) -> Sequence[str]:
    return ("sync", "--config", str(config), "--no-index", "--json", *arguments)


def read_output(code: int, out: bytes, err: bytes) -> Synced:
    """What a finished sync printed; standard output is one JSON document or nothing at all."""
    said = err.decode()
    assert "Traceback" not in said, said
    runs = orjson.loads(out)["runs"] if out else []
    return Synced(code, {run["connector"]: run for run in runs}, said)


def start(config: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> Copy:
    """Begin a sync, with `variables` in its environment beside those of this process; the caller ends it."""
    return warm_crawler().start(_arguments(config, *arguments), variables=variables)


def finish(process: Copy | subprocess.Popen[bytes]) -> Synced:
    """Wait for a sync that was begun."""
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return read_output(process.wait(), out, err)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the catalog holds: every row of the ledger, living documents by URL, hosts out of scope."""

    ledger: Mapping[str, ReportRow]
    documents: Mapping[str, KeptDocument]
    details: Mapping[str, str | None]
    hosts: Mapping[str, RefusedHost]

    def verdicts(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of every URL."""
        return {url: (row.state, row.reason) for url, row in self.ledger.items()}


def kept(config: Path) -> Kept:
    """Read the catalog of a configuration. Every URL has one row: two would raise."""
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        with catalog.read() as connection:
            numbers = [run.id for run in recent_runs(connection, limit=1000)]
            rows = [row for number in numbers for row in report_rows(connection, number)]
            hosts = {
                host.host: host for number in reversed(numbers) for host in refused_hosts(connection, number)
            }
            ledger = {row.url: row for row in rows}
            assert len(ledger) == len(rows)
            living = (
                select(documents, access_lists.c.allow)
                .join(access_lists, access_lists.c.id == documents.c.access_id, isouter=True)
                .where(documents.c.deleted_at.is_(None))
            )
            found = {
                row.url: KeptDocument(
                    row.id, row.url, row.title, row.version, row.fields, tuple(row.allow or ()), row.pending
                )
                for row in connection.execute(living)
            }
            details = {row.url: row.detail for row in connection.execute(select(urls.c.url, urls.c.detail))}
    finally:
        catalog.close()
    return Kept(ledger, found, details, hosts)


def document_texts(config: Path, secrets: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What the living documents of a configuration's catalog say, by their URL; blocks stand on lines.

    `secrets` are the variables that the configuration names.
    """
    settings = load_settings(config, secrets)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        with catalog.read() as connection:
            living = select(documents.c.url, documents.c.content).where(documents.c.deleted_at.is_(None))
            rows = connection.execute(living).all()
    finally:
        catalog.close()
    return {row.url: "\n".join(block.text for block in unpack_blocks(row.content)) for row in rows}
