"""`crawler status`, `runs`, `report` and `explain` over a catalog that the test filled."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert
from typer.testing import CliRunner, Result

from catalog.access import intern
from catalog.connectors import connector_id
from catalog.content import pack_blocks, pack_links
from catalog.database import open_catalog
from catalog.document import document_id
from catalog.hubs import SMALLEST_HUB, note_hubs
from catalog.runs import begin_run, finish_run
from catalog.scheduler import become_scheduler
from catalog.tables import document_versions, page_links, refused_links
from catalog.vocabulary import Limit, Reason, RunMode, RunState
from crawler.cli import app
from tests.catalog.rows import NOON, add_chunks, add_document, add_url

CONFIGURATION = """\
version: 1
store: {database: sqlite:///data/catalog.db, directory: data}
connectors:
  - name: intranet
    seeds: [https://intranet.example/]
    sync: {schedule: '0 2 * * *', timezone: Europe/Berlin}
  - name: wiki
    seeds: [https://wiki.example/]
"""

SEED, PAGE, SECRET, OLD = (f"https://intranet.example/{path}" for path in ("", "page", "secret", "old"))


class Terminal:
    """Calls `crawler` as a user does, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "connectors.yaml"
        self.config.write_text(CONFIGURATION)
        self.catalog = open_catalog(f"sqlite:///{folder}/data/catalog.db", folder / "data")

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--config", str(self.config)], catch_exceptions=False)

    def text(self, *arguments: str) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.text(*arguments, "--json"))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    opened.catalog.close()


@pytest.fixture
def crawled(terminal: Terminal) -> Terminal:
    """One finished run: a seed that leads to a page, a page that robots.txt forbids, and an old address."""
    with terminal.catalog.write() as connection:
        number = connector_id(connection, "intranet")
        run = begin_run(connection, number, RunMode.FULL, "s1", now=NOON)
        finish_run(
            connection,
            run.id,
            RunState.INCOMPLETE,
            limit=Limit.PAGES,
            counts={
                "fetched": 30,
                "added": 2,
                "documents": 2,
                "refused": {"robots_disallowed": 1},
                "failed": {"timeout": 2},
            },
            seconds=10.0,
            now=NOON + timedelta(seconds=11),
        )
        _fill(connection, number, run.id)
    return terminal


def _fill(connection: Connection, number: int, run_id: int) -> None:
    seed = add_url(connection, SEED, run_id=run_id, status=200)
    page = add_url(
        connection,
        PAGE,
        run_id=run_id,
        depth=1,
        referrer_id=seed,
        found_by="link",
        status=200,
        content_type="text/html",
        size=12_345,
        renderer="http",
        fetch_ms=34,
        attempts=1,
        fetched_at=NOON,
        document_id=add_document(
            connection,
            PAGE,
            title="Holidays",
            version=2,
            pending=False,
            access_id=intern(connection, ["group:hr"], ["group:contractors"]),
        ),
    )
    document = add_document(connection, SEED, title="Home")
    add_chunks(connection, document, 3)
    connection.execute(
        insert(document_versions).values(
            document_id=document_id("intranet", PAGE),
            version=1,
            title="Holidays (draft)",
            fields={},
            content=pack_blocks([]),
            fetched_at=NOON - timedelta(days=1),
            replaced_at=NOON,
        )
    )
    connection.execute(insert(page_links).values(url_id=page, links=pack_links([(SECRET, False)])))
    add_url(
        connection,
        SECRET,
        run_id=run_id,
        depth=2,
        referrer_id=page,
        found_by="link",
        state="refused",
        reason=Reason.ROBOTS_DISALLOWED.value,
        rule="robots.txt: Disallow: /secret",
    )
    add_url(connection, OLD, run_id=run_id, state="redirect", detail=PAGE, status=301, redirects=[SEED])
    connection.execute(
        insert(refused_links).values(
            connector_id=number,
            host="elsewhere.example",
            reason=Reason.OUT_OF_SCOPE.value,
            run_id=run_id,
            count=7,
            examples=["https://elsewhere.example/a"],
        )
    )


def test_status_of_a_fresh_configuration_lists_its_connectors_as_new(terminal: Terminal) -> None:
    found = terminal.json("status")["connectors"]
    assert [(each["name"], each["health"], each["last_run"]) for each in found] == [
        ("intranet", "new", None),
        ("wiki", "new", None),
    ]
    assert found[0]["next_run"][10:] in {"T02:00:00+01:00", "T02:00:00+02:00"}
    assert found[1]["next_run"] is None
    text = terminal.text("status")
    assert "intranet" in text
    assert "never" in text
    assert "when asked" in text


def test_status_says_whether_a_scheduler_runs(terminal: Terminal) -> None:
    assert terminal.json("status")["scheduler"] is None
    assert "`crawler schedule` does not run: nothing begins by itself" in terminal.text("status")
    with terminal.catalog.write() as connection:
        become_scheduler(connection)
    assert terminal.json("status")["scheduler"] == {"host": socket.gethostname(), "pid": os.getpid()}
    assert f"`crawler schedule` runs: process {os.getpid()} on" in terminal.text("status")


def test_status_counts_documents_and_chunks_and_shows_the_latest_run(crawled: Terminal) -> None:
    intranet, wiki = crawled.json("status")["connectors"]
    assert (intranet["documents"], intranet["chunks"], intranet["waiting"]) == (2, 3, 1)
    assert intranet["health"] == "incomplete"
    assert intranet["last_run"]["run"] == 1
    assert wiki["health"] == "new"
    assert "2026-11-23 12:00 UTC" in crawled.text("status")


def test_a_connector_that_left_the_configuration_is_still_shown(crawled: Terminal) -> None:
    with crawled.catalog.write() as connection:
        connector_id(connection, "former")
    assert [each["name"] for each in crawled.json("status")["connectors"]] == ["intranet", "wiki", "former"]
    assert "former (not configured)" in crawled.text("status")


def test_runs_have_the_promised_shape(crawled: Terminal) -> None:
    (run,) = crawled.json("runs")["runs"]
    promised = {
        "connector": "intranet",
        "run": 1,
        "mode": "full",
        "state": "incomplete",
        "limit": "max_pages",
        "error": None,
        "started_at": "2026-11-23T12:00:00+00:00",
        "finished_at": "2026-11-23T12:00:11+00:00",
        "seconds": 10.0,
        "pages_per_second": 3.0,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "deleted": 0,
        "protected": 0,
        "documents": 2,
        "visited": 30,
        "duplicates": 0,
        "redirects": 0,
        "gone": 0,
        "rendered": 0,
        "refused": {"robots_disallowed": 1},
        "failed": {"timeout": 2},
        "warnings": [],
    }
    assert {name: run[name] for name in promised} == promised
    text = crawled.text("runs")
    assert "incomplete (max_pages)" in text
    assert "10.0 s" in text
    assert crawled.json("runs", "--connector", "wiki") == {"runs": []}


def test_runs_before_the_first_one_say_how_to_begin(terminal: Terminal) -> None:
    assert terminal.text("runs") == "No connector ran yet: `crawler sync` runs them.\n"


def test_report_as_csv_has_a_row_for_each_url(crawled: Terminal) -> None:
    rows = list(csv.DictReader(io.StringIO(crawled.text("report", "1", "--csv"))))
    assert list(rows[0]) == [
        "url",
        "state",
        "reason",
        "rule",
        "status",
        "depth",
        "referrer",
        "renderer",
        "content_type",
        "bytes",
        "title",
        "document_id",
        "kept",
    ]
    assert [row["url"] for row in rows] == [SEED, PAGE, SECRET, OLD]
    page, secret = rows[1], rows[2]
    assert (page["state"], page["referrer"], page["bytes"], page["title"]) == (
        "indexed",
        SEED,
        "12345",
        "Holidays",
    )
    assert (secret["state"], secret["reason"], secret["rule"]) == (
        "refused",
        "robots_disallowed",
        "robots.txt: Disallow: /secret",
    )


def test_report_as_json_has_the_run_its_urls_and_the_hosts_left_out(crawled: Terminal) -> None:
    report = crawled.json("report", "1")
    assert report["run"]["run"] == 1
    assert [row["url"] for row in report["urls"]] == [SEED, PAGE, SECRET, OLD]
    assert report["refused_hosts"] == [
        {
            "host": "elsewhere.example",
            "reason": "out_of_scope",
            "count": 7,
            "examples": ["https://elsewhere.example/a"],
        }
    ]


def test_report_does_not_call_a_sitemap_refused(crawled: Terminal) -> None:
    url = "https://intranet.example/sitemap.xml"
    with crawled.catalog.write() as connection:
        add_url(connection, url, state="refused", reason="sitemap", found_by="sitemap_file")
    text = crawled.text("report", "1")
    assert re.search(r"1\s+read\s+it is a sitemap or feed", text)
    assert url not in text
    assert [row["state"] for row in crawled.json("report", "1")["urls"]][-1] == "refused"


def test_report_for_people_explains_every_reason(crawled: Terminal) -> None:
    text = crawled.text("report", "1")
    assert "Run 1 of intranet: full, incomplete, max_pages reached" in text
    assert "the site's robots.txt disallows it (robots_disallowed)" in text
    assert "elsewhere.example" in text
    assert SECRET in text


def test_report_of_an_older_run_says_that_it_lacks_what_a_later_one_met(crawled: Terminal) -> None:
    note = "What a later run met again is in that run's report."
    assert note not in crawled.text("report", "1")
    with crawled.catalog.write() as connection:
        begin_run(connection, connector_id(connection, "intranet"), RunMode.FULL, "s1")
    assert note in crawled.text("report", "1")


def test_report_of_a_run_that_is_not_there_is_a_wrong_call(crawled: Terminal) -> None:
    result = crawled.run("report", "99")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "there is no run 99: `crawler runs` lists those that are kept\n"
    assert crawled.run("report", "1", "--csv", "--json").exit_code == 2


def test_explain_tells_the_story_of_a_document(crawled: Terminal) -> None:
    found = crawled.json("explain", "HTTPS://intranet.example:443/a/../page#part")
    assert (found["url"], found["state"], found["connector"], found["run"]) == (
        PAGE,
        "indexed",
        "intranet",
        1,
    )
    assert (found["referrer"], found["depth"], found["status"], found["renderer"]) == (SEED, 1, 200, "http")
    assert found["chain"] == [
        {"url": PAGE, "depth": 1, "found_by": "link"},
        {"url": SEED, "depth": 0, "found_by": "seed"},
    ]
    assert (found["bytes"], found["links"], found["milliseconds"]) == (12_345, 1, 34)
    document = found["document"]
    assert (document["title"], document["version"], document["chunks"], document["indexed"]) == (
        "Holidays",
        2,
        0,
        True,
    )
    assert document["access"] == {"allow": ["group:hr"], "deny": ["group:contractors"]}
    assert [version["title"] for version in found["history"]] == ["Holidays (draft)"]
    text = crawled.text("explain", PAGE)
    assert f"it is linked on {SEED} (depth 1)" in text
    assert "which is a seed (depth 0)" in text
    assert "status 200, text/html, 12.3 kB, in 34 ms" in text
    assert "readable by group:hr, but not group:contractors" in text
    assert "version 1 “Holidays (draft)”" in text


def test_explain_says_which_renderer_read_a_page_and_why(crawled: Terminal) -> None:
    found = crawled.json("explain", PAGE)
    assert (found["renderer"], found["renderer_reason"]) == ("http", None)
    assert "  renderer   http\n" in crawled.text("explain", PAGE)
    reason = "its HTML holds 12 words beside 3 scripts and an empty #[app]"
    app = "https://intranet.example/app"
    with crawled.catalog.write() as connection:
        add_url(connection, app, status=200, fetched_at=NOON, renderer="browser", renderer_reason=reason)
    found = crawled.json("explain", app)
    assert (found["renderer"], found["renderer_reason"]) == ("browser", reason)
    assert f"  renderer   browser, because {reason}\n" in crawled.text("explain", app)
    assert crawled.json("explain", f"{app}/never")["renderer_reason"] is None


def test_explain_says_why_a_url_was_refused_and_by_which_rule(crawled: Terminal) -> None:
    text = crawled.text("explain", SECRET)
    assert "refused: the site's robots.txt disallows it (robots_disallowed)" in text
    assert "robots.txt: Disallow: /secret" in text
    found = crawled.json("explain", SECRET)
    assert found["explanation"] == "the site's robots.txt disallows it"
    assert [each["url"] for each in found["chain"]] == [SECRET, PAGE, SEED]
    assert found["document"] is None


def test_explain_of_a_redirect_shows_where_it_leads(crawled: Terminal) -> None:
    found = crawled.json("explain", OLD)
    assert (found["state"], found["detail"], found["redirects"]) == ("redirect", PAGE, [SEED])
    assert f"leads to   {PAGE}" in crawled.text("explain", OLD)


def test_explain_of_a_url_never_seen_says_so(crawled: Terminal) -> None:
    found = crawled.json("explain", "https://intranet.example/nowhere")
    assert (found["url"], found["state"], found["history"]) == ("https://intranet.example/nowhere", None, [])
    assert "never seen: no page that was crawled links to it" in crawled.text(
        "explain", "https://intranet.example/nowhere"
    )


def test_explain_of_a_host_out_of_scope_names_the_connector_that_left_it_out(crawled: Terminal) -> None:
    found = crawled.json("explain", "https://elsewhere.example/b")
    assert (found["state"], found["reason"]) == ("refused", "out_of_scope")
    assert found["refused_host"] == [{"connector": "intranet", "reason": "out_of_scope", "links": 7}]
    text = crawled.text("explain", "https://elsewhere.example/b")
    assert "refused: intranet met 7 links to elsewhere.example" in text
    assert "lies outside `scope.follow`" in text


def test_explain_shows_what_every_connector_knows(crawled: Terminal) -> None:
    with crawled.catalog.write() as connection:
        add_url(connection, PAGE, connector="wiki", state="queued", found_by="link")
    found = crawled.json("explain", PAGE)
    assert [each["connector"] for each in found["others"]] == ["wiki"]


def test_explain_of_what_is_no_url_is_a_wrong_call(crawled: Terminal) -> None:
    result = crawled.run("explain", "not a url")
    assert (result.exit_code, result.stderr) == (2, "'not a url' cannot be parsed as a URL\n")


def test_a_circle_of_referrers_ends(crawled: Terminal) -> None:
    with crawled.catalog.write() as connection:
        first = add_url(connection, "https://intranet.example/1", referrer_id=999)
        second = add_url(connection, "https://intranet.example/2", referrer_id=first)
        connection.exec_driver_sql(f"UPDATE urls SET referrer_id = {second} WHERE id = {first}")
    chain = crawled.json("explain", "https://intranet.example/2")["chain"]
    assert [each["url"][-1] for each in chain] == ["2", "1", "2"][: len(chain)]
    assert len(chain) <= 3


def test_a_catalog_that_cannot_be_opened_ends_the_command_with_a_sentence(terminal: Terminal) -> None:
    terminal.catalog.close()
    (terminal.config.parent / "data" / "catalog.db").write_bytes(b"no database" * 999)
    result = terminal.run("status")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is broken: it is not a readable SQLite file" in result.stderr


def test_help_loads_neither_the_catalog_nor_rich_tables() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from crawler.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print([name for name in ('sqlalchemy', 'catalog.database', 'rich.table') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


FILTERED = CONFIGURATION.replace(
    "    sync: {schedule",
    "    filters:\n      crawl: {exclude: ['/internal/']}\n      index: {exclude: ['/tags/']}\n"
    "    sync: {schedule",
)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("new", "intranet   would fetch it, and index it if it is a page, readable by everyone"),
        ("plan.pdf", "intranet   would fetch it, and index it if it is a file, readable by everyone"),
        (
            "internal/a",
            "intranet   would not ask for it: a pattern of `filters.crawl.exclude` matches "
            "(excluded_by_crawl_filter), filters.crawl.exclude[0] '/internal/', connectors.yaml:7",
        ),
        ("tags/a", "intranet   would fetch it, but not index it: a pattern of `filters.index.exclude`"),
    ],
)
def test_explain_of_a_url_never_seen_says_which_rule_would_decide(
    crawled: Terminal, path: str, sentence: str
) -> None:
    crawled.config.write_text(FILTERED)
    text = crawled.text("explain", f"https://intranet.example/{path}")
    assert sentence in text
    assert "wiki       would not ask for it: the address lies outside `scope.follow`" in text
    found = crawled.json("explain", f"https://intranet.example/{path}")
    assert found["would"][0]["connector"] == "intranet"
    assert found["rule"] == ("filters.crawl.exclude[0] '/internal/'" if path == "internal/a" else None)


def test_explain_of_another_spelling_names_the_one_that_is_known(crawled: Terminal) -> None:
    found = crawled.json("explain", "http://www.intranet.example/page/")
    assert (found["state"], found["similar"]) == (None, [PAGE])
    assert f"but known: {PAGE}" in crawled.text("explain", "http://www.intranet.example/page/")
    assert crawled.json("explain", "intranet.example/page")["url"] == PAGE


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"state": "queued"}, "It was met, and waits to be asked for. Its run reached a limit"),
        ({"state": "failed", "reason": "timeout", "attempts": 3}, "It could not be fetched (3 attempts)"),
        ({"state": "gone", "reason": "not_found", "fetched_at": NOON}, "There was nothing any more when"),
        (
            {"state": "duplicate", "reason": "duplicate_of", "detail": PAGE, "attempts": 1},
            f"It says the same as another address, which stands for it, {PAGE} (indexed).",
        ),
        (
            {"state": "duplicate", "reason": "duplicate_of", "detail": PAGE},
            f"It was not asked for: its host shows the same at another address, which stands for it, {PAGE}",
        ),
        ({"state": "redirect", "detail": PAGE}, f"It only leads to another address, {PAGE} (indexed)."),
        ({"state": "refused", "reason": "noindex", "attempts": 1}, "It was fetched, but not indexed."),
        ({"state": "refused", "reason": "too_deep"}, "It was not asked for."),
        (
            {"state": "refused", "reason": "sitemap", "attempts": 1, "fetched_at": NOON},
            "read: it is a sitemap or feed: read for its addresses, and no document (sitemap)\n"
            "It was asked for on 2026-11-23 12:00:00 UTC for the addresses that it lists",
        ),
    ],
)
def test_explain_says_in_a_sentence_what_became_of_a_url(
    crawled: Terminal, columns: dict[str, Any], sentence: str
) -> None:
    url = "https://intranet.example/story"
    with crawled.catalog.write() as connection:
        add_url(connection, url, **columns)
    assert sentence in crawled.text("explain", url)


