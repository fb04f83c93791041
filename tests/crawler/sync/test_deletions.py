"""Documents go only on evidence, by a run that ended well, and no more of them than the guard allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.changing_site import Answer, Declared, page, redirect, serve_site
from tests.support.syncing import configure, kept, sync

BROKEN = Answer(b"", 500, headers={"Retry-After": "0"})


def start(*others: str) -> Answer:
    return page("Start", "/stays", *others)


def test_the_guard_ends_a_run_incomplete_and_accepting_carries_it_out(tmp_path: Path) -> None:
    paths = [f"/{number}" for number in range(12)]
    with serve_site({"/": start(*paths), "/stays": page("Stays"), **{p: page(p) for p in paths}}) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()]})
        sync(config)
        for path in paths:
            del site.pages[path]
        guarded = sync(config)
        site.pages["/0"] = page("It came back")
        site.take_log()
        accepted = sync(config, "--accept-deletions")
        asked = {each.path for each in site.take_log()}
        left = kept(config).documents.keys()
        standing = {site.url(), site.url("/stays"), site.url("/0")}
    assert (guarded.code, guarded.run["state"], guarded.run["protected"]) == (3, "incomplete", 12)
    assert guarded.run["error"] == (
        "12 of 14 documents (86%) would have been deleted, more than `sync.deletion_guard` (15%) allows: all "
        "are kept; `crawler report 2` lists them, `crawler sync library --accept-deletions` asks for them "
        "once more and deletes them"
    )
    assert set(paths) <= asked, "evidence is asked for anew"
    assert (accepted.code, accepted.run["state"], accepted.run["deleted"]) == (0, "succeeded", 11)
    assert left == standing


@pytest.mark.parametrize("limit", [{"max_pages": 2}])
def test_a_run_that_a_limit_ended_deletes_nothing(tmp_path: Path, limit: dict[str, int]) -> None:
    with serve_site({"/": page("Start", "/a", "/b"), "/a": page("A"), "/b": page("B")}) as site:
        connector = {"name": "library", "seeds": [site.url()]}
        sync(configure(tmp_path, connector))
        del site.pages["/a"]
        limited = sync(configure(tmp_path, connector | {"scope": limit}))
        whole = sync(configure(tmp_path, connector))
    assert (limited.run["state"], limited.run["deleted"], limited.run["documents"]) == ("incomplete", 0, 3)
    assert (
        "documents found gone or excluded, but kept: 1; only a run that ends well deletes"
        in (limited.run["warnings"])
    )
    assert (whole.run["deleted"], whole.run["documents"]) == (1, 2)


@pytest.mark.parametrize(
    ("answer", "goes"),
    [
        (None, True),
        (Answer(b"", 410), True),
        (BROKEN, False),
        (Answer(b"", 403), False),
        (Answer(b"", 401), False),
        (redirect("/stays"), True),  # it moved to a document that stands
        (redirect("http://no-such-host.invalid/"), False),
        (redirect("/nowhere"), False),
        (page("Still here, and linked nowhere"), False),
    ],
    ids=["404", "410", "500", "403", "401", "moved", "elsewhere", "to a 404", "orphan"],
)
def test_what_no_page_leads_to_any_more_is_asked_for(
    tmp_path: Path, answer: Declared | None, goes: bool
) -> None:
    with serve_site({"/": start("/a"), "/stays": page("Stays"), "/a": page("A")}) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()]})
        sync(config)
        site.pages["/"] = start()
        if answer is None:
            del site.pages["/a"]
        else:
            site.pages["/a"] = answer
        site.take_log()
        second = sync(config)
        asked = [each.path for each in site.take_log()]
        left = kept(config).documents
        url = site.url("/a")
    assert "/a" in asked
    assert second.run["state"] == "succeeded"
    assert (second.run["deleted"], url in left) == (int(goes), not goes)


def test_an_orphan_is_reported_each_time_and_deleted_when_its_runs_are_up(tmp_path: Path) -> None:
    with serve_site({"/": start("/a"), "/stays": page("Stays"), "/a": page("A")}) as site:
        connector = {"name": "library", "seeds": [site.url()], "sync": {"delete_orphans_after": 2}}
        config = configure(tmp_path, connector)
        sync(config)
        site.pages["/"] = start()
        once = sync(config).run
        site.pages["/"] = start("/a")
        linked = sync(config).run
        site.pages["/"] = start()
        site.pages["/a"] = page("A, kept fresh")
        again = sync(config).run
        twice = sync(config).run
    assert (once["orphans"], once["deleted"], once["state"]) == (1, 0, "succeeded")
    assert (linked["orphans"], linked["deleted"]) == (0, 0)
    assert (again["orphans"], again["deleted"], again["changed"]) == (1, 0, 2)
    assert (twice["orphans"], twice["deleted"], twice["documents"]) == (1, 1, 2)
