"""What the commands share at the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from settings.console import ExitCode, load_or_exit, print_json, stop
from tests.settings.configurations import with_connector, write


def test_a_good_file_is_loaded(tmp_path: Path) -> None:
    path = write(tmp_path, with_connector("attachments: false"))
    assert load_or_exit(path).connectors[0].name == "site"


def test_faults_go_to_standard_error_one_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, with_connector("scope: {max_depth: ten}\ncolour: red"))
    with pytest.raises(typer.Exit) as caught:
        load_or_exit(path)
    assert caught.value.exit_code == ExitCode.WRONG_CALL
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split(": ")[0] for line in captured.err.splitlines()] == [f"{path}:5:24", f"{path}:6:5"]


def test_a_missing_file_names_the_command_that_makes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "connectors.yaml"
    with pytest.raises(typer.Exit) as caught:
        load_or_exit(path)
    assert caught.value.exit_code == 2
    assert capsys.readouterr().err == f"{path} does not exist: `crawler init {path}` writes a starter\n"


def test_json_goes_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json({"at": datetime(2026, 11, 23, tzinfo=UTC), "name": "ä"})
    assert json.loads(capfdbinary.readouterr().out) == {"at": "2026-11-23T00:00:00+00:00", "name": "ä"}


def test_stopping_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as caught:
        stop("no", ExitCode.FAILED)
    assert caught.value.exit_code == 1
    assert capsys.readouterr().err == "no\n"
