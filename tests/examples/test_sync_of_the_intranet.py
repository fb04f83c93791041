"""The whole way, as `make demo` goes it: the sample sites crawled, indexed, explained and asked."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from benchmarks.floors import GOLDEN, INTRANET, digest, read_floors, set_files
from benchmarks.judged_intranet import read_evaluation
from catalog.database import open_catalog
from catalog.document import document_id
from catalog.scheduler import become_scheduler, end_as_scheduler
from crawler.rendering.renderer import why_unavailable
from examples.demo.__main__ import QUESTIONS
from examples.intranet.board import Board
from examples.intranet.server import DEFAULT_PASSWORDS
from search_api.admin.examples import ACCEPTED
from search_api.opening import open_backend
from search_api.routes.feedback import EXAMPLE_CLICK
from search_api.routes.saved_searches import EXAMPLE_ID as EXAMPLE_SEARCH
from settings.configuration import Settings
from settings.load import load_settings
from tests.search_api.openapi_document import example_requests, openapi_document, operations
from tests.search_api.serving import serving
from tests.support.intranet import Intranet
from tests.support.syncing import document_texts
from tests.support.warm_crawler import warm_crawler, warm_indexer, warm_search

DEMO_HANDBOOK = "http://127.0.0.1:8101"
"""Where `make demo` serves the handbook."""
PATIENCE_SECONDS = 300
STATUS = 4
"""The number of the status app among the sites of the demo's questions."""
needs_browser = pytest.mark.skipif(
    why_unavailable() is not None, reason="the Debian package chromium-headless-shell is missing"
)


@dataclass(frozen=True, slots=True)
class Crawled:
    """A configuration whose sites were synchronised, and what the first sync reported of each connector."""

    config: Path
    runs: Mapping[str, Any]

    def run(self, command: str, *arguments: str) -> Any:
        """What a console command prints with `--json`."""
        return run_json(command, *arguments, "--config", str(self.config))


def run_json(command: str, *arguments: str) -> Any:
    return orjson.loads(run_command(command, *arguments, "--json"))


def run_command(command: str, *arguments: str) -> bytes:
    """The standard output of a command that ended well, from a process that has imported all it needs."""
    warm = {"crawler": warm_crawler, "indexer": warm_indexer, "search-api": warm_search}[command]()
    finished = warm.run(arguments, seconds=PATIENCE_SECONDS, variables=DEFAULT_PASSWORDS)
    assert finished.returncode == 0, finished.stderr.decode()
    return finished.stdout


