"""The judged questions about the sample company, asked by `indexer eval` of its crawled sites."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

from benchmarks.floors import GOLDEN, Measured
from examples.intranet.server import DEFAULT_PASSWORDS
from tests.support.intranet import serve_intranet


def measure_intranet() -> Measured:
    """Serve, crawl and index all sites; nDCG@10 of golden.jsonl, each question with its principals."""
    environment = os.environ | DEFAULT_PASSWORDS
    with tempfile.TemporaryDirectory() as folder, serve_intranet() as intranet:
        config, queries = intranet.write_configuration(Path(folder)), Path(folder) / "golden.jsonl"
        queries.write_text(intranet.configuration(GOLDEN), encoding="utf-8")
        named = ("--config", str(config))
        sync = [sys.executable, "-m", "crawler", "sync", *named]
        subprocess.run(sync, env=environment, stdout=sys.stderr, check=True)
        evaluate = [sys.executable, "-m", "indexer", "eval", str(queries), "--json", *named]
        done = subprocess.run(evaluate, env=environment, stdout=subprocess.PIPE, check=True)
    return read_evaluation(done.stdout)


def read_evaluation(output: bytes) -> Measured:
    """What `indexer eval --json` printed."""
    found = orjson.loads(output)
    return Measured(found["queries"], *(found[mode]["ndcg_at_10"] for mode in ("dense", "lexical", "hybrid")))
