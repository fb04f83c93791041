"""`crawler sync` at the terminal: what goes to which stream, what it refuses before it begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.support.changing_site import Answer, page, serve_site
from tests.support.embedding_server import serve_embeddings
from tests.support.syncing import PATIENCE_SECONDS, REPOSITORY, configure
from tests.support.warm_crawler import warm_crawler


def crawler(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A sync from a process that has imported all it needs."""
    done = warm_crawler().run(["sync", *arguments], seconds=PATIENCE_SECONDS)
    return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())


def started_crawler(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A sync as people start it."""
    return subprocess.run(
        [sys.executable, "-m", "crawler", "sync", *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        text=True,
    )


def test_json_goes_to_standard_output_and_what_happens_meanwhile_to_standard_error(tmp_path: Path) -> None:
    busy = Answer(b"", 503, headers={"Retry-After": "0"})
    with serve_site({"/": page("Start", "/a"), "/a": page("A"), "/robots.txt": busy}) as site:
        config = configure(
            tmp_path,
            {"name": "closed", "seeds": [site.url()]},
            {"name": "open", "seeds": [site.url()], "politeness": {"robots": {"ignore": "our own host"}}},
        )
        ended = started_crawler("--config", str(config), "--no-index", "--json")
    assert ended.returncode == 1
    runs = {run["connector"]: run for run in orjson.loads(ended.stdout)["runs"]}
    assert (runs["closed"]["state"], runs["open"]["state"]) == ("failed", "succeeded")
    assert "closed: http://127.0.0.1" in ended.stderr
    assert "open: robots.txt is ignored: our own host\n" in ended.stderr
    assert "\x1b" not in ended.stdout + ended.stderr


def test_people_get_a_table_and_sentences(tmp_path: Path) -> None:
    with serve_site({"/": page("Start", "/gone", "/hidden"), "/hidden": Answer(b"", 403)}) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()]})
        ended = started_crawler("--config", str(config), "--no-index", "wiki")
    assert ended.returncode == 0
    head, row, *sentences = ended.stdout.splitlines()
    assert head.split()[:4] == ["connector", "state", "added", "changed"]
    assert row.split()[:3] == ["wiki", "succeeded", "1"]
    assert "wiki: refused 1: forbidden (the server refuses access (403))" in sentences
    assert "\x1b" not in ended.stdout


def test_an_unknown_connector_is_a_wrong_call(tmp_path: Path) -> None:
    config = configure(tmp_path, {"name": "wiki", "seeds": ["http://127.0.0.1:9/"]})
    ended = started_crawler("--config", str(config), "wikki")
    assert ended.returncode == 2
    assert "wikki" in ended.stderr
    assert ended.stdout == ""
    assert not (tmp_path / "data").exists()


def test_what_a_sync_cannot_do_yet_is_said_before_anything_is_written(tmp_path: Path) -> None:
    config = configure(
        tmp_path,
        {
            "name": "wiki",
            "seeds": ["http://127.0.0.1:9/"],
            "access": [{"match": "", "allow": ["everyone"], "inherit": True}],
        },
    )
    ended = started_crawler("--config", str(config), "--json")
    assert ended.returncode == 2
    assert ended.stderr == (
        "connector wiki: `access[].inherit` is not supported yet: give attachments a rule of their own\n"
    )
    assert ended.stdout == ""
    assert not (tmp_path / "data").exists()


def test_a_wrong_configuration_is_named_line_by_line(tmp_path: Path) -> None:
    config = configure(tmp_path, {"name": "wiki", "seeds": ["http://127.0.0.1:9/"], "sedes": []})
    ended = crawler("--config", str(config))
    assert ended.returncode == 2
    assert "seeds" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_catalog_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    config = configure(tmp_path, {"name": "wiki", "seeds": ["http://127.0.0.1:9/"]})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalog.db").write_bytes(b"this is no database at all, but it is long enough" * 40)
    ended = crawler("--config", str(config), "--no-index")
    assert ended.returncode == 1
    assert "catalog" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), (b"no certificate", "no certificate")]
)
def test_a_certificate_file_that_cannot_be_used_is_a_sentence(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    settings = {"name": "wiki", "seeds": ["https://127.0.0.1:9/"], "tls": {"ca_file": "ca.pem"}}
    ended = crawler("--config", str(configure(tmp_path, settings)), "--no-index")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"connector wiki: `tls.ca_file` {tmp_path / 'ca.pem'}: ")
    assert reason in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_two_seeds_of_one_address_are_fetched_once(tmp_path: Path) -> None:
    with serve_site({"/": page("Start")}) as site:
        seeds = [site.url(), site.url(), site.url("/#part")]
        config = configure(tmp_path, {"name": "wiki", "seeds": seeds})
        ended = crawler("--config", str(config), "--no-index", "--json", "wiki", "wiki")
        assert site.asked("/") == [200]
    assert len(orjson.loads(ended.stdout)["runs"]) == 1


def test_a_sync_says_at_its_end_that_the_index_answers_worse_than_its_gate_asks_for(tmp_path: Path) -> None:
    """And ends well: what was crawled is published at once."""
    golden = tmp_path / "golden.jsonl"
    with (
        serve_site({"/": page("Start", text="The wombat digs its burrow.")}) as site,
        serve_embeddings() as server,
    ):
        golden.write_bytes(orjson.dumps({"query": "wombat burrow", "relevant": [site.url("/gone")]}))
        config = configure(
            tmp_path,
            {"name": "wiki", "seeds": [site.url()], "access": "public"},
            index={
                "model": {"url": f"{server.url}/v1", "name": "embedder"},
                "gate": {"queries": str(golden), "ndcg_at_10": 0.5},
            },
        )
        ended = crawler("--config", str(config))
        without = crawler("--config", str(config), "--no-index")
    told = f"the served index answers the 1 query of {golden} with nDCG@10 0.000, below the floor of 0.500"
    assert ended.returncode == 0, ended.stderr
    assert told in ended.stderr
    assert f"1 judged documents are not in the catalog: {site.url('/gone')}" in ended.stderr
    assert "below the floor" not in without.stderr
