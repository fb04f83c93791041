"""Endless sites cost a few pages and say why; honest ones are crawled to their last page, however deep."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from crawler.rules.traps.looks import looks_of
from tests.support.changing_site import Answer, ChangingSite
from tests.support.syncing import configure, kept, start, sync
from tests.support.trap_sites import HONEST, TRAPS, Site, article, endless_calendar, html, serve_pages
from tests.support.warm_crawler import warm_crawler

MOST = 50
"""Pages that a trap may cost for each of its patterns."""


def configured(folder: Path, site: ChangingSite, begins: str, **scope: Any) -> Path:
    limits = {"max_depth": 1_000, "max_pages": 3_000, **scope}
    return configure(folder, {"name": "deep", "seeds": [site.url(begins)], "scope": limits})


def asked(site: ChangingSite) -> list[str]:
    """The addresses that were asked for since this was last asked."""
    return [site.url(each.path) for each in site.take_log()]


def costs(addresses: list[str]) -> Counter[str]:
    """How many of some addresses each pattern has, the broad ones too."""
    return Counter(pattern for address in addresses for pattern in looks_of(address).patterns)


def refusals(config: Path) -> dict[str, str]:
    """The rule by which each address was refused as one of a trap."""
    rows = kept(config).ledger.values()
    return {row.url: str(row.rule) for row in rows if (row.state, row.reason) == ("refused", "trap")}


def command(config: Path, *arguments: str) -> Mapping[str, Any]:
    finished = warm_crawler().run([*arguments, "--json", "--config", str(config)], seconds=60)
    found: Mapping[str, Any] = orjson.loads(finished.stdout)
    return found


@pytest.mark.parametrize(("begins", "pages"), TRAPS.values(), ids=TRAPS)
def test_a_trap_costs_few_pages_and_its_pattern_is_the_rule(tmp_path: Path, begins: str, pages: Site) -> None:
    with serve_pages(pages) as site:
        config = configured(tmp_path, site, begins)
        run = sync(config).run
        cost = costs(asked(site))
    assert (run["state"], run["limit"]) == ("succeeded", None)
    rules = set(refusals(config).values())
    named = {found[1] for rule in rules if (found := re.match(r"pattern (\S+): ", rule))}
    assert named or any("repeats" in rule for rule in rules)
    assert {pattern: cost[pattern] for pattern in named if cost[pattern] > MOST} == {}


@pytest.mark.parametrize(("begins", "pages", "number"), HONEST.values(), ids=HONEST)
def test_an_honest_deep_site_is_crawled_wholly(tmp_path: Path, begins: str, pages: Site, number: int) -> None:
    with serve_pages(pages) as site:
        config = configured(tmp_path, site, begins)
        run = sync(config).run
        found = set(asked(site))
    assert run["state"] == "succeeded"
    assert refusals(config) == {}
    assert len(found) >= number


def test_what_one_sync_learned_spares_the_next_the_pages_and_keeps_the_documents(tmp_path: Path) -> None:
    with serve_pages(endless_calendar) as site:
        config = configured(tmp_path, site, "/calendar")
        sync(config)
        documents = kept(config).documents.keys()
        asked(site)
        again = sync(config).run
        of_no_document = [address for address in asked(site) if address not in documents]
    assert len(of_no_document) <= 3, "a few are looked at, in case it is no trap any more"
    assert (again["state"], again["deleted"], again["documents"]) == ("succeeded", 0, len(documents))


def test_a_trap_that_became_an_honest_site_is_found_out_by_the_next_sync(tmp_path: Path) -> None:
    def diary(path: str) -> Any:
        calendar = endless_calendar(path).body.decode()
        links = dict.fromkeys(re.findall(r'href="([^"]+)"', calendar), "Onward")
        return html("Diary", *article(path), links=links)

    with serve_pages(endless_calendar) as site:
        config = configured(tmp_path, site, "/calendar", max_pages=150)
        assert sync(config).run["state"] == "succeeded"
        site.otherwise = diary
        now = sync(config).run
    assert now["limit"] == "max_pages"


def test_syncs_that_are_killed_do_not_forget_how_a_trap_looked(tmp_path: Path) -> None:
    def slow_calendar(path: str) -> Answer:
        return replace(endless_calendar(path), delay=0.1)  # so that a kill does not come before any commit

    with serve_pages(slow_calendar) as site:
        config = configured(tmp_path, site, "/calendar")
        for requests in (28, 56):
            process = start(config)
            deadline = time.monotonic() + 60
            while len(site.log) < requests and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.001)
            process.kill()
            process.communicate()
        assert sync(config).run["state"] == "succeeded"
        different = list(dict.fromkeys(asked(site)))  # what was under way at a kill is asked for again
    assert costs(different)["/calendar?**"] <= MOST + 10, "a few pages since the tally was last written down"


def test_an_exception_lets_a_pattern_through(tmp_path: Path) -> None:
    with serve_pages(endless_calendar) as site:
        config = configured(tmp_path, site, "/calendar", max_pages=100, trap_exceptions=[r"/calendar\?"])
        run = sync(config).run
    assert run["limit"] == "max_pages"
    assert refusals(config) == {}


def test_explain_and_plan_name_the_pattern(tmp_path: Path) -> None:
    with serve_pages(endless_calendar) as site:
        config = configured(tmp_path, site, "/calendar")
        sync(config)
        refused = next(iter(refusals(config)))
        met = command(config, "explain", refused)
        never_met = command(config, "explain", site.url("/calendar?month=7&year=3000"))
        (plan,) = command(config, "plan")["plans"]
    assert (met["state"], met["reason"]) == ("refused", "trap")
    assert met["rule"].startswith("pattern /calendar?**: ")
    assert (never_met["state"], never_met["reason"], never_met["rule"]) == (None, "trap", met["rule"])
    assert {each["reason"] for each in plan["refused"]} == {"trap"}
    assert plan["removed"] == plan["newly_crawled"] == []
