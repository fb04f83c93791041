"""The `indexer` command line and the crawler's child process, with the real model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.cli import app
from settings.load import load_settings
from tests.indexer.pipeline.support import add, open_from, served

MODEL = "all-MiniLM-L6-v2-53aa51172d14"
CONFIGURATION = """
version: 1
store: {{database: "sqlite:///{folder}/catalog.db", directory: "{folder}/data"}}
connectors:
  - {{name: intranet, seeds: ["https://intranet.example/"], access: public}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "connectors.yaml"
    file.write_text(CONFIGURATION.format(folder=tmp_path))
    return file


def add_pages(config: Path, *names: str) -> None:
    catalog = open_from(load_settings(config))
    for name in names:
        add(catalog, f"https://intranet.example/{name}", f"Everything about {name}.")
    catalog.close()


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_run_indexes_status_counts_and_rebuild_embeds_nothing(config: Path) -> None:
    add_pages(config, "vacation", "expenses")
    code, output, _ = call("run", "--config", str(config), "--json")
    assert code == 0
    assert json.loads(output) == {"documents": 2, "chunks": 2, "embedded": 2, "pending": 0}
    assert len(found_real(config)) == 2

    code, output, _ = call("rebuild", "--config", str(config), "--json")
    assert code == 0
    assert json.loads(output) == {"documents": 2, "chunks": 2, "embedded": 0, "pending": 0}

    code, output, _ = call("status", "--config", str(config), "--json")
    status = json.loads(output)
    assert code == 0
    assert {key: status[key] for key in ("documents", "chunks", "embeddings", "pending", "writer")} == {
        "documents": 2,
        "chunks": 2,
        "embeddings": 2,
        "pending": 0,
        "writer": None,
    }
    (model,) = status["models"]
    assert (model["model"], model["rows"], model["live"], model["faults"]) == (MODEL, 2, 2, [])
    assert status["lexical_bytes"] > 0

    code, output, _ = call("status", "--config", str(config))
    assert code == 0
    assert "2 rows (2 live)" in output


def found_real(config: Path) -> list[int]:
    from indexer.vectors.reader import VectorReader

    build = served(load_settings(config))
    assert build is not None
    reader = VectorReader.open(build.vectors)
    return [] if reader.manifest is None else list(range(reader.live))


def test_the_worker_indexes_until_its_input_closes_and_tells_each_batch(config: Path) -> None:
    add_pages(config, "vacation")
    with subprocess.Popen(
        [sys.executable, "-m", "indexer.worker", "--config", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert json.loads(worker.stdout.readline()) == {
            "documents": 1,
            "chunks": 1,
            "embedded": 1,
            "pending": 0,
        }
        add_pages(config, "expenses", "sickness")
        worker.stdin.close()
        lines = [json.loads(line) for line in worker.stdout]
        assert worker.wait() == 0
    assert sum(line["documents"] for line in lines) == 2
    assert lines[-1]["pending"] == 0


def test_a_worker_without_work_ends_well_though_the_model_is_still_loading(config: Path) -> None:
    add_pages(config)
    done = subprocess.run(
        [sys.executable, "-m", "indexer.worker", "--config", str(config)],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (config.parent / "data" / "indexer.lock").exists()


def test_what_is_wrong_with_a_model_that_was_loaded_ahead_is_told_once_there_is_work(config: Path) -> None:
    config.write_text(config.read_text() + f"index: {{model: '{config.parent}/none'}}\n")
    command = [sys.executable, "-m", "indexer.worker", "--config", str(config)]
    add_pages(config)
    idle = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert (idle.returncode, idle.stderr) == (0, "")
    add_pages(config, "vacation")
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"`index.model` names the folder {config.parent}/none, which does not exist\n"


def test_the_worker_says_why_it_cannot_work(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "indexer.worker", "--config", str(tmp_path / "none.yaml")],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_server_that_cannot_be_reached_is_named_and_the_work_kept(config: Path) -> None:
    config.write_text(config.read_text() + "index: {model: {url: 'http://127.0.0.1:9/v1', name: embedder}}\n")
    add_pages(config, "vacation")
    code, _, errors = call("run", "--config", str(config))
    assert code == 1
    assert "the embedding server http://127.0.0.1:9/v1" in errors
    assert "what is pending is kept, and `indexer run` goes on" in errors


def test_a_missing_configuration_is_a_wrong_call(tmp_path: Path) -> None:
    code, _, errors = call("status", "--config", str(tmp_path / "none.yaml"))
    assert code == 2
    assert "does not exist" in errors


def test_bench_measures_each_format(config: Path) -> None:
    code, output, _ = call("bench", "--config", str(config), "--chunks", "8", "--json")
    measured = json.loads(output)["precisions"]
    assert code == 0
    assert measured[0]["precision"] == "float32"
    assert all(speed["chunks_per_second"] > 0 and speed["query_ms"] > 0 for speed in measured)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from indexer.cli import app\n"
        "heavy = {'torch', 'faiss', 'numpy', 'sqlalchemy', 'tantivy', 'pydantic'} & set(sys.modules)\n"
        "print(sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_status_names_damaged_segments(config: Path) -> None:
    from indexer.pipeline import Pipeline
    from tests.indexer.pipeline.support import WordEmbedder

    add_pages(config, "vacation")
    settings = load_settings(config)
    catalog = open_from(settings)
    with Pipeline(catalog, settings, embedder=WordEmbedder()) as pipeline:
        pipeline.run_once()
    catalog.close()
    (rows,) = config.parent.glob("data/index/build-*/vectors/segments/*/rows.npy")
    rows.write_bytes(b"")
    code, output, _ = call("status", "--config", str(config), "--json")
    (model,) = json.loads(output)["models"]
    assert code == 0
    assert (model["rows"], model["live"]) == (1, 0)
    assert "rows.npy is damaged" in model["faults"][0]


def test_a_busy_index_is_a_failure_that_names_the_other_process(config: Path) -> None:
    from indexer.layout import IndexLayout
    from indexer.lock import IndexerLock

    add_pages(config, "vacation")
    lock = IndexerLock(IndexLayout(load_settings(config).store.directory).lock)
    lock.acquire()
    code, _, errors = call("run", "--config", str(config))
    lock.release()
    assert code == 1
    assert "is writing the indexes: wait for it to end, or end it" in errors
