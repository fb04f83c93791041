"""What pages of a site share is learned by a sync: a template of nothing but `div`s is in no document."""

from __future__ import annotations

from pathlib import Path

from tests.support.changing_site import Answer, ChangingSite, serve_site
from tests.support.syncing import configure, document_texts, kept, sync

TOP = "Harbour Works have built boats for coast and river since the spring of 1911."
BOTTOM = "Visit our yard on any weekday between nine and five, or write us a letter."
BOATS = 14


def soup(name: str, said: str, links: str = "") -> Answer:
    """A page without a single tag, class or id that tells content from template."""
    markup = (
        f"<html><title>{name}</title><body><div><div><div>{TOP}</div></div><div><div>{said}</div>"
        f"<div>{links}</div></div><div><div>{BOTTOM}</div></div></div></body></html>"
    )
    return Answer(markup.encode())


def about(name: str) -> str:
    return " ".join(f"The {name} carries {name} sail number {number}." for number in range(8))


def boatyard() -> dict[str, Answer]:
    names = [f"boat{number}" for number in range(BOATS)]
    pages = {f"/{name}": soup(name, about(name)) for name in names}
    links = " ".join(f"<a href='/{name}'>{name}</a>" for name in names)
    return {"/": soup("Yard", "All the boats that we have built are listed below.", links), **pages}


def config_for(folder: Path, site: ChangingSite) -> Path:
    return configure(folder, {"name": "yard", "seeds": [site.url()]})


def texts(config: Path, site: ChangingSite) -> dict[str, str]:
    return {url.removeprefix(site.origin): text for url, text in document_texts(config).items()}


def test_a_template_without_hints_is_in_no_document_and_no_page_is_fetched_or_changed_again(
    tmp_path: Path,
) -> None:
    with serve_site(boatyard()) as site:
        config = config_for(tmp_path, site)
        assert sync(config).run["state"] == "succeeded"
        found = texts(config, site)
        assert len(found) == BOATS + 1
        assert found["/boat3"] == about("boat3")
        assert [path for path, text in found.items() if TOP in text or BOTTOM in text] == []
        versions = {url: document.version for url, document in kept(config).documents.items()}

        site.log.clear()
        again = sync(config).run
        assert (again["state"], again["added"], again["changed"]) == ("succeeded", 0, 0)
        assert {each.status for each in site.log if each.path.startswith("/boat")} == {304}
        assert {url: document.version for url, document in kept(config).documents.items()} == versions
        assert texts(config, site) == found


def test_pages_read_later_come_without_the_template_and_those_that_say_nothing_else_keep_it(
    tmp_path: Path,
) -> None:
    with serve_site(boatyard()) as site:
        config = config_for(tmp_path, site)
        sync(config)
        site.pages["/boat3"] = soup("boat3", about("cutter"))
        site.pages["/boat4"] = soup("boat4", "")
        changed = sync(config).run
        assert (changed["state"], changed["changed"]) == ("succeeded", 2)
        found = texts(config, site)
        assert found["/boat3"] == about("cutter")
        assert found["/boat4"] == f"{TOP}\n{BOTTOM}"


def test_a_site_of_few_pages_keeps_all_that_they_say(tmp_path: Path) -> None:
    pages = dict(list(boatyard().items())[:5])
    with serve_site(pages) as site:
        config = config_for(tmp_path, site)
        assert sync(config).run["state"] == "succeeded"
        assert all(TOP in text and BOTTOM in text for text in texts(config, site).values())
