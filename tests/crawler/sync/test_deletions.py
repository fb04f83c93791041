"""Documents go only on evidence, by a run that ended well, and no more of them than the guard allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.changing_site import Answer, Declared, page, redirect, serve_site
from tests.support.syncing import configure, kept, sync

BROKEN = Answer(b"", 500, headers={"Retry-After": "0"})

LOGIN = page(
    "Sign in",
    '<form action="/login" method="post"><input name="user"><input name="pass" type="password">'
    "<button>Sign in</button></form>",
    text="Sign in to read on.",
)
SOFT_404 = page("Page not found", text="We are sorry: this page does not exist any more.")


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
        protected = {url for url, row in kept(config).ledger.items() if row.kept == "protected"}
        site.pages["/0"] = page("It came back")
        site.take_log()
        accepted = sync(config, "--accept-deletions")
        asked = {each.path for each in site.take_log()}
        left = kept(config).documents.keys()
        standing = {site.url(), site.url("/stays"), site.url("/0")}
        doomed = {site.url(path) for path in paths}
    assert (guarded.code, guarded.run["state"], guarded.run["protected"]) == (3, "incomplete", 12)
    assert guarded.run["error"] == (
        "12 of 14 documents (86%) would have been deleted, more than `sync.deletion_guard` (15%) allows: all "
        "are kept; `crawler report 2` lists them, `crawler sync library --accept-deletions` asks for them "
        "once more and deletes them"
    )
    assert protected == doomed
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
        "documents found gone or excluded, but kept: 1; only a run that ends well deletes them"
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
        (redirect("/login"), False),
        (LOGIN, False),
        (SOFT_404, False),
        (page("Lost in the harbour", text="Nothing of that name was ever seen."), False),
        (page("Still here, and linked nowhere"), False),
    ],
    ids=[
        "404",
        "410",
        "500",
        "403",
        "401",
        "moved",
        "elsewhere",
        "to a 404",
        "to a login",
        "login",
        "soft 404",
        "quiet 404",
        "orphan",
    ],
)
def test_what_no_page_leads_to_any_more_is_asked_for(
    tmp_path: Path, answer: Declared | None, goes: bool
) -> None:
    with serve_site(
        {"/": start("/a", "/login"), "/stays": page("Stays"), "/a": page("A"), "/login": LOGIN}
    ) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()]})
        sync(config)
        site.pages["/"] = start("/login")
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
    assert (again["orphans"], again["deleted"], again["changed"]) == (1, 0, 1)
    assert (twice["orphans"], twice["deleted"], twice["documents"]) == (1, 1, 2)


@pytest.mark.parametrize("linked", [True, False])
def test_a_soft_404_is_neither_indexed_nor_evidence(tmp_path: Path, linked: bool) -> None:
    """The site answers all that it does not have with one page and status 200."""
    with serve_site({"/": start("/a"), "/stays": page("Stays"), "/a": page("A")}) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url()]})
        sync(config)
        site.otherwise = SOFT_404
        site.pages["/"] = start("/a", "/never") if linked else start()
        del site.pages["/a"]
        second = sync(config)
        now = kept(config)
        lost, never = site.url("/a"), site.url("/never")
    assert (second.run["state"], second.run["deleted"], second.run["documents"]) == ("succeeded", 0, 3)
    assert second.run["refused"] == {"soft_404": 2 if linked else 1}
    assert now.documents[lost].title == "A"
    assert never not in now.documents


def test_a_page_about_missing_pages_is_indexed_where_the_site_answers_404(tmp_path: Path) -> None:
    about = page("What 404 not found means", text="A page that was not found is answered 404.")
    with serve_site({"/": start("/about"), "/stays": page("Stays"), "/about": about}) as site:
        synced = sync(configure(tmp_path, {"name": "library", "seeds": [site.url()]}))
    assert (synced.run["added"], synced.run["refused"]) == (3, {})


def test_a_seed_that_is_gone_protects_what_it_led_to_and_not_what_answers_404(tmp_path: Path) -> None:
    site_pages = {
        "/": start("/gone", "/filtered"),
        "/stays": page("Stays"),
        "/gone": page("Gone"),
        "/filtered": page("Filtered"),
        "/second": page("Second", "/behind"),
        "/behind": page("Behind the second seed"),
    }
    with serve_site(site_pages) as site:
        connector: dict[str, Any] = {"name": "library", "seeds": [site.url(), site.url("/second")]}
        connector["sync"] = {"delete_orphans_after": 1}
        sync(configure(tmp_path, connector))
        del site.pages["/gone"], site.pages["/second"]
        connector["filters"] = {"index": {"exclude": ["/filtered"]}}
        config = configure(tmp_path, connector)
        crippled = sync(config)
        left = {url.removeprefix(site.origin) for url in kept(config).documents}
        site.pages["/second"] = page("Second")
        mended = sync(config)
        left_then = {url.removeprefix(site.origin) for url in kept(config).documents}
    assert (crippled.code, crippled.run["state"], crippled.run["orphans"]) == (3, "incomplete", 0)
    assert crippled.run["error"] == f"seed {site.url('/second')}: the server answered 404"
    assert crippled.run["deleted"] == 2
    assert left == {"/", "/stays", "/filtered", "/behind"}
    assert crippled.run["warnings"] == [
        "documents found gone or excluded, but kept: 1; only a run that ends well deletes them"
    ]
    assert (mended.code, mended.run["deleted"]) == (0, 2)
    assert left_then == {"/", "/stays", "/second"}


def test_where_no_seed_of_a_host_can_be_read_its_404s_delete_nothing(tmp_path: Path) -> None:
    with serve_site({"/": start(), "/stays": page("S"), "/a": page("A")}) as ill, serve_site() as well:
        well.pages.update({"/": page("Start", "/b", "/c"), "/b": page("B"), "/c": page("C")})
        ill.pages["/"] = start("/a")
        config = configure(tmp_path, {"name": "library", "seeds": [ill.url(), well.url()]})
        sync(config)
        ill.pages.clear()
        del well.pages["/c"]
        crippled = sync(config)
        documents = kept(config).documents.keys()
        expected = {ill.url(path) for path in ("/", "/a", "/stays")} | {well.url("/"), well.url("/b")}
    assert (crippled.run["state"], crippled.run["deleted"]) == ("incomplete", 1)
    assert documents == expected


def test_a_seed_that_asks_for_a_login_protects_everything(tmp_path: Path) -> None:
    pages = {"/": start("/gone"), "/stays": page("Stays"), "/gone": page("Gone"), "/second": page("Second")}
    with serve_site(pages) as site:
        config = configure(tmp_path, {"name": "library", "seeds": [site.url(), site.url("/second")]})
        sync(config)
        del site.pages["/gone"]
        site.pages["/second"] = Answer(b"who are you?", 401)
        walled = sync(config)
        documents = kept(config).documents.keys()
        expected = {site.url(path) for path in pages}
    assert (walled.run["state"], walled.run["deleted"]) == ("incomplete", 0)
    assert documents == expected
