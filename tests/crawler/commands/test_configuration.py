"""`crawler init`, `validate` and `schema`, as a person calls them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.support.warm_crawler import warm_crawler

ROOT = Path(__file__).resolve().parents[3]
STARTER = (ROOT / "settings" / "starter.yaml").read_text(encoding="utf-8")
GOOD = """
version: 1
connectors:
  - name: intranet
    seeds: [https://a.example/, https://b.example/]
    auth: {type: basic, username: eva, password: '${env:PASSWORD}'}
    access: [{match: /hr/, allow: ['group:hr']}, {match: '', allow: [everyone]}]
    sync: {schedule: 0 2 * * 1-5}
  - name: handbook
    sitemaps: [https://c.example/sitemap.xml]
"""
BAD = "version: 1\nconnectors:\n  - name: a\n    seed: [https://a.example/]\n    scope: {max_depth: ten}\n"


def crawler(
    *arguments: str, folder: Path, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return warm_crawler().call(*arguments, folder=folder, variables={"COLUMNS": "200", **(environ or {})})


def test_init_writes_the_starter_and_says_what_comes_next(tmp_path: Path) -> None:
    done = crawler("init", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "connectors.yaml").read_text(encoding="utf-8") == STARTER
    assert "crawler validate --config connectors.yaml" in done.stdout
    assert "crawler schema > connectors.schema.json" in done.stdout


def test_what_init_writes_is_valid(tmp_path: Path) -> None:
    crawler("init", "deep/er/site.yaml", folder=tmp_path)
    done = crawler("validate", "--config", "deep/er/site.yaml", folder=tmp_path)
    assert done.returncode == 0
    assert done.stderr == f"{tmp_path}/deep/er/site.yaml is valid.\n"


def test_init_overwrites_nothing_unasked(tmp_path: Path) -> None:
    mine = tmp_path / "connectors.yaml"
    mine.write_text("mine")
    done = crawler("init", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "connectors.yaml is there already: nothing was written; `--force` replaces it\n"
    assert mine.read_text() == "mine"
    assert crawler("init", "--force", folder=tmp_path).returncode == 0
    assert mine.read_text(encoding="utf-8") == STARTER


def test_init_in_a_folder_writes_a_file_there(tmp_path: Path) -> None:
    assert crawler("init", ".", folder=tmp_path).returncode == 0
    assert (tmp_path / "connectors.yaml").exists()


def test_init_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = crawler("init", "file/connectors.yaml", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "file/connectors.yaml cannot be written: File exists\n"


def test_validate_shows_each_connector_at_a_glance(tmp_path: Path) -> None:
    (tmp_path / "connectors.yaml").write_text(GOOD)
    done = crawler("validate", folder=tmp_path, environ={"PASSWORD": "hunter2"})
    assert done.returncode == 0
    intranet, handbook = done.stdout.splitlines()[1:]
    assert intranet.split("  ")[0] == "intranet"
    for word in ("2 seeds", "host", "100,000", "basic", "2 rules", "0 2 * * mon,tue,wed,thu,fri"):
        assert word in intranet
    for word in ("handbook", "1 sitemap", "none", "public", "when asked"):
        assert word in handbook
    assert "hunter2" not in done.stdout + done.stderr


def test_validate_as_json(tmp_path: Path) -> None:
    (tmp_path / "connectors.yaml").write_text(GOOD)
    done = crawler("validate", "--json", folder=tmp_path, environ={"PASSWORD": "hunter2"})
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert (answer["valid"], answer["faults"]) == (True, [])
    assert [connector["name"] for connector in answer["connectors"]] == ["intranet", "handbook"]
    assert answer["connectors"][0]["auth"] == ["basic"]


def test_validate_prints_every_fault_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "connectors.yaml").write_text(BAD)
    done = crawler("validate", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "connectors.yaml:3:5: `seeds` is missing: give a connector one of `seeds`, `seeds_file`, `sitemaps`",
        "connectors.yaml:4:5: unknown key `seed`; did you mean `seeds`?",
        "connectors.yaml:5:24: `scope.max_depth` must be a whole number, found `ten`",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["connectors.yaml"]


def test_validate_prints_faults_as_json_too(tmp_path: Path) -> None:
    (tmp_path / "connectors.yaml").write_text(BAD)
    done = crawler("validate", "--json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    answer = json.loads(done.stdout)
    assert answer["valid"] is False
    assert answer["faults"][1] == {
        "file": "connectors.yaml",
        "line": 4,
        "column": 5,
        "message": "unknown key `seed`; did you mean `seeds`?",
    }


def test_the_configuration_may_be_named_by_the_environment(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(BAD)
    done = crawler("validate", folder=tmp_path, environ={"SITELORE_CONFIG": "other.yaml"})
    assert done.stderr.startswith("other.yaml:3:5: ")


def test_validate_without_a_file(tmp_path: Path) -> None:
    done = crawler("validate", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "connectors.yaml does not exist: `crawler init connectors.yaml` writes a starter\n"


def test_schema_prints_a_valid_schema(tmp_path: Path) -> None:
    done = crawler("schema", folder=tmp_path)
    assert done.returncode == 0
    Draft202012Validator.check_schema(json.loads(done.stdout))


def test_the_starter_names_its_schema_in_the_first_line() -> None:
    assert STARTER.startswith("# yaml-language-server: $schema=connectors.schema.json\n")
    assert "crawler schema > connectors.schema.json" in STARTER


def test_the_sample_at_the_top_is_the_starter() -> None:
    assert (ROOT / "connectors.yaml").read_text(encoding="utf-8") == STARTER


@pytest.mark.parametrize(
    "arguments", [["--help"], ["init", "--help"], ["validate", "--help"], ["schema", "--help"]]
)
def test_help_is_plain_text(tmp_path: Path, arguments: list[str]) -> None:
    done = crawler(*arguments, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")


def test_an_unknown_command_is_a_wrong_call(tmp_path: Path) -> None:
    assert crawler("sink", folder=tmp_path).returncode == 2
