"""Sites that serve each page under several addresses: few of them are asked for, and nothing is lost."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from catalog.database import open_catalog
from catalog.url_variants import VariantRecord, load_variants
from settings.load import load_settings
from tests.support.changing_site import Answer, ChangingSite, Declared, page, redirect, serve_site
from tests.support.syncing import Kept, Synced, configure, kept, start, sync

PAGES = 60
ANSWERS_IN = 0.04
"""Seconds: what is seen of a page is known before the next ones are asked for."""


class Computed(dict[str, Declared]):
    """Pages that are made when they are asked for."""

    def __init__(self, make: Callable[[str], Declared | None]) -> None:
        self._make = make

    def get(self, path: str, default: object = None) -> Declared | None:  # type: ignore[override]
        robots = urlsplit(path).path == "/robots.txt"
        return Answer(b"", 200, "text/plain") if robots else self._make(path)


def essay(number: int) -> str:
    """A text of some length about something of its own."""
    return " ".join(f"word{number}x{each} lies beside word{number}x{each + 1}." for each in range(20))


def crawl(folder: Path, site: ChangingSite, seed: str, **settings: object) -> tuple[Synced, Kept]:
    config = configure(folder, {"name": "docs", "seeds": [seed], **settings})
    synced = sync(config)
    assert synced.run["state"] == "succeeded", dict(synced.run)
    return synced, kept(config)


def rules(folder: Path) -> dict[tuple[str, str], VariantRecord]:
    """What the catalog knows of variants."""
    settings = load_settings(folder / "connectors.yaml")
    catalog = open_catalog(settings.store.database, settings.store.directory)
    try:
        with catalog.read() as connection:
            return {(record.kind, record.name): record for record in load_variants(connection, 1)}
    finally:
        catalog.close()


def many_faced(number: int) -> list[str]:
    """The addresses under which a page of the many-faced site is linked."""
    path = f"/guide/{number}"
    return [
        f"http://docs.example{path}?a=1&b={number}",
        f"http://www.docs.example{path}?a=1&b={number}",
        f"http://docs.example{path}/?a=1&b={number}",
        f"http://docs.example{path}?b={number}&a=1",
        f"http://docs.example{path}?a=1&b={number}&sid={number % 7}0{number}",
        f"http://www.docs.example{path}/?b={number}&sid=9{number}&a=1",
    ]


def many_faced_page(url: str) -> Declared | None:
    address = urlsplit(url)
    if address.path == "/":
        return page("Start", *many_faced(0))
    number = int(dict(parse_qsl(address.query))["b"])
    below = [
        link for child in (2 * number + 1, 2 * number + 2) if child < PAGES for link in many_faced(child)
    ]
    return replace(page(f"Guide {number}", *below, text=essay(number)), delay=ANSWERS_IN)


THROUGH = {"scope": {"follow": "subdomains", "max_depth": 20}}


def test_variants_of_every_kind_are_learned_and_not_asked_for(tmp_path: Path) -> None:
    with serve_site() as site:
        site.pages = Computed(many_faced_page)
        through = THROUGH | {"proxy": {"url": site.origin}}
        synced, found = crawl(tmp_path, site, "http://docs.example/", **through)
        asked = Counter(urlsplit(each.path).path.rstrip("/") for each in site.take_log())
        assert len(found.documents) == PAGES + 1, "one document for each page"
        assert {row.state for row in found.ledger.values()} == {"indexed", "duplicate"}
        assert {row.reason for row in found.ledger.values()} == {None, "duplicate_of"}
        assert all("www." not in url and "sid=" not in url for url in found.documents), "of normal addresses"
        late = [asked[f"/guide/{number}"] for number in range(PAGES // 2, PAGES)]
        assert sum(late) / len(late) < 2, "of six addresses of a page found late fewer than two are asked for"
        assert synced.run["variants"] > PAGES
        assert synced.run["duplicates"] == len(found.ledger) - len(found.documents)
        learned = rules(tmp_path)
        assert {("host", ""), ("slash", ""), ("order", ""), ("parameter", "sid")} <= learned.keys()
        assert all(record.refuted is None for record in learned.values() if record.name in {"", "sid"})
        again, found_again = crawl(tmp_path, site, "http://docs.example/", **through)
        assert found_again.documents.keys() == found.documents.keys()
        assert again.run["added"] == again.run["changed"] == again.run["deleted"] == 0
        assert again.run["variants"] > PAGES, "what was learned is known"
        assert len(site.take_log()) < len(found.ledger) - PAGES


def test_a_crawl_that_is_killed_knows_its_rules_again_and_loses_nothing(tmp_path: Path) -> None:
    with serve_site() as site:
        site.pages = Computed(many_faced_page)
        through = THROUGH | {"proxy": {"url": site.origin}, "name": "docs", "seeds": ["http://docs.example/"]}
        config = configure(tmp_path, through)
        process = start(config)
        deadline = time.monotonic() + 60
        while not (known := rules(tmp_path)) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        process.communicate()
        assert known
        assert sync(config).run["state"] == "succeeded"
        assert rules(tmp_path).keys() >= known.keys()
        documents = kept(config).documents
        assert len(documents) == PAGES + 1
        assert all("www." not in url and "sid=" not in url for url in documents)


def test_explain_names_the_rule_by_which_an_address_is_a_variant(tmp_path: Path) -> None:
    notes: dict[str, Declared] = {}
    for number in range(40):
        notes |= two_faced_pages(number, alike=True)
    with serve_site({"/": page("Start", *notes), **notes}) as site:
        _, found = crawl(tmp_path, site, site.url())
        known = next(row.url for row in found.ledger.values() if row.rule is not None)
        told = explain(tmp_path, known)
        assert told["state"] == "duplicate"
        assert told["reason"] == "duplicate_of"
        assert told["target"]["url"] == known.partition("?")[0]
        assert told["attempts"] == 0
        assert re.fullmatch(
            r"on this host the parameter `draft` changes nothing: \d+ pages seen alike", told["rule"]
        )
        (would,) = explain(tmp_path, site.url("/notes/99?draft=2"))["would"]
        assert would["variant_of"]["url"] == site.url("/notes/99")


def explain(folder: Path, url: str) -> dict[str, Any]:
    """What `crawler explain` says of a URL."""
    command = [sys.executable, "-m", "crawler", "explain", "--json", "--config"]
    config = str(folder / "connectors.yaml")
    told: dict[str, Any] = orjson.loads(
        subprocess.run([*command, config, url], capture_output=True, check=True).stdout
    )
    return told


def test_where_parameters_and_slashes_matter_nothing_is_lost(tmp_path: Path) -> None:
    numbers = range(40)
    pages: dict[str, Declared] = {
        "/": page("Start", *(f"/show?id={number}" for number in numbers), *(f"/a/{n}" for n in numbers)),
        "/show": page("Show", text=essay(7_000)),
    }
    for number in numbers:
        pages[f"/show?id={number}"] = page(
            f"Show {number}", f"/show?id={number}&tab=more", text=essay(number)
        )
        pages[f"/show?id={number}&tab=more"] = page(f"More {number}", text=essay(number + 1_000))
        pages[f"/a/{number}"] = page(f"Leaf {number}", f"/a/{number}/", text=essay(number + 2_000))
        pages[f"/a/{number}/"] = page(f"Folder {number}", text=essay(number + 3_000))
    with serve_site(pages) as site:
        synced, found = crawl(tmp_path, site, site.url())
        assert len(found.documents) == 4 * len(numbers) + 1
        assert synced.run["variants"] == 0
        assert site.asked("/show") == [], "nothing is asked for that no page links"
        assert rules(tmp_path) == {}


def test_lists_that_say_the_same_and_lead_elsewhere_are_all_asked_for(tmp_path: Path) -> None:
    """The text of such a page is what surrounds its list: only its links are its own."""
    lists, turns = range(6), 8
    pages: dict[str, Declared] = {"/": page("Start", *(f"/list/{number}" for number in lists))}
    for number in lists:
        for turn in range(turns):
            item = f"/item/{number}/{turn}"
            links = [f'<a href="{item}">item</a>', f'<a href="/list/{number}?page={turn + 1}">next</a>']
            answer = page(f"List {number}", *links, text=essay(number))
            pages[f"/list/{number}" + (f"?page={turn}" if turn else "")] = replace(answer, delay=ANSWERS_IN)
            pages[item] = page(f"Item {item}", text=essay(100 + 10 * number + turn))
    with serve_site(pages) as site:
        synced, found = crawl(tmp_path, site, site.url(), scope={"max_depth": 20})
        assert {path for path in pages if path.startswith("/item/")} <= {
            url.removeprefix(site.origin) for url in found.documents
        }
        assert synced.run["duplicates"] >= len(lists) * (turns - 1)


def test_what_changes_nothing_in_one_area_is_checked_in_another(tmp_path: Path) -> None:
    news: dict[str, Declared] = {}
    for number in range(12):
        answer = page(f"News {number}", text=essay(number))
        news |= {f"/news/{number}": answer, f"/news/{number}?view=large": answer}
    shop: dict[str, Declared] = {}
    for number in range(9):
        shop[f"/shop/{number}"] = page(f"Shop {number}", text=essay(1_000 + number))
        for view in range(4):
            text = essay(100 + 10 * number + view)
            shop[f"/shop/{number}?view={view}"] = page(f"Shop {number} from side {view}", text=text)
    deeper = replace(page("Deeper", *shop, text=essay(5_000)), delay=0.5)
    with serve_site({"/": page("Start", *news, "/deeper"), "/deeper": deeper, **news, **shop}) as site:
        _, found = crawl(tmp_path, site, site.url())
        assert {path for path in shop if site.url(path) not in found.documents} == set()
        assert rules(tmp_path)["parameter", "view"].refuted is not None


def two_faced_pages(number: int, *, alike: bool) -> dict[str, Declared]:
    plain = replace(page(f"Note {number}", text=essay(number)), delay=ANSWERS_IN)
    other = plain if alike else page(f"Draft {number}", text=essay(number + 500))
    return {f"/notes/{number}": plain, f"/notes/{number}?draft=1": other}


def test_a_site_that_changes_its_mind_loses_nothing(tmp_path: Path) -> None:
    notes: dict[str, Declared] = {}
    for number in range(40):
        notes |= two_faced_pages(number, alike=True)
    with serve_site({"/": page("Start", *notes), **notes}) as site:
        first, found = crawl(tmp_path, site, site.url())
        assert len(found.documents) == 41
        assert first.run["variants"] > 0
        for number in range(40):
            site.pages.update(two_faced_pages(number, alike=False))
        second, found = crawl(tmp_path, site, site.url())
        assert len(found.documents) == 81, "each has become a page of its own"
        assert second.run["variants"] == 0
        refuted = rules(tmp_path)["parameter", "draft"].refuted
        assert refuted is not None
        assert "?draft=1 differs from" in refuted


def in_two_steps(notes: Mapping[str, Declared]) -> dict[str, Declared]:
    """A start page that leads to some notes under both addresses, and later to the others' variants."""
    variants = [path for path in notes if "?" in path]
    later = variants[10:]
    return {
        "/": page("Start", *(path for path in notes if path not in later), "/later"),
        "/later": replace(page("Later", *later), delay=0.8),
    }


