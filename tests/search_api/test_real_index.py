"""The service over a real catalog and real indexes, made by `indexer run`; the terminal commands too."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import httpx2
import pytest

from catalog.access import intern
from catalog.activity import ActivityLog
from catalog.content import pack_blocks, pack_fields
from catalog.database import open_catalog
from catalog.document import Block, BlockKind
from catalog.query_log import queries
from search_api.backend import UnavailableError
from search_api.opening import open_backend
from settings.configuration import Settings
from settings.load import load_settings
from tests.catalog.rows import add_document
from tests.search_api.serving import serving
from tests.support.warm_crawler import warm_indexer, warm_search

CONFIGURATION = """
version: 1
store: {database: sqlite:///data/catalog.db, directory: data}
fields:
  department: {type: string, facet: true}
connectors:
  - {name: intranet, seeds: [https://intranet.example.com/], access: public}
"""
LEAVE = "https://intranet.example.com/leave"
TEXTS = {
    LEAVE: ("Parental leave", "Every parent takes up to 26 weeks of parental leave on full pay.", "HR"),
    "https://intranet.example.com/vpn": ("VPN", "Install the client to reach the network from home.", "IT"),
    "https://intranet.example.com/lunch": ("Canteen", "Lunch is served from noon until two.", "Facilities"),
}
SECRET = "https://intranet.example.com/secret"


run = warm_search().call


def ask(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `search-api query`, from a process that has imported
    all it needs."""
    done = warm_search().run(["query", *arguments], seconds=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three public documents and a secret one, indexed with the bundled model."""
    file = tmp_path_factory.mktemp("real") / "connectors.yaml"
    file.write_text(CONFIGURATION)
    store = load_settings(file).store
    catalog = open_catalog(store.database, store.directory)
    with catalog.write() as connection:
        for url, (title, text, department) in TEXTS.items():
            content = pack_blocks([Block(BlockKind.PARAGRAPH, text, anchor="start")])
            fields = pack_fields({"department": department})
            add_document(connection, url, title=title, content=content, fields=fields)
        content = pack_blocks([Block(BlockKind.PARAGRAPH, "The secret parental leave plan of the board.")])
        access_id = intern(connection, ["group:board"], [])
        add_document(connection, SECRET, title="Secret", content=content, access_id=access_id)
    catalog.close()
    done = warm_indexer().call("run", "--config", str(file))
    assert done.returncode == 0, done.stderr
    return file


def test_a_question_is_answered_from_what_was_indexed(configuration: Path) -> None:
    settings = load_settings(configuration)
    with (
        serving(partial(open_backend, settings)) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):
        answer = client.get("/v1/search?q=time+off+for+new+mothers&facet=department").json()
        assert answer["results"][0]["url"] == LEAVE
        assert answer["notices"] == []
        assert "board" not in json.dumps(answer)
        filtered = client.get("/v1/search?q=leave&f.department=IT").json()
        assert all(result["fields"]["department"] == "IT" for result in filtered["results"])
        found = client.post("/v1/retrieve", json={"query": "parental leave", "page_size": 5}).json()
        assert found["passages"][0]["deep_link"].startswith(f"{LEAVE}#start:~:text=Every%20parent")
        assert all(passage["url"] != SECRET for passage in found["passages"])
        document = client.get(f"/v1/documents/{answer['results'][0]['id']}").json()
        assert document["blocks"][0]["text"] == TEXTS[LEAVE][1]
        page = client.get("/?q=leave").text
        assert "<mark>leave</mark>" in page
        assert client.get("/").text.count('class="chip"') == 1
    log = ActivityLog.open(settings.store.directory)
    with log.read() as connection:
        texts = set(connection.execute(queries.select()).scalars("text"))
    log.close()
    assert {"time off for new mothers", "leave"} <= texts


def test_clicks_become_judgements_that_the_evaluation_reads(configuration: Path, tmp_path: Path) -> None:
    config = ("--config", str(configuration))
    file = tmp_path / "judged.jsonl"
    none = run("judgements", "export", str(file), *config)
    assert (none.returncode, file.exists()) == (1, False)
    assert "has a result that was found relevant or opened 2 times" in none.stderr
    settings = load_settings(configuration)
    with (
        serving(partial(open_backend, settings)) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):
        for typed in ("Pay while at home with a baby?", "pay while at home with a baby"):
            answer = client.get("/v1/search", params={"q": typed}).json()
            ids = {result["url"]: result["id"] for result in answer["results"]}
            told = {"query_id": answer["query_id"], "result_id": ids[LEAVE], "clicked": True}
            assert client.post("/v1/feedback", json=told).status_code == 204
        canteen = next(url for url in TEXTS if "lunch" in url)
        told |= {"result_id": ids[canteen], "clicked": None, "relevant": False}
        assert client.post("/v1/feedback", json=told).status_code == 204
    exported = run("judgements", "export", str(file), "--json", *config)
    assert json.loads(exported.stdout) == {"queries": 1, "judgements": 2}
    judged = json.loads(file.read_text())
    assert judged["query"] == "pay while at home with a baby"
    assert judged["relevant"][LEAVE] > judged["relevant"][canteen] == 0
    measured = warm_indexer().call("eval", str(file), "--json", *config)
    assert measured.returncode == 0, measured.stderr
    evaluation = json.loads(measured.stdout)
    assert (evaluation["queries"], evaluation["unknown"]) == (1, [])
    assert evaluation["hybrid"]["ndcg_at_10"] > 0


def test_the_terminal_shows_title_address_and_excerpt(configuration: Path) -> None:
    done = run("query", "parental leave", "--config", str(configuration), "--page-size", "1")
    assert done.returncode == 0, done.stderr
    assert "Parental leave" in done.stdout
    assert LEAVE in done.stdout
    assert "26 weeks" in done.stdout
    assert "Secret" not in done.stdout


def test_the_terminal_counts_the_fields_that_are_named(configuration: Path) -> None:
    done = run("query", "leave network lunch", "--config", str(configuration), "--facet", "department")
    assert "department: Facilities 1, HR 1, IT 1" in done.stdout
    wrong = run("query", "leave", "--config", str(configuration), "--facet", "departement")
    assert (wrong.returncode, wrong.stderr) == (
        2, 'the facets[0] \'departement\': there is no such field (did you mean "department"?)\n'
    )  # fmt: skip


def test_the_terminal_asks_whether_something_else_was_meant(configuration: Path) -> None:
    done = run("query", "parentel leave", "--config", str(configuration))
    assert "Did you mean: parental leave" in done.stdout


def test_without_a_log_nothing_is_kept_and_feedback_is_refused(configuration: Path, tmp_path: Path) -> None:
    file = tmp_path / "connectors.yaml"
    data = configuration.parent / "data"
    text = CONFIGURATION.replace("sqlite:///data/", f"sqlite:///{data}/").replace(
        "directory: data", f"directory: {data}"
    )
    file.write_text(f"{text}search: {{analytics: {{enabled: false}}}}\n")
    settings = load_settings(file)
    with (
        serving(partial(open_backend, settings), settings=settings) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):
        answer = client.get("/v1/search", params={"q": "never to be kept"}).json()
        told = {"query_id": answer["query_id"], "result_id": answer["results"][0]["id"], "clicked": True}
        refused = client.post("/v1/feedback", json=told)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "query_id")
    log = ActivityLog.open(data)
    with log.read() as connection:
        assert "never to be kept" not in connection.execute(queries.select()).scalars("text").all()
    log.close()


def test_the_terminal_shows_what_someone_would_see_and_why(configuration: Path) -> None:
    config = ("--config", str(configuration), "--json", "--url", SECRET, "--url", LEAVE)
    seen = json.loads(run("as", "eva", "leave plan", "--group", "board", *config).stdout)
    secret = next(result for result in seen["results"] if result["url"] == SECRET)
    assert (secret["because"], secret["allow"]) == ("allowed as group:board", ["group:board"])
    hidden = json.loads(run("as", "bob", "leave plan", *config).stdout)
    assert SECRET not in [result["url"] for result in hidden["results"]]
    assert hidden["total"] == seen["total"] - 1
    assert [(each["may_read"], each["because"]) for each in hidden["documents"]] == [
        (False, "allowed are only group:board"),
        (True, "allowed as everyone"),
    ]
    printed = run("as", "eva", "leave plan", "--group", "board", "--config", str(configuration))
    assert "sees Secret" in printed.stdout
    assert "allowed as group:board" in printed.stdout


def test_into_a_pipe_nothing_is_wrapped_or_padded(configuration: Path) -> None:
    narrow = {"COLUMNS": "20"}
    done = warm_search().call("query", "parental leave", "--config", str(configuration), variables=narrow)
    lines = done.stdout.splitlines()
    assert f"   {LEAVE}" in lines
    assert "   Every parent takes up to 26 weeks of parental leave on full pay." in lines
    assert [line for line in lines if line != line.rstrip()] == []


def test_json_in_the_terminal_is_the_answer_of_the_service(configuration: Path) -> None:
    _, output, errors = ask("parental leave", "--config", str(configuration), "--json")
    answer = json.loads(output)
    assert answer["results"][0]["url"] == LEAVE
    assert answer["results"][0]["highlights"]
    assert errors == ""


def test_a_question_too_long_is_refused_in_the_terminal(configuration: Path) -> None:
    code, _, errors = ask("x" * 1_001, "--config", str(configuration))
    assert code == 2
    assert errors == "the query is 1,001 characters long; at most 1,000 can be asked\n"


def test_without_an_index_the_terminal_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "connectors.yaml"
    file.write_text(CONFIGURATION)
    code, _, errors = ask("leave", "--config", str(file))
    assert code == 1
    assert "crawler sync" in errors


def test_without_an_index_the_service_is_not_ready_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "connectors.yaml"
    file.write_text(CONFIGURATION)
    with (
        serving(partial(open_backend, load_settings(file)), ready=False) as address,
        httpx2.Client(base_url=address, trust_env=False) as client,
    ):
        deadline = time.monotonic() + 60
        while "being loaded" in client.get("/readyz").text and time.monotonic() < deadline:
            time.sleep(0.02)
        readiness = client.get("/readyz")
        assert readiness.status_code == 503
        assert "crawler sync" in readiness.json()["detail"]
        assert client.get("/healthz").status_code == 200
        page = client.get("/")
        assert page.status_code == 503
        assert "Not ready yet" in page.text
        client.close()


def test_a_wrong_configuration_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "connectors.yaml"
    file.write_text(CONFIGURATION.replace("version: 1", "version: 9"))
    for command in (("serve",), ("query", "leave")):
        done = run(*command, "--config", str(file))
        assert done.returncode == 2
        assert f"{file}:2:" in done.stderr


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'torch', 'sqlalchemy', 'fastapi', 'pydantic', 'tantivy', 'rich'}"
    code = f"import sys, search_api.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def with_facets(configuration: Path, *facets: str) -> Settings:
    settings = load_settings(configuration)
    return settings.model_copy(update={"search": settings.search.model_copy(update={"facets": facets})})


def test_the_filters_of_the_page_are_as_configured(configuration: Path) -> None:
    settings = with_facets(configuration, "connector/department")
    with serving(partial(open_backend, settings)) as address:
        page = httpx2.get(f"{address}/?q=leave+network+lunch&f.connector=intranet", trust_env=False).text
    outer, _, inner = page.partition('class="inner"')
    chosen = "f.connector=intranet&amp;f.department=IT"
    assert chosen in inner
    assert chosen not in outer


def test_a_filter_that_cannot_be_counted_is_told_with_its_place(configuration: Path) -> None:
    with pytest.raises(UnavailableError, match=r"search\.facets\[1\]: 'departmnt': there is no such field"):
        open_backend(with_facets(configuration, "connector", "departmnt"))
