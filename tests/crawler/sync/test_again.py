"""Syncs of a site that is known: nothing is read twice, what changed is, what is gone goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from tests.support.changing_site import Answer, Asked, ChangingSite, Declared, page, serve_site
from tests.support.syncing import Kept, Synced, configure, kept, sync

LONG = "What the harbour master wrote down in the evening. " * 8
PEOPLE = tuple(f"/people/{number}" for number in range(12))


def declared() -> dict[str, Declared]:
    return {
        "/": page(
            "Start",
            "/news",
            "/closing",
            "/dropped",
            "/moody",
            "/hidden",
            "/hidden-304",
            "/print",
            "/twin-a",
            "/twin-b",
            "/moved",
            "/untagged",
            *PEOPLE,
        ),
        "/news": page("News of monday", "/news/1"),
        "/news/1": page("A story"),
        "/closing": page("Closing down"),
        "/dropped": page("Dropped from the menu", "/below-dropped"),
        "/below-dropped": page("Below the dropped one"),
        "/moody": page("Moody"),
        "/hidden": page("Soon hidden"),
        "/hidden-304": page("Soon hidden"),
        "/print": page("A print-out", head='<link rel="canonical" href="/screen">', text=LONG + "Printed."),
        "/screen": page("On screen", "/from-screen", text=LONG + "Shown."),
        "/from-screen": page("Only linked on screen"),
        "/twin-a": page("Twins", text=LONG),
        "/twin-b": page("Twins", text=LONG),
        "/moved": page("About to move"),
        "/untagged": Answer(page("Without a tag").body, etag=False),
        **{path: page(f"Person {path}") for path in PEOPLE},
    }


@dataclass(frozen=True, slots=True)
class Round:
    """A sync: what it reported, what the site was asked, what the catalog then held."""

    synced: Synced
    asked: Sequence[Asked]
    kept: Kept

    def statuses(self) -> Counter[int]:
        return Counter(each.status for each in self.asked)

    def changes(self) -> tuple[int, int, int, int]:
        run = self.synced.run
        return run["added"], run["changed"], run["unchanged"], run["deleted"]


@dataclass(frozen=True, slots=True)
class History:
    site: ChangingSite
    first: Round
    second: Round
    third: Round
    fourth: Round

    def state(self, then: Round, path: str) -> tuple[str, str | None]:
        return then.kept.verdicts()[self.site.url(path)]


def change(site: ChangingSite) -> None:
    """What happens to the site between the second and the third sync."""
    pages = site.pages
    pages["/"] = page(
        "Start",
        "/news",
        "/closing",
        "/moody",
        "/hidden",
        "/hidden-304",
        "/print",
        "/twin-a",
        "/twin-b",
        "/moved",
        "/untagged",
        "/arrived",
        *PEOPLE,
    )
    pages["/news"] = page("News of tuesday", "/news/1", "/news/2")
    pages["/news/2"] = page("Another story")
    pages["/arrived"] = page("Just arrived")
    del pages["/closing"]
    pages["/moody"] = Answer(b"out of order", 500, headers={"Retry-After": "0"})
    body = page("Soon hidden").body
    pages["/hidden"] = Answer(body, headers={"X-Robots-Tag": "noindex"}, etag=False)
    pages["/hidden-304"] = Answer(body, headers={"X-Robots-Tag": "noindex"})
    pages["/twin-a"] = page("No twin any more", text="Somebody wrote a chapter of its own here. " * 10)
    pages["/moved"] = Answer(b"", 301, headers={"Location": "/arrived"})


def change_back(site: ChangingSite) -> None:
    """What happens between the third sync and the fourth: what had gone comes back as it was."""
    before = declared()
    for path in ("/closing", "/moody", "/hidden", "/hidden-304", "/moved"):
        site.pages[path] = before[path]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with serve_site(declared()) as site:
        config = configure(tmp_path_factory.mktemp("again"), {"name": "again", "seeds": [site.url()]})

        def synchronise() -> Round:
            synced = sync(config)
            return Round(synced, site.take_log(), kept(config))

        first, second = synchronise(), synchronise()
        change(site)
        third = synchronise()
        change_back(site)
        yield History(site, first, second, third, synchronise())


def test_the_first_sync_adds_all(history: History) -> None:
    assert history.first.synced.code == 0
    assert history.first.changes() == (26, 0, 0, 0)
    assert history.state(history.first, "/print") == ("duplicate", "canonical_elsewhere")


def test_an_unchanged_site_answers_304_and_nothing_is_read_again(history: History) -> None:
    assert history.second.changes() == (0, 0, 26, 0)
    asked_in_full = {each.path for each in history.second.asked if each.status == 200}
    # A copy is no document of its own: whether it still is a copy only its content can tell.
    copies = {
        path
        for path in ("/print", "/twin-a", "/twin-b")
        if history.state(history.first, path)[0] == "duplicate"
    }
    assert asked_in_full == {"/untagged", *copies}
    assert history.second.statuses()[304] == 25


def test_an_unchanged_site_is_asked_once_for_each_page(history: History) -> None:
    assert max(Counter(each.path for each in history.second.asked).values()) == 1


def test_unchanged_documents_keep_their_version(history: History) -> None:
    assert history.second.kept.documents == history.first.kept.documents


@pytest.mark.parametrize("path", ["/screen", "/from-screen", "/news/1"])
def test_what_is_found_from_an_unchanged_page_is_no_orphan(history: History, path: str) -> None:
    assert history.state(history.second, path) == ("unchanged", None)


def test_a_changed_page_has_a_new_version_and_its_new_links_are_followed(history: History) -> None:
    news = history.third.kept.documents[history.site.url("/news")]
    assert (news.title, news.version) == ("News of tuesday", 2)
    assert history.state(history.third, "/news/2") == ("indexed", None)
    assert history.state(history.third, "/arrived") == ("indexed", None)


def test_a_page_that_became_404_is_deleted(history: History) -> None:
    assert history.state(history.third, "/closing") == ("gone", "not_found")
    assert history.site.url("/closing") not in history.third.kept.documents


@pytest.mark.parametrize("path", ["/dropped", "/below-dropped"])
def test_a_page_that_nothing_links_any_more_but_answers_is_kept(history: History, path: str) -> None:
    assert history.state(history.third, path) == ("unchanged", "not_linked_any_more")
    assert history.site.url(path) in history.third.kept.documents


def test_a_page_that_fails_for_now_is_kept(history: History) -> None:
    assert history.state(history.third, "/moody") == ("failed", "server_error")
    assert history.site.url("/moody") in history.third.kept.documents


@pytest.mark.parametrize("path", ["/hidden", "/hidden-304"])
def test_a_header_that_now_says_noindex_deletes_a_page_whose_body_is_the_same(
    history: History, path: str
) -> None:
    assert history.state(history.third, path) == ("refused", "noindex")
    assert history.site.url(path) not in history.third.kept.documents


def test_when_one_of_two_copies_changes_both_are_documents(history: History) -> None:
    titles = {
        document.title
        for url, document in history.third.kept.documents.items()
        if url.endswith(("/twin-a", "/twin-b"))
    }
    assert titles == {"Twins", "No twin any more"}


def test_a_page_that_redirects_to_another_document_gives_way_to_it(history: History) -> None:
    assert history.state(history.third, "/moved") == ("redirect", None)
    assert history.site.url("/moved") not in history.third.kept.documents


@pytest.mark.parametrize("path", ["/closing", "/hidden", "/hidden-304", "/moved"])
def test_what_comes_back_just_as_it_was_is_a_document_again(history: History, path: str) -> None:
    assert history.state(history.fourth, path) == ("indexed", None)
    assert history.fourth.kept.documents[history.site.url(path)].version > 1


def test_a_page_that_failed_once_stands_unchanged(history: History) -> None:
    assert history.state(history.fourth, "/moody") == ("unchanged", None)
    assert history.fourth.kept.documents[history.site.url("/moody")].version == 1


def test_every_sync_agrees_with_the_catalog(history: History) -> None:
    for each in (history.first, history.second, history.third, history.fourth):
        assert each.synced.run["documents"] == len(each.kept.documents)
        assert each.synced.run["state"] == "succeeded"
