"""`crawler extract`: one JSON object per saved page or file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from crawler.sync import file_reader
from crawler.sync.parser_kind import FILES
from tests.support.made_files import pdf, word_by_hand, word_xml

CONFIGURATION = """
version: 1
fields:
  department: {type: string}
  count: {type: long}
connectors:
  - name: intranet
    seeds: [https://intranet.example.com/]
    content: {exclude: ['css:.draft']}
    field_mappings:
      - {field: department, from: 'const:Human Resources'}
      - {field: count, from: 'const:many'}
"""


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.html").write_text(
        "<title>Rates</title><p>Five euros.</p><p class=draft>Six.</p><a href=b.html>b</a>"
    )
    (folder / "deep/b.html").write_text("<meta name=robots content=noindex><p>Hidden.</p>")
    (folder / "z.pdf").write_bytes(b"%PDF-1.4 junk")
    return folder


def run(*arguments: str | Path) -> tuple[int, list[dict[str, Any]], str]:
    result = CliRunner().invoke(app, ["extract", "--jsonl", *map(str, arguments)])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_each_file_of_a_folder_gives_an_object_with_the_promised_keys(saved: Path) -> None:
    code, objects, _ = run(saved)
    assert code == 0
    assert [set(each) for each in objects] == [
        {"path", "url", "title", "text", "fields", "links", "refused"}
    ] * 3
    first = objects[0]
    assert first["path"] == str(saved / "a.html")
    assert first["url"] == (saved / "a.html").as_uri()
    assert (first["title"], first["text"]) == ("Rates", "Five euros.\n\nSix.\n\nb")
    assert first["links"] == [(saved / "b.html").as_uri()]
    assert first["refused"] is None


def test_refusals_name_their_reason_and_detail(saved: Path) -> None:
    _, objects, _ = run(saved)
    assert objects[1]["refused"] == {"reason": "noindex", "detail": 'the page says "noindex"'}
    assert objects[2]["refused"]["reason"] == "broken_file"
    assert objects[2]["title"] is None


def test_a_csv_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)  # a hole: it takes no disk
    _, (found,), _ = run(path)
    assert found["refused"] == {
        "reason": "too_large",
        "detail": "it has 2,000,000,000 bytes, more than 50,000,000",
    }


def test_a_file_that_takes_too_much_memory_is_refused_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reader, "FILES", replace(FILES, memory=700 * 2**20))
    (tmp_path / "a.xml").write_bytes(b"<r>" + b"<a><b/></a>" * 2_000_000 + b"</r>")
    (tmp_path / "b.pdf").write_bytes(pdf("Mileage rates"))
    (tmp_path / "c.docx").write_bytes(word_by_hand(word_xml("x" + " " * 100_100_000)))
    code, (greedy, rates, bomb), _ = run(tmp_path)
    assert code == 0
    assert bomb["refused"]["reason"] == "decompression_bomb"
    assert greedy["refused"]["reason"] == "parser_crashed"
    assert rates["text"] == "Mileage rates"


def test_a_connector_lends_its_selectors_and_mappings(saved: Path, tmp_path: Path) -> None:
    config = tmp_path / "connectors.yaml"
    config.write_text(CONFIGURATION)
    code, objects, _ = run("--connector", "intranet", "--config", config, saved / "a.html")
    assert code == 0
    assert "Six" not in objects[0]["text"]
    assert objects[0]["fields"]["department"] == "Human Resources"
    assert objects[0]["faults"] == [
        {
            "field": "count",
            "source": "const:many",
            "value": "many",
            "message": "`many` is not a whole number of 64 bits",
        }
    ]


def test_an_unknown_connector_or_path_is_a_wrong_call(saved: Path, tmp_path: Path) -> None:
    config = tmp_path / "connectors.yaml"
    config.write_text(CONFIGURATION)
    code, _, message = run("--connector", "intrant", "--config", config, saved)
    assert code == 2
    assert "has no connector `intrant`; it has: intranet" in message
    code, _, message = run(tmp_path / "absent")
    assert code == 2
    assert message == f"{tmp_path / 'absent'} does not exist\n"
