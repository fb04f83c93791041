"""Sites that cannot be crawled, beside one that can: each says why, and the good one is complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crawler.sync.certificates import self_signed
from tests.support.changing_site import Answer, ChangingSite, page, serve_site
from tests.support.ports import refusing_port
from tests.support.syncing import FAST, Kept, Synced, configure, kept, sync


@dataclass(frozen=True, slots=True)
class Troubled:
    synced: Synced
    kept: Kept
    sites: dict[str, ChangingSite]
    dead: str


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    """One sync of seven connectors: all waiting is done side by side."""
    folder = tmp_path_factory.mktemp("trouble")
    robots_500 = Answer(b"", 500, headers={"Retry-After": "0"})
    with (
        serve_site(
            {"/": page("Good", "/more", "/deep"), "/more": page("More"), "/deep": page("Deep")}
        ) as good,
        serve_site({"/": page("Closed"), "/robots.txt": robots_500}) as closed,
        serve_site({"/": page("Secret")}, certificate=self_signed(folder)) as doubtful,
        serve_site({"/": Answer(b"broken", 500, headers={"Retry-After": "0"})}) as broken,
        serve_site({"/": Answer(delay=20), "/robots.txt": Answer(b"", 404)}) as silent,
        serve_site({"/a": page("Seed that is there")}) as half,
    ):
        dead = f"http://127.0.0.1:{refusing_port()}/"
        config = configure(
            folder,
            {"name": "good", "seeds": [good.url()]},
            {"name": "dead", "seeds": [dead]},
            {"name": "nowhere", "seeds": ["http://no-such-host.invalid/"]},
            {"name": "closed", "seeds": [closed.url()]},
            {"name": "doubtful", "seeds": [doubtful.url()]},
            {"name": "broken", "seeds": [broken.url()]},
            {"name": "silent", "seeds": [silent.url()], "politeness": {**FAST, "timeout": "250ms"}},
            {"name": "half", "seeds": [half.url("/a"), half.url("/b")]},
        )
        sites = {"good": good, "closed": closed, "doubtful": doubtful, "broken": broken, "half": half}
        yield Troubled(sync(config), kept(config), sites, dead)


def test_the_good_site_is_crawled_completely(troubled: Troubled) -> None:
    run = troubled.synced.runs["good"]
    assert (run["state"], run["added"], run["error"]) == ("succeeded", 3, None)


def test_the_exit_code_says_that_something_failed(troubled: Troubled) -> None:
    assert troubled.synced.code == 1


@pytest.mark.parametrize(
    ("connector", "kind"),
    [
        ("dead", "connection_failed"),
        ("nowhere", "dns_failed"),
        ("closed", "robots_unreachable"),
        ("doubtful", "tls_failed"),
        ("broken", "server_error"),
        ("silent", "timeout"),
    ],
)
def test_each_trouble_has_its_kind(troubled: Troubled, connector: str, kind: str) -> None:
    run = troubled.synced.runs[connector]
    assert run["state"] == "failed"
    assert run["failed"] == {kind: 1}
    assert run["documents"] == 0


@pytest.mark.parametrize(
    ("connector", "reason"),
    [
        ("dead", "refuses connections"),
        ("nowhere", "no-such-host.invalid"),
        ("closed", "robots.txt answered 500"),
        ("doubtful", "certificate"),
        ("broken", "the server answered 500"),
        ("silent", "no complete answer"),
    ],
)
def test_the_summary_says_what_was_seen(troubled: Troubled, connector: str, reason: str) -> None:
    error = troubled.synced.runs[connector]["error"]
    assert error.startswith("seed http")
    assert reason in error


def test_one_of_two_seeds_that_fails_makes_a_run_incomplete(troubled: Troubled) -> None:
    run = troubled.synced.runs["half"]
    assert (run["state"], run["added"]) == ("incomplete", 1)
    assert run["error"] == f"seed {troubled.sites['half'].url('/b')}: the server answered 404"


def test_nothing_is_fetched_where_robots_txt_cannot_be_read(troubled: Troubled) -> None:
    assert {each.path for each in troubled.sites["closed"].log} == {"/robots.txt"}
    assert "robots.txt answered 500; asking again in 0 s" in troubled.synced.said


def test_nothing_is_sent_over_a_connection_that_is_not_trusted(troubled: Troubled) -> None:
    assert troubled.sites["doubtful"].log == []


def test_a_server_error_is_tried_four_times(troubled: Troubled) -> None:
    assert troubled.sites["broken"].asked("/") == [500] * 4


def test_a_certificate_that_is_not_checked_is_said_in_the_summary(tmp_path: Path) -> None:
    with serve_site({"/": page("Secret")}, certificate=self_signed(tmp_path)) as doubtful:
        config = configure(
            tmp_path,
            {"name": "doubtful", "seeds": [doubtful.url("/")], "tls": {"verify": False}},
        )
        synced = sync(config)
    assert synced.run["state"] == "succeeded"
    (warning,) = synced.run["warnings"]
    assert warning.startswith("TLS certificates are not checked (`tls.verify: false`)")
    assert f"doubtful: {warning}" in synced.said
