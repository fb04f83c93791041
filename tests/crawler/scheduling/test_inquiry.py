"""Questions that the service asks a running scheduler: what may be asked, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from catalog.commands import CommandState
from crawler.scheduling.inquiry import UnusableInquiryError, arguments_of
from tests.support.changing_site import ChangingSite, page, serve_site
from tests.support.scheduling import answer, ask, scheduling
from tests.support.syncing import configure, sync


@pytest.fixture
def site() -> Iterator[ChangingSite]:
    with serve_site({"/": page("Home", "/about"), "/about": page("About")}) as served:
        yield served


@pytest.mark.parametrize(
    ("name", "asked", "line"),
    [
        ("plan", {"connector": "wiki"}, "plan -- wiki"),
        ("plan", {"connector": "wiki", "sample": 20}, "plan --sample 20 -- wiki"),
        ("explain", {"url": "--help"}, "explain -- --help"),
        ("try", {"url": "--help"}, "validate --try=--help"),
    ],
)
def test_a_question_is_a_command_line_in_which_nothing_asked_is_an_option(
    name: str, asked: Mapping[str, Any], line: str
) -> None:
    assert " ".join(arguments_of(name, asked)) == line


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("plan", {}),
        ("plan", {"connector": "wiki", "sample": 0}),
        ("plan", {"connector": "wiki", "sample": 1_000_000}),
        ("plan", {"connector": ["wiki"]}),
        ("plan", {"connector": "wiki", "rules": ["scope"]}),
        ("explain", {"url": ""}),
        ("try", {"url": "https://a.example/" + "a" * 3_000}),
        ("forget", {"connector": "wiki"}),
    ],
)
def test_what_cannot_be_asked_is_refused(name: str, asked: Mapping[str, Any]) -> None:
    with pytest.raises(UnusableInquiryError):
        arguments_of(name, asked)


def test_plan_explain_and_try_are_answered_as_their_commands_do(tmp_path: Path, site: ChangingSite) -> None:
    config = configure(
        tmp_path,
        {
            "name": "wiki",
            "seeds": [site.url()],
            "access": "public",
            "render": "never",
            "filters": {"crawl": {"exclude": ["/secret"]}},
        },
    )
    with scheduling(config) as running:
        running.wait_for("started")
        told = {
            "plan": ask(config, "plan", connector="wiki", sample=5),
            "explain": ask(config, "explain", url=site.url("/secret")),
            "try": ask(config, "try", url=site.url("/about")),
            "nothing": ask(config, "try", url=site.url("/nothing")),
        }
        found = {name: answer(config, number) for name, number in told.items()}
        unknown = answer(config, ask(config, "plan", connector="nothing"))
        running.end()
    assert {each.state for each in found.values()} == {CommandState.DONE}
    answers = {name: each.result["answer"] for name, each in found.items() if each.result}
    (plan,) = answers["plan"]["plans"]
    assert (plan["connector"], plan["based_on"], plan["indexed"]) == ("wiki", "sample", 2)
    (would,) = answers["explain"]["would"]
    assert would["crawl"]["rule"] == "filters.crawl.exclude[0] '/secret'"
    assert (answers["try"]["title"], answers["try"]["state"]) == ("About", "indexed")
    assert (answers["nothing"]["state"], answers["nothing"]["document"]) == ("gone", None)
    assert unknown.state is CommandState.FAILED
    assert unknown.result is not None
    assert "nothing" in unknown.result["error"]


def test_the_faults_of_an_edited_configuration_are_the_answer(tmp_path: Path, site: ChangingSite) -> None:
    wiki = {"name": "wiki", "seeds": [site.url()], "access": "public"}
    store = {"database": f"sqlite:///{tmp_path}/catalog.db", "directory": str(tmp_path)}
    config, same_catalog = (configure(tmp_path / name, wiki, store=store) for name in ("edited", "same"))
    with scheduling(config) as running:
        running.wait_for("started")
        config.write_text("version: 1\nconnectors: [{name: wiki, seed: [x]}]", encoding="utf-8")
        answered = answer(same_catalog, ask(same_catalog, "plan", connector="wiki"))
        running.end()
    assert answered.result is not None
    assert "connectors.yaml:2:27: unknown key `seed`; did you mean `seeds`?" in answered.result["error"]


def test_other_rules_are_tried_without_touching_the_file(tmp_path: Path, site: ChangingSite) -> None:
    wiki = {"name": "wiki", "seeds": [site.url()], "access": "public", "scope": {"max_depth": 3}}
    config = configure(tmp_path, wiki)
    assert sync(config).code == 0
    before = config.read_bytes()
    tried = {"filters": {"crawl": {"exclude": ["/about"]}}}
    with scheduling(config) as running:
        running.wait_for("started")
        told = {
            "excluded": ask(config, "plan", connector="wiki", rules=tried),
            "misspelt": ask(config, "plan", connector="wiki", rules={"filters": {"crwal": {}}}),
            "forbidden": ask(config, "plan", connector="wiki", rules={"seeds": ["https://a.example/"]}),
            "unchanged": ask(config, "plan", connector="wiki", rules={"scope": {"max_depth": 3}}),
        }
        results = {name: answer(config, number).result or {} for name, number in told.items()}
        running.end()
    (excluded,) = results["excluded"]["answer"]["plans"]
    (group,) = excluded["removed"]
    assert (group["rule"], group["examples"]) == (
        "filters.crawl.exclude[0] '/about'",
        [site.url("/about")],
    )
    assert results["unchanged"]["answer"]["plans"][0]["removed"] == []
    assert results["misspelt"]["error"].startswith("unknown key `crwal`")
    assert results["forbidden"]["error"].startswith("only access, attachments, filters, scope can be tried")
    assert config.read_bytes() == before
