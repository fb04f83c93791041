"""The text of the link by which a sync found a file: its title where it has none, a source of mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from typer.testing import CliRunner

from catalog.task import FoundBy
from crawler.cli import app
from crawler.sync.reading import Reader
from tests.crawler.sync.rules import CONNECTOR, read_job, reading_rules
from tests.support.changing_site import Answer, ChangingSite, page, serve_site
from tests.support.syncing import Kept, configure, kept, sync

MAPPING = {"field": "topic", "from": "link:text"}


def linking(name: str, path: str, *texts: str) -> Answer:
    """A page with a link to a path for each text."""
    return page(name, text=" ".join(f"<a href='{path}'>{text}</a>" for text in texts))


def rates(said: str = "200 km: 60 EUR") -> Answer:
    return Answer(said.encode(), content_type="text/plain")


def configured(folder: Path, site: ChangingSite, *mappings: Mapping[str, Any]) -> Path:
    connector = {"name": "library", "seeds": [site.url()], "field_mappings": list(mappings)}
    return configure(folder, connector, fields={"topic": {"type": "string"}})


def title(held: Kept, site: ChangingSite, path: str) -> str:
    return held.documents[site.url(path)].title


def asked(*arguments: str) -> Any:
    return orjson.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)


def test_a_file_without_a_title_is_called_what_the_link_to_it_says(tmp_path: Path) -> None:
    pages = {
        "/": page("Start", "/one", "/two"),
        "/one": linking("One", "/f/r7.txt", "Download"),
        "/two": linking("Two", "/f/r7.txt", "here", "Mileage rates"),
        # it comes when its second link has long been read, however busy the machine
        "/f/r7.txt": replace(rates(), delay=2.0),
    }
    with serve_site(pages) as site:
        config = configured(tmp_path, site)
        assert sync(config).run["state"] == "succeeded"
        first = kept(config)
        assert title(first, site, "/f/r7.txt") == "Mileage rates"
        told = asked("explain", site.url("/f/r7.txt"), "--config", str(config))
        assert told["link_text"] == "Mileage rates"
        story = CliRunner().invoke(app, ["explain", site.url("/f/r7.txt"), "--config", str(config)])
        assert "  linked as  “Mileage rates”\n" in story.stdout

        site.log.clear()
        configured(tmp_path, site, MAPPING)
        assert sync(config).run["state"] == "succeeded"
        mapped = kept(config).documents[site.url("/f/r7.txt")]
        assert (mapped.title, mapped.fields["topic"]) == ("Mileage rates", "Mileage rates")
        assert site.asked("/f/r7.txt") == [304], "a changed mapping has nothing fetched again"


def test_another_text_counts_when_the_file_is_read_next(tmp_path: Path) -> None:
    pages = {"/": linking("Start", "/f/r7.txt", "Rates of 2025"), "/f/r7.txt": rates()}
    with serve_site(pages) as site:
        config = configured(tmp_path, site)
        sync(config)
        site.pages["/"] = linking("Start", "/f/r7.txt", "Rates of 2026")
        assert sync(config).run["changed"] == 1
        assert title(kept(config), site, "/f/r7.txt") == "Rates of 2025"
        explained = asked("explain", site.url("/f/r7.txt"), "--config", str(config))
        assert explained["link_text"] == "Rates of 2026"
        site.pages["/f/r7.txt"] = rates("200 km: 64 EUR")
        sync(config)  # the page that links it stands, and hands over no text
        assert title(kept(config), site, "/f/r7.txt") == "Rates of 2026"


def test_what_a_redirect_leads_to_is_called_what_the_link_says(tmp_path: Path) -> None:
    moved = Answer(status=302, headers={"Location": "/f/r7.txt"})
    pages = {"/": linking("Start", "/old", "Mileage rates"), "/old": moved, "/f/r7.txt": rates()}
    with serve_site(pages) as site:
        config = configured(tmp_path, site)
        sync(config)
        assert title(kept(config), site, "/f/r7.txt") == "Mileage rates"


def test_a_trial_takes_the_text_that_a_sync_found_and_says_where_there_is_none(tmp_path: Path) -> None:
    pages = {"/": linking("Start", "/f/r7.txt", "Mileage rates"), "/f/r7.txt": rates()}
    with serve_site(pages) as site:
        config = str(configured(tmp_path, site, MAPPING))
        trial = ("validate", "--try", site.url("/f/r7.txt"), "--config", config)
        before = CliRunner().invoke(app, list(trial))
        assert "No link text is known of it" in before.stdout
        assert asked(*trial)["link_text"] is None
        sync(Path(config))
        after = CliRunner().invoke(app, list(trial))
        assert "A link to it that a sync followed says “Mileage rates”." in after.stdout
        told = asked(*trial)
        assert (told["title"], told["fields"]["topic"]) == ("Mileage rates", "Mileage rates")


def test_a_link_is_handed_over_once_more_for_a_text_that_says_something() -> None:
    reader = Reader()
    reader.use(CONNECTOR, reading_rules())

    def texts(*said: str) -> list[str]:
        found = reader.read(read_job(linking("Page", "/f", *said).body)).discoveries
        return [each.link_text for each in found if each.found_by is FoundBy.LINK]

    assert texts("here") == [""]
    assert texts("Download") == []
    assert texts("more", "Mileage rates") == ["Mileage rates"]
    assert texts("Rates") == []