@pytest.mark.parametrize(
    ("columns", "is_due", "sentence"),
    [
        ({}, True, "an incremental run visits it now: crawls begin here"),
        (
            {"found_by": "link", "visits": 1, "first_read_at": NOON},
            False,
            "an incremental run leaves it alone until 2999-07-15 04:13 UTC: it changes about every",
        ),
        (
            {"found_by": "link", "sitemap_lastmod": NOON, "visits": 9},
            False,
            "an incremental run leaves it alone until 2999-07-31 12:00 UTC: its sitemap says nothing",
        ),
        ({"found_by": "link", "state": "failed"}, True, "visits it now: its last visit failed"),
        (
            {"state": "refused", "reason": "too_deep", "fetched_at": None, "found_by": "link"},
            False,
            "leaves it alone: it was refused without being asked for, and is judged anew when a run meets it",
        ),
        ({"found_by": "sitemap_file"}, True, "every run reads the sitemaps that something still names"),
        (
            {"found_by": "link", "read_by": bytes(16)},
            True,
            "visits it now: other rules than those of today have read it",
        ),
    ],
)
def test_explain_says_when_an_incremental_run_visits_a_url_and_why(
    crawled: Terminal, columns: dict[str, Any], is_due: bool, sentence: str
) -> None:
    url = "https://intranet.example/next"
    visited = NOON.replace(year=2999, month=7, day=1)
    if "first_read_at" in columns:
        columns = columns | {"first_read_at": visited}
    with crawled.catalog.write() as connection:
        add_url(connection, url, **{"fetched_at": visited} | columns)
    found = crawled.json("explain", url)["next_visit"]
    assert (found["due"], found["at"] is None) == (is_due, is_due or "alone: " in sentence)
    assert sentence in crawled.text("explain", url)