def test_a_document_of_an_earlier_run_stays_at_its_address(tmp_path: Path) -> None:
    notes: dict[str, Declared] = {}
    for number in range(40):
        notes |= two_faced_pages(number, alike=True)
    with serve_site(notes) as site:
        site.pages["/"] = page("Start", "/later", *(path for path in notes if "?" in path))
        site.pages["/later"] = page("Later")
        _, found = crawl(tmp_path, site, site.url())
        site.pages.update(in_two_steps(notes))
        again, found_again = crawl(tmp_path, site, site.url())
        assert ("parameter", "draft") in rules(tmp_path)
        assert found_again.documents.keys() == found.documents.keys()
        assert again.run["added"] == again.run["deleted"] == again.run["variants"] == 0
        asked = [site.asked(path) for path in notes if "?" in path]
        assert asked == [[200, 304]] * 40, "as any other document"


def test_variants_of_a_page_that_changes_are_believed(tmp_path: Path) -> None:
    notes: dict[str, Declared] = {}
    for number in range(40):
        notes |= dict.fromkeys(
            two_faced_pages(number, alike=True), page(f"Note {number}", text=essay(number))
        )
    with serve_site({"/": page("Start", *notes), **notes}) as site:
        crawl(tmp_path, site, site.url())
        assert ("parameter", "draft") in rules(tmp_path)
        site.pages.update(in_two_steps(notes))
        for number in range(40):
            text = replace(page(f"Note {number}", text=essay(number + 800)), delay=ANSWERS_IN)
            site.pages.update({f"/notes/{number}": text, f"/notes/{number}?draft=1": text})
        site.take_log()
        again, _ = crawl(tmp_path, site, site.url())
        asked = sum("?draft=1" in each.path for each in site.take_log())
        assert again.run["changed"] == 41, "the start page as well"
        assert again.run["variants"] == 40 - asked
        assert asked < 20, "its variants are not read to see that they changed, too"


