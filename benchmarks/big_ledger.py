"""A made-up ledger of any size: hosts, referrers, verdicts by every kind of rule, documents and chunks."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from catalog.access_rules import follow_access_rules
from catalog.connectors import connector_id
from catalog.content import pack_blocks, pack_links
from catalog.database import open_catalog
from catalog.document import Block, BlockKind, url_key
from catalog.runs import begin_run, finish_run
from catalog.vocabulary import PUBLIC, RunMode, RunState

CONNECTOR: Final = "big"
_SECTIONS: Final = ("docs", "blog", "products", "archive", "tags", "people", "news", "files")
_BATCH: Final = 20_000
_NOW: Final = datetime(2026, 11, 20, 3, tzinfo=UTC).isoformat(" ")
_ROBOTS: Final = (
    b"User-agent: *\nDisallow: /private/\nDisallow: /*?print=\nAllow: /private/open/\nCrawl-delay: 1\n"
)

# state, reason, rule, and how many of a hundred URLs; what was indexed has a document.
_VERDICTS: Final[tuple[tuple[str, str | None, str | None, int], ...]] = (
    ("indexed", None, None, 40),
    ("unchanged", None, None, 20),
    ("refused", "excluded_by_crawl_filter", "filters.crawl.exclude[1] '[?&]sort='", 8),
    ("refused", "robots_disallowed", "robots.txt: Disallow: /private/", 4),
    ("refused", "too_deep", "scope.max_depth 10", 3),
    ("refused", "excluded_by_index_filter", "filters.index.exclude[0] '/tags/'", 6),
    ("refused", "noindex", "robots noindex", 3),
    ("duplicate", "duplicate_of", None, 5),
    ("redirect", None, None, 5),
    ("gone", "not_found", None, 3),
    ("failed", "timeout", None, 1),
    ("queued", None, None, 2),
)

CONFIGURATION: Final = """\
version: 1
store: {{database: 'sqlite:///catalog.db', directory: data}}
connectors:
  - name: big
    seeds: ['{seed}']
    scope: {{follow: any, max_depth: {depth}, max_pages: 2000000}}
    filters:
      crawl: {{exclude: ['/logout', '[?&]sort=', {exclude}]}}
      index: {{exclude: [{index}]}}
    politeness: {{requests_per_minute: unlimited}}
    render: never
"""


def configure(folder: Path, seed: str, *, edited: bool) -> Path:
    """Write the configuration by which the ledger was made, or one with four rules changed."""
    rules = (
        {"depth": 12, "exclude": "'/archive/2[0-4]'", "index": "'/people/'"}
        if edited
        else {"depth": 10, "exclude": "'/never-there/'", "index": "'/tags/'"}
    )
    path = folder / "connectors.yaml"
    path.write_text(CONFIGURATION.format(seed=seed, **rules), encoding="utf-8")
    return path


def fill(folder: Path, urls: int, hosts: int, seed_url: str) -> str:
    """Make `catalog.db` in a folder; return the URL of a page deep in it that has a document."""
    catalog = open_catalog(f"sqlite:///{folder / 'catalog.db'}", folder / "data")
    with catalog.write() as connection:
        number = connector_id(connection, CONNECTOR)
        follow_access_rules(connection, number, [""], [PUBLIC], lambda _url: PUBLIC)
        run = begin_run(connection, number, RunMode.FULL, "made up")
        finish_run(connection, run.id, RunState.SUCCEEDED, counts={}, seconds=3600.0)
    catalog.close()
    database = sqlite3.connect(folder / "catalog.db", isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("BEGIN")
    database.executemany(
        "INSERT INTO robots (origin, status, body, fetched_at, expires_at) VALUES (?, 200, ?, ?, ?)",
        [(f"https://h{host}.example", _ROBOTS, _NOW, _NOW) for host in range(hosts)],
    )
    database.execute(_INSERT_URL, _seed_row(number, run.id, seed_url))
    last = ""
    batch: list[tuple[Any, ...]] = []
    for row in _rows(number, run.id, urls, hosts):
        batch.append(row)
        if row[8] == "indexed":
            last = row[3]
        if len(batch) == _BATCH:
            _write(database, number, run.id, batch)
            batch.clear()
    _write(database, number, run.id, batch)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return last


def grow_old(folder: Path, mark: bytes) -> None:
    """Let the ledger look as after many incremental runs under the settings of the last run begun.

    All pages were read by the rules of `mark` two days ago, at the end of thirty visits in two hundred days
    at which some had changed more often than others: one in twenty URLs is due. Each thousandth is a hub.
    """
    visited, first = (datetime.now(UTC) - timedelta(days=days) for days in (2, 202))
    database = sqlite3.connect(folder / "catalog.db", isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    database.execute("BEGIN")
    database.execute(
        "UPDATE runs SET settings_hash = (SELECT settings_hash FROM runs ORDER BY id DESC LIMIT 1)"
    )
    database.execute(_GROW_OLD, (mark, _written(visited), _written(first)))
    database.execute("DELETE FROM hubs")
    database.execute(
        "INSERT INTO hubs (url_id, connector_id) SELECT id, connector_id FROM urls WHERE id % 1000 = 1"
    )
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


_GROW_OLD: Final = """\
UPDATE urls SET run_id = (SELECT min(id) FROM runs), visits = 30, changes = id % 30,
  state = CASE WHEN state = 'queued' THEN 'unchanged' ELSE state END,
  read_by = CASE WHEN content_hash IS NOT NULL THEN ?1 END,
  fetched_at = CASE WHEN state != 'refused' OR content_hash IS NOT NULL THEN ?2 END,
  first_read_at = CASE WHEN state != 'refused' OR content_hash IS NOT NULL THEN ?3 END
