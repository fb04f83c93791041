"""`crawler plan` on a small site: it foretells what the next sync does, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.changing_site import Answer, ChangingSite, page, redirect, serve_site
from tests.support.syncing import configure, kept, sync
from tests.support.warm_crawler import warm_crawler

ROBOTS = b"User-agent: *\nDisallow: /private\n"
FILTERS = {"crawl": {"exclude": ["/logout", "[?]sort="]}, "index": {"exclude": ["/tags/"]}}


def pages() -> dict[str, Any]:
    return {
        "/": page("Home", "/a", "/tags/x", "/logout", "/docs/1", "/old", "https://other.example/z"),
        "/a": page("A", "/a?sort=1", "/private", "/deep/1"),
        "/a?sort=1": page("A sorted"),
        "/tags/x": page("Tag X", "/docs/2"),
        "/docs/1": page("Document 1", "/missing"),
        "/docs/2": page("Document 2"),
        "/old": redirect("/docs/1"),
        "/private": page("Private"),
        "/deep/1": page("Deep 1", "/deep/2"),
        "/deep/2": page("Deep 2"),
        "/robots.txt": Answer(ROBOTS, 200, "text/plain"),
    }


def run(config: Path, *arguments: str) -> tuple[int, bytes, str]:
    finished = warm_crawler().run([*arguments, "--config", str(config)], seconds=60)
    said = finished.stderr.decode()
    assert "Traceback" not in said, said
    return finished.returncode, finished.stdout, said


def plan(config: Path, *arguments: str) -> Mapping[str, Any]:
    """The only plan."""
    code, out, said = run(config, "plan", "--json", *arguments)
    assert code == 0, said
    (found,) = orjson.loads(out)["plans"]
    return found  # type: ignore[no-any-return]


def rules(groups: list[dict[str, Any]]) -> dict[str, int]:
    return {group["rule"]: group["count"] for group in groups}


@dataclass(frozen=True)
class Foretold:
    """A plan over an edited configuration, and what the sync after it did."""

    site: ChangingSite
    asked_by_plan: int
    plan: Mapping[str, Any]
    text: str
    before: frozenset[str]
    after: frozenset[str]
    readers: Mapping[str, tuple[str, ...]]
    asked: frozenset[str]


@pytest.fixture(scope="module")
def foretold(tmp_path_factory: pytest.TempPathFactory) -> Foretold:
    folder = tmp_path_factory.mktemp("plan")
    with serve_site(pages()) as site:
        connector = {"name": "wiki", "seeds": [site.url()], "scope": {"max_depth": 2}}
        config = configure(folder, connector | {"filters": FILTERS})
        sync(config)
        before = kept(config)
        edited = {
            "filters": {"crawl": {"exclude": ["/logout"]}, "index": {"exclude": ["/docs/2"]}},
            "scope": {"max_depth": 3},
            "access": [{"match": "/docs/", "allow": ["group:hr"]}, {"match": "", "allow": ["everyone"]}],
            "politeness": {"robots": {"ignore": "our own test server"}},
        }
        configure(folder, connector | edited)
        site.take_log()
        planned = plan(config)
        text = run(config, "plan")[1].decode()
        asked_by_plan = len(site.log)
        sync(config)
        asked = frozenset(each.path for each in site.take_log())
        after = kept(config)
    return Foretold(
        site,
        asked_by_plan,
        planned,
        text,
        frozenset(before.documents),
        frozenset(after.documents),
        {url: document.allow for url, document in after.documents.items()},
        asked,
    )


def examples(groups: list[dict[str, Any]]) -> set[str]:
    return {url for group in groups for url in group["examples"]}


def test_a_plan_on_a_known_crawl_asks_the_site_nothing(foretold: Foretold) -> None:
    assert foretold.asked_by_plan == 0
    assert foretold.plan["based_on"] == "ledger"


def test_the_documents_that_a_plan_removes_and_adds_are_those_of_the_next_sync(foretold: Foretold) -> None:
    removed, added = examples(foretold.plan["removed"]), examples(foretold.plan["added"])
    assert removed == {foretold.site.url("/docs/2")} == foretold.before - foretold.after
    assert added == {foretold.site.url("/tags/x")}
    newly = examples(foretold.plan["newly_crawled"])
    assert newly == {foretold.site.url(path) for path in ("/a?sort=1", "/private", "/deep/2")}
    assert foretold.after - foretold.before == added | newly
    assert {url.removeprefix(foretold.site.origin) for url in newly} <= foretold.asked


def test_a_plan_names_the_rule_and_its_place_in_the_file(foretold: Foretold) -> None:
    assert rules(foretold.plan["removed"]) == {"filters.index.exclude[0] '/docs/2'": 1}
    (removed,) = foretold.plan["removed"]
    assert removed["reason"] == "excluded_by_index_filter"
    assert removed["rule_place"]["key"] == "connectors[0].filters.index.exclude[0]"
    assert removed["rule_place"]["moved"] is False
    assert rules(foretold.plan["newly_crawled"]) == {
        "filters.crawl.exclude[1] '[?]sort='": 1,
        "robots.txt: Disallow: /private": 1,
        "scope.max_depth 2": 1,
    }
    (added,) = foretold.plan["added"]
    assert added["rule"] == "filters.index.exclude[0] '/tags/'"
    assert added["rule_place"]["moved"] is True


def test_a_plan_tells_whose_readers_change(foretold: Foretold) -> None:
    (changed,) = foretold.plan["access_changed"]
    assert (changed["rule"], changed["examples"]) == ("access[0] '/docs/'", [foretold.site.url("/docs/1")])
    assert foretold.readers[foretold.site.url("/docs/1")] == ("group:hr",)


def test_a_plan_for_people_says_what_would_change_and_what_it_costs(foretold: Foretold) -> None:
    assert "nothing was asked of any site" in foretold.text
    assert "Documents that would be removed (by): 1" in foretold.text
    assert "a pattern of `filters.index.exclude` matches (excluded_by_index_filter)" in foretold.text
    assert "which says something else now" in foretold.text
    assert "at the allowed rate" in foretold.text


def test_a_configuration_that_was_not_edited_changes_nothing(tmp_path: Path) -> None:
    with serve_site(pages()) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()], "filters": FILTERS})
        sync(config)
        known = kept(config)
        found = plan(config)
        text = run(config, "plan")[1].decode()
    changes = ("added", "newly_crawled", "removed", "no_longer_crawled", "access_changed", "opened_hosts")
    assert {name: found[name] for name in changes} == {name: [] for name in changes}
    assert (found["read_again"], found["unreached"], found["protected"]) == (0, 0, 0)
    assert (found["urls"], found["documents"]) == (len(known.ledger), len(known.documents))
    assert "The configuration changes nothing for the URLs that are known." in text


def test_a_removal_that_the_guard_would_stop_is_said(tmp_path: Path) -> None:
    home = page("Home", *(f"/rooms/{number}" for number in range(12)))
    site_pages = {"/": home} | {f"/rooms/{n}": page(f"Room {n}", text=f"Room number {n}") for n in range(12)}
    with serve_site(site_pages) as site:
        connector = {"name": "wiki", "seeds": [site.url()]}
        config = configure(tmp_path, connector)
        sync(config)
        configure(tmp_path, connector | {"filters": {"crawl": {"exclude": ["/rooms/"]}}})
        found = plan(config)
        text = run(config, "plan")[1].decode()
    assert (found["protected"], found["indexed"]) == (12, 1)
    assert "The deletion guard would stop this: 12 of 13 documents" in text


def test_hosts_that_come_into_the_scope_are_told_by_their_links(tmp_path: Path) -> None:
    with serve_site(pages()) as site:
        connector = {"name": "wiki", "seeds": [site.url()]}
        config = configure(tmp_path, connector)
        sync(config)
        configure(tmp_path, connector | {"scope": {"follow": "any"}})
        (host,) = plan(config)["opened_hosts"]
    assert host == {"host": "other.example", "links": 1, "examples": ["https://other.example/z"]}


def test_a_new_seed_is_told_and_a_connector_that_there_is_not_is_a_wrong_call(tmp_path: Path) -> None:
    with serve_site(pages()) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()]})
        sync(config)
        configure(tmp_path, {"name": "wiki", "seeds": [site.url(), site.url("/entrance")]})
        assert plan(config, "wiki")["new_seeds"] == [site.url("/entrance")]
        code, out, said = run(config, "plan", "wikis")
    assert (code, out) == (2, b"")
    assert "no connector is called `wikis`" in said


def test_a_connector_that_was_never_crawled_is_sampled_and_nothing_is_kept(tmp_path: Path) -> None:
    with serve_site(pages()) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()], "filters": FILTERS})
        found = plan(config)
        text = run(config, "plan")[1].decode()
        assert [path.name for path in tmp_path.iterdir()] == ["connectors.yaml"]
        summary = sync(config).run
    assert (found["based_on"], found["complete"], found["requested"]) == ("sample", True, 300)
    assert found["indexed"] == summary["documents"]
    assert {group["reason"]: 0 for group in found["refused"]} == dict.fromkeys(summary["refused"], 0)
    assert rules(found["refused"])["filters.crawl.exclude[1] '[?]sort='"] == 1
    assert found["failed"][0]["reason"] == "not_found"
    assert found["refused_hosts"][0]["host"] == "other.example"
    assert found["estimate"]["pages"] == found["crawled"]
    assert "All that is in scope was met." in text
    assert "nothing was kept" in text


def test_a_sample_asks_for_no_more_pages_than_it_was_told(tmp_path: Path) -> None:
    with serve_site(pages()) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()]})
        found = plan(config, "--sample", "3")
        asked = site.take_log()
    assert len(asked) == found["crawled"] == 3
    assert (found["complete"], found["requested"]) == (False, 3)
    assert found["waiting"] > 0
    assert found["estimate"]["pages"] == found["crawled"] + found["waiting"]


def test_a_sample_of_a_known_connector_leaves_its_ledger_as_it_was(tmp_path: Path) -> None:
    with serve_site(pages()) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()]})
        sync(config)
        before = kept(config)
        code, out, _ = run(config, "plan", "--json", "--sample", "5")
        after = kept(config)
    assert (code, before) == (0, after)
    assert [each["based_on"] for each in orjson.loads(out)["plans"]] == ["ledger", "sample"]


def test_a_sample_of_a_site_that_is_down_fails_and_says_why(tmp_path: Path) -> None:
    with serve_site(pages()) as site:
        url = site.url()
    config = configure(tmp_path, {"name": "wiki", "seeds": [url]})
    code, out, _ = run(config, "plan", "--json", "--sample", "3")
    (found,) = orjson.loads(out)["plans"]
    assert code == 1
    assert url in found["error"]