def folders_with_slashes(last: int) -> dict[str, Declared]:
    """Folders in a chain, each linked without its slash, and a page at the end that has none."""
    pages: dict[str, Declared] = {"/": page("Start", "/a/0", text=essay(900))}
    for number in range(last):
        pages[f"/a/{number}/"] = page(f"Folder {number}", f"/a/{number + 1}", text=essay(number))
        pages[f"/a/{number}"] = redirect(f"/a/{number}/", 301)
    return pages | {f"/a/{last}": page("The last one", text=essay(last))}


def test_a_server_that_redirects_says_which_address_is_the_normal_one(tmp_path: Path) -> None:
    pages = folders_with_slashes(40)
    del pages["/a/40"]
    with serve_site(pages) as site:
        synced, found = crawl(tmp_path, site, site.url(), scope={"max_depth": 60})
        assert len(found.documents) == 41
        asked = sum(site.asked(f"/a/{number}") != [] for number in range(40))
        assert asked < 10, "most redirects are known beforehand"
        assert synced.run["variants"] > 30


def test_one_page_that_is_otherwise_ends_a_rule_and_what_it_kept_from_being_asked_for_is(
    tmp_path: Path,
) -> None:
    with serve_site(folders_with_slashes(40)) as site:
        synced, found = crawl(tmp_path, site, site.url(), scope={"max_depth": 60})
        assert len(found.documents) == 42
        assert site.url("/a/40") in found.documents, "its normal form was no page"
        assert synced.run["variants"] == 0
        assert {found.ledger[site.url(f"/a/{number}")].state for number in range(40)} == {"redirect"}
