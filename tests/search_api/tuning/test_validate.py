"""`search-api validate` and `crawler validate` over tuning files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.database import open_catalog
from settings.load import load_settings
from tests.catalog.rows import add_document
from tests.support.warm_crawler import warm_crawler, warm_search

CONFIGURATION = """
version: 1
store: {database: sqlite:///data/catalog.db, directory: data}
search:
  synonyms: {de: de.txt}
  featured: featured.yaml
  faq: [faq.csv, faq.json]
connectors:
  - {name: intranet, seeds: [https://intranet.example.com/], access: public}
"""
INDEXED = "https://intranet.example.com/page"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "connectors.yaml"
    file.write_text(CONFIGURATION)
    (tmp_path / "de.txt").write_text("Lohn, Gehalt\n")
    (tmp_path / "featured.yaml").write_text(f"featured:\n  - queries: a\n    results: [{INDEXED}]\n")
    (tmp_path / "faq.csv").write_text("When?,Now.\n")
    (tmp_path / "faq.json").write_text('{"faq": [{"question": "Who?", "answer": "Eva."}]}')
    return file


def test_valid_files_are_listed_with_their_entries(config: Path) -> None:
    done = warm_search().call("validate", "--config", str(config))
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        [kind, "1", "entries", str(config.parent / name)]
        for kind, name in (
            ("synonyms", "de.txt"), ("featured", "featured.yaml"), ("faq", "faq.csv"), ("faq", "faq.json"),
        )
    ]  # fmt: skip
    assert done.stderr == "Everything is valid.\n"
    assert not (config.parent / "data").exists(), "a check makes no catalog"


def test_every_fault_of_every_file_is_told_with_its_place(config: Path) -> None:
    folder = config.parent
    (folder / "de.txt").write_text("Lohn, Gehalt\nallein\n")
    (folder / "featured.yaml").write_text("featured: [{queries: a, results: nowhere}]")
    (folder / "faq.csv").unlink()
    expected = [
        f"{folder}/de.txt:2:1: a rule needs two words at least: `a, b` or `a => b`",
        f"{folder}/featured.yaml:1:34: `featured[0].results` must be an absolute address such as "
        "https://intranet.example.com/, found `nowhere`",
        f"{folder}/faq.csv:1:1: the file cannot be read (no such file or directory)",
    ]
    done = warm_search().call("validate", "--config", str(config))
    assert (done.returncode, done.stderr.splitlines()) == (2, expected)
    done = warm_crawler().call("validate", "--config", str(config))
    assert (done.returncode, done.stderr.splitlines()) == (2, expected)
    for warm in (warm_search(), warm_crawler()):
        told = json.loads(warm.call("validate", "--json", "--config", str(config)).stdout)
        assert not told["valid"]
        assert [(fault["line"], fault["column"]) for fault in told["faults"]] == [(2, 1), (1, 34), (1, 1)]


def test_a_block_list_that_keeps_the_service_from_starting_is_told(config: Path) -> None:
    config.write_text(CONFIGURATION.replace("search:", "search:\n  suggestions: {block: blocked.txt}"))
    done = warm_search().call("validate", "--config", str(config))
    told = f"{config.parent}/blocked.txt:1:1: the file cannot be read (no such file or directory)"
    assert (done.returncode, done.stderr.splitlines()) == (2, [told])
    (config.parent / "blocked.txt").write_text("salary\n\nlayoffs\n")
    done = warm_search().call("validate", "--config", str(config))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].split() == ["block", "2", "entries", f"{config.parent}/blocked.txt"]


def test_featured_addresses_that_no_document_has_are_told(config: Path) -> None:
    store = load_settings(config).store
    catalog = open_catalog(store.database, store.directory)
    with catalog.write() as connection:
        add_document(connection, INDEXED)
    catalog.close()
    featured = config.parent / "featured.yaml"
    featured.write_text(f"featured:\n  - queries: a\n    results: [{INDEXED}, {INDEXED}s]\n")
    done = warm_search().call("validate", "--json", "--config", str(config))
    assert done.returncode == 0
    place = f"{featured}:3:{len(f'    results: [{INDEXED}, ') + 1}"
    assert json.loads(done.stdout)["notices"] == [
        f"{place}: no document has the address {INDEXED}s: it is not shown"
    ]


def test_faults_of_the_configuration_itself_are_told_first(config: Path) -> None:
    config.write_text(CONFIGURATION.replace("featured:", "feature:"))
    done = warm_search().call("validate", "--config", str(config))
    assert done.returncode == 2
    assert "unknown key `feature`; did you mean `featured`?" in done.stderr