"""


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


_COLUMNS: Final = (
    "id, connector_id, key, url, host, depth, referrer_id, found_by, state, reason, rule, run_id, status,"
    " content_type, size, renderer, attempts, fetched_at,"
    " fetch_ms, etag, body_hash, content_hash, document_id"
)
_INSERT_URL: Final = f"INSERT INTO urls ({_COLUMNS}) VALUES ({', '.join('?' * 23)})"
_INSERT_DOCUMENT: Final = (
    "INSERT INTO documents (id, connector_id, url_id, url, kind, version, title, language, fields, content,"
    " content_hash, access_id, created_at, changed_at, fetched_at, run_id, pending)"
    " VALUES (?, ?, ?, ?, 'page', 1, ?, 'en', '{}', ?, ?, ?, ?, ?, ?, ?, 0)"
)
_INSERT_CHUNK: Final = (
    'INSERT INTO chunks (document_id, version, ordinal, text, heading_path, start, "end", embedding_key)'
    " VALUES (?, 1, ?, ?, ?, ?, ?, ?)"
)
_TEXT: Final = "Grey gulls sit on the harbour wall at noon and wait for the boats to come home. " * 8


def _seed_row(number: int, run_id: int, url: str) -> tuple[Any, ...]:
    key = url_key(CONNECTOR, url)
    host = url.split("/")[2]
    indexed = ("indexed", None, None, run_id, 200, "text/html", 9_000, "http", 1, _NOW, 40, None, key, key)
    return (1, number, key, url, host, 0, None, "seed", *indexed, key.hex())


def _rows(number: int, run_id: int, urls: int, hosts: int) -> Iterator[tuple[Any, ...]]:
    """Ledger rows as a crawl leaves them: each was met through an earlier one, three links a page."""
    chance = random.Random(7)
    kinds = [(state, reason, rule) for state, reason, rule, share in _VERDICTS for _ in range(share)]
    depths = {1: 0}
    for row_id in range(2, urls + 1):
        state, reason, rule = kinds[chance.randrange(100)]
        referrer = max(1, row_id // 3)
        depth = min(depths[1] + len(f"{row_id:b}") // 2, 11)
        host = f"h{chance.randrange(hosts)}.example"
        url = f"https://{host}/{_path(row_id, chance, reason)}"
        key = url_key(CONNECTOR, url)
        fetched = state in ("indexed", "unchanged", "duplicate") or reason in (
            "noindex",
            "excluded_by_index_filter",
        )
        answer = (
            (200, "text/html; charset=utf-8", chance.randrange(2_000, 90_000), "http", 1, _NOW)
            if fetched
            else (None, None, None, None, 0, None)
        )
        copy = (chance.randrange(20, 400), f'"{row_id:x}"', key, key) if fetched else (None, None, None, None)
        document = key.hex() if state in ("indexed", "unchanged") else None
        yield (
            *(row_id, number, key, url, host, 11 if reason == "too_deep" else depth, referrer, "link"),
            *(state, reason, rule, run_id, *answer, *copy, document),
        )


def _path(row_id: int, chance: random.Random, reason: str | None) -> str:
    section = _SECTIONS[row_id % len(_SECTIONS)]
    if reason == "robots_disallowed":
        return f"private/{row_id}"
    if reason == "excluded_by_index_filter":
        return f"tags/{row_id}"
    query = f"?sort={row_id % 7}" if reason == "excluded_by_crawl_filter" else ""
    return f"{'blog' if section == 'tags' else section}/{chance.randrange(10, 99)}/page-{row_id}.html{query}"


def _write(database: sqlite3.Connection, number: int, run_id: int, batch: list[tuple[Any, ...]]) -> None:
    content = pack_blocks([Block(BlockKind.PARAGRAPH, _TEXT)])
    database.executemany(_INSERT_URL, batch)
    kept = [row for row in batch if row[-1] is not None]
    times = (_NOW, _NOW, _NOW, run_id)
    database.executemany(
        _INSERT_DOCUMENT,
        [
            (row[-1], number, row[0], row[3], f"Page {row[0]}", content, row[2], PUBLIC, *times)
            for row in kept
        ],
    )
    heading = orjson.dumps(["A chapter", "A section"]).decode()
    database.executemany(
        _INSERT_CHUNK,
        [
            (row[-1], part, _TEXT[:300], heading, part * 300, part * 300 + 300, row[2])
            for row in kept
            for part in range(2)
        ],
    )
    links = pack_links([(f"https://h{step}.example/docs/{step}", False) for step in range(30)])
    database.executemany(
        "INSERT INTO page_links (url_id, links) VALUES (?, ?)", [(row[0], links) for row in kept]
    )
