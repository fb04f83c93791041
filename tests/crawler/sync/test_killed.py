"""A sync may be killed, stopped or begun twice at any moment: nothing is lost and nothing is there twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from catalog.writer import LARGEST_BATCH
from tests.support.changing_site import Answer, ChangingSite, Declared, page, redirect, serve_site
from tests.support.syncing import REPOSITORY, Kept, command, configure, finish, kept, start, sync
from tests.support.warm.copies import Copy

PAGES = 1_500
CONCURRENCY = 8


def library() -> dict[str, Declared]:
    """Pages that link ten further ones each, with duplicates, redirects and dead ends among them."""
    pages: dict[str, Declared] = {}
    for number in range(PAGES):
        following = range(number * 10 + 1, min(number * 10 + 11, PAGES))
        pages[f"/{number}"] = page(
            f"Page {number}", *(f"/{each}" for each in following), "/0", f"/dead/{number}"
        )
        if number % 50 == 7:
            pages[f"/{number}"] = page("The same", text="These words stand on thirty pages of the site. " * 9)
        if number % 50 == 9:
            pages[f"/{number}"] = redirect(f"/{number - 1}")
    pages["/"] = redirect("/0")
    return pages


def wait_until(site: ChangingSite, requests: int, process: Copy) -> None:
    """Wait until the site was asked so often."""
    deadline = time.monotonic() + 60
    while len(site.log) < requests and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    assert process.poll() is None, finish(process)


def configured(folder: Path, site: ChangingSite) -> Path:
    politeness = {"requests_per_minute": "unlimited", "concurrency": CONCURRENCY}
    return configure(
        folder,
        {"name": "library", "seeds": [site.url()], "scope": {"max_depth": 50}, "politeness": politeness},
    )


def comparable(found: Kept) -> dict[str, object]:
    """What two crawls of one site must agree on. Which of equal pages was met first is chance."""
    verdicts: dict[str, object] = {
        url: (row.state, row.reason, row.title, row.document_id)
        for url, row in found.ledger.items()
        if row.title != "The same"
    }
    return verdicts | {
        "the same": Counter(row.state for row in found.ledger.values() if row.title == "The same"),
        "documents": {
            url: (document.id, document.title)
            for url, document in found.documents.items()
            if document.title != "The same"
        },
    }


def assert_fetched_at_most_one_batch_again(site: ChangingSite) -> None:
    times = Counter(each.path for each in site.log if each.path != "/robots.txt")
    assert max(times.values()) <= 2
    again = sum(number - 1 for number in times.values())
    assert again <= LARGEST_BATCH + CONCURRENCY


def test_a_killed_sync_is_continued_as_if_nothing_had_been(tmp_path: Path) -> None:
    with serve_site(library()) as site:
        undisturbed = configured(tmp_path / "undisturbed", site)
        assert sync(undisturbed).code == 0
        asked_by_one = {each.path for each in site.take_log()}

        killed = configured(tmp_path / "killed", site)
        process = start(killed)
        wait_until(site, 700, process)
        process.kill()
        process.communicate()
        cut_off = kept(killed)
        assert 0 < len(cut_off.documents) < PAGES
        continued = sync(killed)

        assert continued.code == 0
        assert "continuing run 1" in continued.said
        assert continued.run["run"] == 1
        assert comparable(kept(killed)) == comparable(kept(undisturbed))
        assert_fetched_at_most_one_batch_again(site)
        assert {each.path for each in site.take_log()} == asked_by_one
        counted = continued.run
        assert counted["added"] == counted["documents"] == len(kept(killed).documents)


@dataclass(frozen=True, slots=True)
class Gate:
    """A page that answers when the test says so; all that is linked on it is found only then."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _headers: Mapping[str, str]) -> Answer:
        self.reached.set()
        assert self.opened.wait(60)
        return page("Gate", *(f"/behind/{number}" for number in range(100)))


def gated_site(gate: Gate) -> dict[str, Declared]:
    pages: dict[str, Declared] = {"/": page("Start", "/gate", *(f"/before/{number}" for number in range(20)))}
    for number in range(100):
        pages[f"/before/{number}"] = page(f"Before {number}")
        pages[f"/behind/{number}"] = page(f"Behind {number}")
    return pages | {"/gate": gate}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_sync_ends_cleanly_and_the_next_continues_it(how: signal.Signals, tmp_path: Path) -> None:
    gate = Gate()
    with serve_site(gated_site(gate)) as site:
        config = configured(tmp_path, site)
        process = start(config)
        assert gate.reached.wait(60)
        second = sync(config)
        process.send_signal(how)
        gate.opened.set()
        stopped = finish(process)

        assert second.code == 1
        assert second.runs == {}
        assert f"connector 'library' is being crawled by process {process.pid} on " in second.said
        assert stopped.code == 130
        assert stopped.run["state"] == "stopped"
        assert stopped.run["added"] == 22
        assert stopped.run["deleted"] == 0

        continued = sync(config)
        assert (continued.code, continued.run["run"]) == (0, stopped.run["run"])
        assert continued.run["state"] == "succeeded"
        assert continued.run["added"] == continued.run["documents"] == 122
        assert max(Counter(each.path for each in site.log if each.path != "/robots.txt").values()) == 1


def test_what_a_seed_redirects_to_stays_in_scope_when_a_sync_is_continued(tmp_path: Path) -> None:
    gate = Gate()
    with serve_site(gated_site(gate)) as target, serve_site({"/": redirect(target.url())}) as site:
        config = configure(
            tmp_path, {"name": "moved", "seeds": [site.url()], "network": {"allow": ["127.0.0.0/8"]}}
        )
        process = start(config)
        assert gate.reached.wait(60)
        process.kill()
        process.communicate()
        gate.opened.set()
        continued = sync(config)
        assert continued.code == 0
        assert continued.run["documents"] == 122


def test_ctrl_c_while_only_the_indexer_works_ends_it_and_keeps_the_crawl(tmp_path: Path) -> None:
    chapters = {
        f"/{number}": page(f"Chapter {number}", text=f"Verse {number}. " * 4_000) for number in range(60)
    }
    with serve_site({"/": page("Start", *chapters), **chapters}) as site:
        config = configured(tmp_path, site)
        command_line = [argument for argument in command(config) if argument != "--no-index"]
        process = subprocess.Popen(
            command_line, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 60
        while not run_ended(config) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        ended = finish(process)
    assert ended.code == 130
    assert ended.run["state"] == "succeeded"
    assert "indexing was interrupted" in ended.said
    assert any(document.pending for document in kept(config).documents.values())


def run_ended(config: Path) -> bool:
    if not (config.parent / "data" / "catalog.db").exists():
        return False
    connection = sqlite3.connect(f"file:{config.parent / 'data' / 'catalog.db'}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT state FROM runs").fetchall() == [("succeeded",)]
    except sqlite3.OperationalError:  # its tables are just being made
        return False
    finally:
        connection.close()


def test_a_wait_for_robots_txt_does_not_hold_up_the_end(tmp_path: Path) -> None:
    waiting = Answer(b"", 503, headers={"Retry-After": "60"})
    with serve_site({"/robots.txt": waiting}) as site:
        process = start(configured(tmp_path, site))
        deadline = time.monotonic() + 60
        while not site.asked("/robots.txt") and time.monotonic() < deadline:
            time.sleep(0.01)
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert finish(process).code == 130
        assert time.monotonic() - asked < 50  # it would have slept a minute
