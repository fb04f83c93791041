"""Pages that say the same: one document stands for them, whatever the order, and none is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.changing_site import Answer, ChangingSite, Declared, page, serve_site
from tests.support.syncing import Kept, configure, kept, sync


def essay(word: str) -> str:
    """A text of some length about something of its own."""
    return " ".join(
        f"{word}{number} lies beside {word}{number + 1} in the {word} drawer." for number in range(40)
    )


NOTE = essay("barrel")


def canonical(path: str) -> str:
    return f'<link rel="canonical" href="{path}">'


def crawl(folder: Path, site: ChangingSite, **settings: object) -> Kept:
    config = configure(folder, {"name": "wiki", "seeds": [site.url()], **settings})
    synced = sync(config)
    assert synced.run["state"] == "succeeded", synced.run
    found = kept(config)
    states = [row.state for row in found.ledger.values()]
    assert (
        synced.run["documents"] == len(found.documents) == states.count("indexed") + states.count("unchanged")
    )
    assert synced.run["duplicates"] == states.count("duplicate")
    return found


def verdict(found: Kept, site: ChangingSite, path: str) -> tuple[str, str | None, str | None]:
    """State, reason, and the path that it is a copy of."""
    row, detail = found.ledger[site.url(path)], found.details[site.url(path)]
    return row.state, row.reason, None if detail is None else detail.removeprefix(site.origin)


COPIES: Mapping[str, Declared] = {
    "/archive/2026/note": page("Note", text=NOTE),
    "/note": page("Note", text=NOTE),
    "/note?print=1": page("Note", text=NOTE + " Printed on 26 November 2026 at 16:04:55."),
    "/note/last-week": page("Note", text=NOTE.replace("barrel1", "sack")),
    "/other-note": page("Another note", text=NOTE),
}


@pytest.mark.parametrize(
    "slow", [(), ("/note",), ("/archive/2026/note", "/note?print=1"), ("/note?print=1",)]
)
def test_the_shortest_address_stays_whatever_the_order(tmp_path: Path, slow: tuple[str, ...]) -> None:
    pages = {
        path: replace(answer, delay=0.3) if path in slow and isinstance(answer, Answer) else answer
        for path, answer in COPIES.items()
    }
    with serve_site({"/": page("Start", *COPIES), **pages}) as site:
        found = crawl(tmp_path, site)
        expected = ("duplicate", "duplicate_of", "/note")
        assert verdict(found, site, "/note") == ("indexed", None, None)
        assert verdict(found, site, "/archive/2026/note") == expected
        assert verdict(found, site, "/note?print=1") == expected, "nearly the same"
        assert verdict(found, site, "/note/last-week")[0] == "indexed", "more than twenty words of it differ"
        assert verdict(found, site, "/other-note")[0] == "indexed", "its title is another"
        assert (
            found.ledger[site.url("/archive/2026/note")].document_id == found.documents[site.url("/note")].id
        )


def test_a_copy_takes_the_place_of_a_document_that_is_gone_or_says_something_else(tmp_path: Path) -> None:
    pages = {"/": page("Start", *COPIES), **COPIES}
    with serve_site(pages) as site:
        crawl(tmp_path, site)
        site.pages["/note"] = Answer(b"", 410)
        found = crawl(tmp_path, site)
        assert verdict(found, site, "/note")[0] == "gone"
        assert verdict(found, site, "/note?print=1") == ("indexed", None, None)
        assert verdict(found, site, "/archive/2026/note") == ("duplicate", "duplicate_of", "/note?print=1")
        site.pages["/note?print=1"] = page("Note", text=essay("paper"))
        found = crawl(tmp_path, site)
        assert verdict(found, site, "/archive/2026/note")[0] == "indexed"
        site.pages["/note"] = COPIES["/note"]
        found = crawl(tmp_path, site)
        assert verdict(found, site, "/note") == ("duplicate", "duplicate_of", "/archive/2026/note"), (
            "what stood stays"
        )


def test_copies_for_other_readers_are_kept_for_them(tmp_path: Path) -> None:
    access = [{"match": "/note$", "allow": ["group:staff"]}, {"match": ".*", "allow": ["everyone"]}]
    with serve_site({"/": page("Start", *COPIES), **COPIES}) as site:
        found = crawl(tmp_path, site, access=access)
        assert verdict(found, site, "/note")[0] == "indexed"
        assert verdict(found, site, "/note?print=1")[0] == "indexed"
        assert set(found.documents[site.url("/note?print=1")].allow) == {"everyone"}


def test_a_canonical_link_counts_where_the_same_stands_there(tmp_path: Path) -> None:
    pages = {
        "/": page("Start", "/essay/print", "/essay/2", "/essay/draft", "/essay/lost"),
        "/essay": page("The essay", text=essay("stone")),
        "/essay/print": page(
            "The essay, printed", text=essay("stone") + " Page 1.", head=canonical("/essay")
        ),
        "/essay/2": page("The essay, part 2", text=essay("sand"), head=canonical("/essay")),
        "/essay/draft": page("The essay", text=essay("clay"), head=canonical("/missing")),
        "/essay/lost": page("Lost", text=essay("glass"), head=canonical("/essay/away")),
        "/essay/away": Answer(b"", 302, headers={"Location": "/essay"}),
    }
    with serve_site(pages) as site:
        found = crawl(tmp_path, site)
        assert verdict(found, site, "/essay/print") == ("duplicate", "canonical_elsewhere", "/essay")
        for path in ("/essay/2", "/essay/draft", "/essay/lost"):
            assert verdict(found, site, path) == ("indexed", None, None), path


def test_a_site_that_calls_its_home_page_canonical_everywhere_does_not_collapse(tmp_path: Path) -> None:
    names = [f"/{word}" for word in ("iron", "copper", "zinc", "lead", "tin")]
    pages = {name: page(name, text=essay(name[1:]), head=canonical("/")) for name in names}
    with serve_site({"/": page("Home", *names, head=canonical("/")), **pages}) as site:
        found = crawl(tmp_path, site)
        assert {verdict(found, site, name)[0] for name in names} == {"indexed"}
        assert all(len(site.asked(name)) == 1 for name in names), "nothing is asked for twice to find out"