def test_explain_says_that_a_hub_is_visited_each_time(crawled: Terminal) -> None:
    url = "https://intranet.example/list"
    with crawled.catalog.write() as connection:
        hub = add_url(connection, url, found_by="link", visits=1, fetched_at=NOON.replace(year=2999))
        for number in range(SMALLEST_HUB):
            add_url(connection, f"{url}/{number}", found_by="link", referrer_id=hub)
        note_hubs(connection, connector_id(connection, "intranet"))
    assert "visits it now: many pages were found on it, and new ones may be" in crawled.text("explain", url)
    assert not crawled.json("explain", f"{url}/1")["next_visit"]["because"].startswith("many pages")


def test_explain_says_that_a_document_was_deleted(crawled: Terminal) -> None:
    url = "https://intranet.example/former"
    with crawled.catalog.write() as connection:
        add_url(connection, url, state="gone", reason="gone", fetched_at=NOON)
        add_document(connection, url, title="Former", deleted_at=NOON)
    assert "Its document “Former” was deleted on 2026-11-23 12:00:00 UTC." in crawled.text("explain", url)


def test_explain_shows_the_chunks_of_a_document(crawled: Terminal) -> None:
    found = crawled.json("explain", SEED)
    assert [(chunk["ordinal"], chunk["text"], chunk["embedded"]) for chunk in found["chunks"]] == [
        (0, "part 0", False),
        (1, "part 1", False),
        (2, "part 2", False),
    ]
    assert "chunks     1. part 0 (not embedded yet)" in crawled.text("explain", SEED)


def test_explain_names_the_line_of_a_rule(crawled: Terminal) -> None:
    crawled.config.write_text(FILTERED)
    url = "https://intranet.example/internal/x"
    with crawled.catalog.write() as connection:
        rule = "filters.crawl.exclude[0] '/internal/'"
        add_url(connection, url, state="refused", reason="excluded_by_crawl_filter", rule=rule)
    assert "connectors.yaml:7 (connectors[0].filters.crawl.exclude[0])" in crawled.text("explain", url)
    place = crawled.json("explain", url)["rule_place"]
    assert (place["line"], place["moved"]) == (7, False)
