"""A session that ends unseen: what was fetched after it counts neither as content nor as gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.syncing import configure, document_texts, kept, sync
from tests.support.two_faced_site import PAGES, PASSWORD, USER, TwoFacedSite, serve_two_faced_site


@pytest.fixture(scope="module")
def running_site() -> Iterator[TwoFacedSite]:
    with serve_two_faced_site() as site:
        yield site


@pytest.fixture
def site(running_site: TwoFacedSite) -> TwoFacedSite:
    """The site with two faces as it was at its start."""
    running_site.reset()
    return running_site


def club(site: TwoFacedSite, **auth: Any) -> dict[str, Any]:
    login = {
        "type": "form",
        "username": USER,
        "password": PASSWORD,
        "login_url": f"{site.address}/login",
        "logged_in": {"url": f"{site.address}/me", "contains": f"You are {USER}"},
    }
    return {
        "name": "club",
        "seeds": [f"{site.address}/"],
        "auth": login | auth,
        "access": [{"match": "", "allow": ["group:members"]}],
    }


def texts(config: Path) -> list[str]:
    """What the living documents say."""
    return list(document_texts(config).values())


def test_no_page_for_visitors_is_indexed_when_sessions_end_unseen(site: TwoFacedSite, tmp_path: Path) -> None:
    site.ends_after = 15
    config = configure(tmp_path, club(site))
    synced = sync(config)
    assert (synced.code, synced.run["documents"]) == (0, PAGES), synced.said
    said = texts(config)
    assert len(said) == PAGES
    assert not [text for text in said if "visitors" in text]
    assert site.counts["visitor pages"] > 0  # they were fetched, and did not count
    # How many are in flight when a session ends is chance; what was read without one is bounded all the same.
    assert PAGES // site.ends_after <= site.counts["passwords"] <= PAGES // 3


def test_what_visitors_are_told_is_gone_is_no_evidence(site: TwoFacedSite, tmp_path: Path) -> None:
    config = configure(tmp_path, club(site))
    assert sync(config).run["documents"] == PAGES
    site.sessions.clear()
    site.ends_after, site.gone_for_visitors = 15, True
    again = sync(config, "--mode", "forced")
    assert (again.run["documents"], again.run["deleted"], again.run["gone"]) == (PAGES, 0, 0)


@pytest.mark.parametrize("gone", [False, True])
def test_pages_that_arrive_while_somebody_signs_in_are_not_taken_for_the_new_sessions(
    site: TwoFacedSite, tmp_path: Path, gone: bool
) -> None:
    config = configure(tmp_path, club(site))
    assert sync(config).run["documents"] == PAGES
    site.sessions.clear()
    site.ends_after, site.gone_for_visitors = 15, gone
    site.late_for_visitors, site.late_login = 0.1, 0.35
    again = sync(config, "--mode", "forced")
    assert (again.run["documents"], again.run["deleted"], again.run["gone"]) == (PAGES, 0, 0)
    assert not [text for text in texts(config) if "visitors" in text]


def test_a_canary_that_is_not_there_ends_the_connector_with_a_sentence(
    site: TwoFacedSite, tmp_path: Path
) -> None:
    config = configure(tmp_path, club(site, logged_in={"url": f"{site.address}/me", "contains": "Welcome"}))
    synced = sync(config)
    assert (synced.code, synced.run["state"]) == (1, "failed")
    assert synced.run["error"] == (
        f"the login went through, but then {site.address}/me does not contain `Welcome`: check `logged_in`"
    )
    assert kept(config).documents == {}


def test_the_next_run_takes_the_session_up_again(site: TwoFacedSite, tmp_path: Path) -> None:
    config = configure(tmp_path, club(site))
    sync(config)
    sync(config)
    assert site.counts["passwords"] == 1


def test_a_rejected_password_is_tried_once_in_any_number_of_runs(site: TwoFacedSite, tmp_path: Path) -> None:
    config = configure(tmp_path, club(site, password="not-the-one"))
    first, second = sync(config), sync(config)
    assert (first.code, second.code) == (1, 1)
    assert "rejected the password of crawler: “That is not right.”" in first.run["error"]
    assert "these credentials are not tried again until they change" in second.run["error"]
    assert site.counts["passwords"] == 1
    configure(tmp_path, club(site))
    assert sync(config).run["documents"] == PAGES
