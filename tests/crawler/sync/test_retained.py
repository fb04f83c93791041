"""What a sync owes the next: failed pages are asked for again, and only as many runs stay as are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.database import open_catalog
from catalog.runs import recent_runs
from settings.load import load_settings
from tests.support.changing_site import Answer, page, serve_site
from tests.support.syncing import configure, kept, sync

FAILING = Answer(b"no", 500, headers={"Retry-After": "0"})
MOODY = page("Moody", text="What the moody page says when it feels like it. " * 6)


def test_a_page_that_failed_is_asked_for_again_though_the_page_that_links_it_is_unchanged(
    tmp_path: Path,
) -> None:
    pages = {"/": page("Home", "/moody"), "/moody": FAILING}
    with serve_site(pages) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()], "access": "public"})
        first = sync(config).run
        assert first["failed"] == {"server_error": 1}
        assert sync(config).run["failed"] == {"server_error": 1}
        site.pages["/moody"] = MOODY
        third = sync(config).run
        assert (third["added"], third["unchanged"], third["failed"]) == (1, 1, {})
        assert site.asked("/") == [200, 304, 304]
        assert set(site.asked("/moody")[:-1]) == {500}
        assert site.asked("/moody")[-1] == 200


def test_a_document_whose_page_failed_is_asked_for_again_though_it_never_changed(tmp_path: Path) -> None:
    with serve_site({"/": page("Home", "/moody"), "/moody": MOODY}) as site:
        config = configure(tmp_path, {"name": "wiki", "seeds": [site.url()], "access": "public"})
        sync(config)
        site.pages["/moody"] = FAILING
        failed = sync(config).run
        assert (failed["failed"], failed["deleted"], failed["documents"]) == ({"server_error": 1}, 0, 2)
        site.pages["/moody"] = MOODY
        again = sync(config).run
        assert (again["unchanged"], again["failed"]) == (2, {})
    assert kept(config).verdicts()[site.url("/moody")] == ("unchanged", None)


@pytest.mark.parametrize("keep", [1, 2])
def test_only_so_many_runs_stay_and_the_ledger_keeps_its_facts(tmp_path: Path, keep: int) -> None:
    with serve_site({"/": page("Home", "/moody"), "/moody": MOODY}) as site:
        wiki = {"name": "wiki", "seeds": [site.url()], "access": "public"}
        config = configure(tmp_path, wiki, store={"keep_runs": keep})
        for _ in range(3):
            last = sync(config).run
        assert (last["run"], last["unchanged"]) == (3, 2)
        assert site.asked("/") == [200, 304, 304]
    settings = load_settings(config)
    catalog = open_catalog(settings.store.database, settings.store.directory)
    with catalog.read() as connection:
        numbers = [run.id for run in recent_runs(connection)]
    catalog.close()
    assert numbers == [3, 2][:keep]
    assert {state for state, _ in kept(config).verdicts().values()} == {"unchanged"}


def test_a_summary_says_how_many_bytes_and_seconds_it_took(tmp_path: Path) -> None:
    with serve_site({"/": page("Home")}) as site:
        run = sync(configure(tmp_path, {"name": "wiki", "seeds": [site.url()], "access": "public"})).run
    assert run["bytes"] >= len(page("Home").body) - 1
    assert run["seconds"] > 0