@pytest.fixture(scope="module")
def crawled(intranet: Intranet, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """All connectors of the example, crawled and indexed once by the command."""
    config = intranet.write_configuration(tmp_path_factory.mktemp("a demo"))
    told = config.read_text(encoding="utf-8").replace("webhooks: []", "webhooks: [https://hooks.example.com]")
    config.write_text(told, encoding="utf-8")
    runs = run_json("crawler", "sync", "--mode", "full", "--config", str(config))["runs"]
    return Crawled(config, {run["connector"]: run for run in runs})


@pytest.fixture(scope="module")
def verdicts(crawled: Crawled) -> Mapping[str, tuple[str, str]]:
    """State and reason of each URL of the handbook, as `crawler report --csv` lists them."""
    run = str(crawled.runs["handbook"]["run"])
    table = run_command("crawler", "report", run, "--csv", "--config", str(crawled.config)).decode()
    return {row["url"]: (row["state"], row["reason"]) for row in csv.DictReader(table.splitlines())}


def test_all_sites_are_crawled_completely(crawled: Crawled) -> None:
    assert {name: run["state"] for name, run in crawled.runs.items()} == dict.fromkeys(
        ("handbook", "wiki", "portal", "finance", "status"), "succeeded"
    )
    assert crawled.runs["handbook"]["added"] >= 30
    assert crawled.runs["wiki"]["added"] == 15
    assert crawled.runs["portal"]["added"] == 8
    assert crawled.runs["finance"]["added"] == 5


@needs_browser
def test_the_status_app_is_read_as_a_browser_shows_it(crawled: Crawled, intranet: Intranet) -> None:
    board = Board.read()
    expected = {f"/services/{each['id']}" for each in board.overview()["services"]}
    run = str(crawled.runs["status"]["run"])
    table = run_command("crawler", "report", run, "--csv", "--config", str(crawled.config)).decode()
    rows = {row["url"].removeprefix(intranet.status): row for row in csv.DictReader(table.splitlines())}
    documents = {path for path, row in rows.items() if row["state"] == "indexed"}
    assert documents >= expected | {"/", "/maintenance", "/subscribe"}
    assert {rows[path]["renderer"] for path in documents} == {"browser"}
    explained = crawled.run("crawler", "explain", f"{intranet.status}/maintenance")
    assert "beside" in explained["renderer_reason"]


@needs_browser
def test_what_is_listed_after_a_click_is_part_of_the_page(crawled: Crawled, intranet: Intranet) -> None:
    """The oldest incidents are listed after “Show earlier incidents” was clicked."""
    board = Board.read()
    last = board.listed()["incidents"][-1]["id"]
    earlier = [incident["title"] for incident in board.listed(before=last)["incidents"]]
    said = document_texts(crawled.config, DEFAULT_PASSWORDS)[f"{intranet.status}/incidents"]
    assert earlier
    assert [title for title in earlier if title not in said] == []


def test_the_login_page_of_the_portal_is_no_document(crawled: Crawled, intranet: Intranet) -> None:
    for page in ("/login", "/me"):
        explained = crawled.run("crawler", "explain", intranet.portal + page)
        assert explained["state"] in {None, "refused"}


def test_nobody_finds_pages_behind_a_login_without_saying_who_they_are(crawled: Crawled) -> None:
    for question in ("What does a Heron cost for dealers?", "How large is the budget for 2027?"):
        found = crawled.run("search-api", "query", question)["results"]
        assert not [each["url"] for each in found if each["connector"] in {"portal", "finance"}]


@pytest.mark.parametrize(
    ("path", "state", "reason"),
    [
        ("/people/holidays", "indexed", ""),
        ("/files/travel-policy.pdf", "indexed", ""),
        ("/files/onboarding-checklist.docx", "indexed", ""),
        ("/files/expense-rates.xlsx", "indexed", ""),
        ("/people/", "refused", "excluded_by_index_filter"),
        ("/calendar/2026/11", "refused", "excluded_by_crawl_filter"),
        ("/private/board-minutes", "refused", "robots_disallowed"),
        ("/drafts/four-day-week", "refused", "noindex"),
        ("/people/suggestion-box", "refused", "nofollow"),
        ("/holidays", "redirect", ""),
        ("/people/holidays-print", "duplicate", "canonical_elsewhere"),
        ("/archive/dogs-at-work", "duplicate", "duplicate_of"),
        ("/loop/mobius", "redirect", ""),
        ("/loop/strip", "refused", "redirect_loop"),
        ("/it/fax-machines", "gone", "not_found"),
        ("/it/pagers", "gone", "gone"),
    ],
)
def test_every_oddity_of_the_handbook_has_its_verdict(
    verdicts: Mapping[str, tuple[str, str]], intranet: Intranet, path: str, state: str, reason: str
) -> None:
    assert verdicts[intranet.handbook + path] == (state, reason)


@pytest.mark.parametrize(("question", "site", "path"), QUESTIONS)
def test_the_questions_of_the_demo_are_answered_first_and_from_public_pages(
    crawled: Crawled, intranet: Intranet, question: str, site: int, path: str
) -> None:
    results = crawled.run("search-api", "query", question)["results"]
    sites = (intranet.handbook, intranet.wiki, intranet.portal, intranet.finance, intranet.status)
    if site == STATUS and why_unavailable() is not None:
        pytest.skip("the Debian package chromium-headless-shell is missing")
    assert results[0]["url"] == sites[site] + path
    from_wiki = [result["url"] for result in results if result["url"].startswith(intranet.wiki)]
    assert all(url.startswith(f"{intranet.wiki}/open/") for url in from_wiki)


def test_judged_questions_about_the_company_are_answered_no_worse_than_their_floor(
    crawled: Crawled, intranet: Intranet, tmp_path: Path
) -> None:
    """65 questions of all departments, each asked with the eyes that it needs; benchmarks/floors.json."""
    floor = read_floors()[INTRANET]
    assert floor.of.data == digest(set_files(INTRANET)), (
        "the questions or the sites changed: run `python -m benchmarks.search_quality intranet --pin`"
    )
    queries = tmp_path / "golden.jsonl"
    queries.write_text(intranet.configuration(GOLDEN), encoding="utf-8")
    printed = run_command("indexer", "eval", str(queries), "--json", "--config", str(crawled.config))
    assert orjson.loads(printed)["unknown"] == []
    assert orjson.loads(printed)["notices"] == []
    measured = read_evaluation(printed)
    assert measured.hybrid >= floor.floor
    assert measured.hybrid > measured.better_half


def test_the_tuning_files_of_the_example_do_what_they_are_for(crawled: Crawled, intranet: Intranet) -> None:
    checked = crawled.run("search-api", "validate")
    assert (checked["valid"], checked["notices"]) == (True, [])
    assert [file["kind"] for file in checked["files"]] == ["synonyms", "featured", "faq"]
    found = crawled.run("search-api", "query", "vacation carried over")
    assert found["results"][0]["url"] == f"{intranet.handbook}/people/holidays"
    assert found["synonyms"][0]["alternatives"] == ["holiday", "annual leave"]
    found = crawled.run("search-api", "query", "First day!")
    assert [each["url"] for each in found["featured"]] == [f"{intranet.handbook}/people/onboarding"]
    found = crawled.run("search-api", "query", "are dogs allowed at work")
    assert found["answers"][0]["source"] == "faq"
    assert found["answers"][0]["title"] == "May I bring my dog to work?"
    assert crawled.run("search-api", "query", "on-call")["featured"] == []


def test_every_example_of_the_http_interface_works_on_the_demo(crawled: Crawled, intranet: Intranet) -> None:
    told = crawled.run("search-api", "key", "create", "examples", "--scope", "search", "--scope", "admin")
    headers = {"authorization": f"Bearer {told['key']}"}
    settings = load_settings(crawled.config, DEFAULT_PASSWORDS)
    with (
        scheduling(settings),
        serving(partial(open_backend, settings), settings=settings) as address,
        httpx2.Client(base_url=address, headers=headers, trust_env=False, timeout=60) as client,
    ):
        here = names_here(client, intranet)
        requests = [
            (operation, request)
            for operation in operations(openapi_document())
            for request in example_requests(operation, client, here)
        ]
        answers = [(operation, client.send(request)) for operation, request in requests]
    worked = {operation.path for operation, answer in answers if answer.is_success}
    failed = [
        f"{operation}: {answer.text}"
        for operation, answer in answers
        # What was begun by one example cannot be begun by the next.
        if not answer.is_success and not (answer.status_code == 409 and operation.path in worked)
    ]
    assert failed == []
    for operation, answer in answers:
        if "total" in operation.answer.get("example", {}):
            assert answer.json()["total"] > 0, f"{operation} finds nothing by {answer.request.url}"


@contextmanager
def scheduling(settings: Settings) -> Iterator[None]:
    """As if a scheduler ran, that never gets to what it is asked for."""
    catalog = open_catalog(settings.store.database, settings.store.directory)
    with catalog.write() as connection:
        become_scheduler(connection)
    yield
    with catalog.write() as connection:
        end_as_scheduler(connection)
    catalog.close()


def names_here(client: httpx2.Client, intranet: Intranet) -> dict[str, str]:
    """What stands here for the names that the examples have of the demo."""
    of_the_demo, document = (
        document_id("handbook", f"{site}/travel/expenses") for site in (DEMO_HANDBOOK, intranet.handbook)
    )
    asked = client.get("/v1/search", params={"q": "travel policy"}).json()
    command = client.post("/v1/connectors/wiki/sync", json={"mode": "full"})
    body = {"name": "An example", "query": "travel", "webhook": "https://hooks.example.com/"}
    saved = client.post("/v1/saved-searches", json=body)
    return {
        of_the_demo: document,
        EXAMPLE_CLICK["query_id"]: asked["query_id"],
        EXAMPLE_CLICK["result_id"]: asked["results"][0]["id"],
        str(ACCEPTED["command"]): str(command.json()["command"]),
        EXAMPLE_SEARCH: saved.json()["id"],
    }


def test_a_second_sync_changes_nothing(crawled: Crawled) -> None:
    again = crawled.run("crawler", "sync", "--mode", "full")["runs"]
    assert [(run["added"], run["changed"], run["deleted"]) for run in again] == [(0, 0, 0)] * 5
    assert {run["unchanged"] for run in again} == {run["added"] for run in crawled.runs.values()}
