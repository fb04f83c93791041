"""What a changed configuration does to what is known, and what protects it from a site that vanished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.changing_site import Answer, Asked, ChangingSite, page, serve_site
from tests.support.syncing import Kept, Synced, configure, kept, sync

ROOMS = tuple(f"/rooms/{number}" for number in range(20))
LOST = ROOMS[10:]
FIELDS = {"department": {"type": "string", "facet": True}}
HEAD = '<meta name="department" content="Marine">'


def rooms() -> dict[str, Answer]:
    return {"/": page("Start", *ROOMS), **{path: page(f"Room {path}", head=HEAD) for path in ROOMS}}


@dataclass(frozen=True, slots=True)
class Round:
    """A sync: what it reported, what the site was asked, what the catalog then held."""

    synced: Synced
    asked: Sequence[Asked]
    kept: Kept

    @property
    def run(self) -> Mapping[str, Any]:
        return self.synced.run

    def statuses(self) -> set[int]:
        return {each.status for each in self.asked}


@dataclass(frozen=True, slots=True)
class Story:
    """One site and one catalog; each round changes something more."""

    site: ChangingSite
    first: Round
    half_lost: Round
    loss_allowed: Round
    down: Round
    restricted: Round
    mapped: Round
    mapped_again: Round
    forced: Round
    filtered: Round


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("rules")
    settings: dict[str, Any] = {}
    with serve_site(rooms()) as site:

        def synchronise(*arguments: str, **changes: Any) -> Round:
            settings.update(changes)
            connector = {"name": "library", "seeds": [site.url()], **settings}
            config = configure(folder, connector, fields=FIELDS)
            synced = sync(config, *arguments)
            return Round(synced, site.take_log(), kept(config))

        first = synchronise()
        for path in LOST:
            del site.pages[path]
        half_lost = synchronise()
        loss_allowed = synchronise(sync={"deletion_guard": "80%"})
        maintenance = Answer(b"maintenance", 503, headers={"Retry-After": "0"})
        site.pages.update(dict.fromkeys(("/robots.txt", "/", *ROOMS), maintenance))
        down = synchronise()
        del site.pages["/robots.txt"]
        site.pages.update({path: answer for path, answer in rooms().items() if path not in LOST})
        for path in LOST:
            del site.pages[path]
        staff = {"match": "/rooms/[0-4]$", "allow": ["group:staff"]}
        yield Story(
            site=site,
            first=first,
            half_lost=half_lost,
            loss_allowed=loss_allowed,
            down=down,
            restricted=synchronise(access=[staff, {"match": "/rooms/", "allow": ["everyone"]}]),
            mapped=synchronise(field_mappings=[{"field": "department", "from": "meta:department"}]),
            mapped_again=synchronise(),
            forced=synchronise("--mode", "forced"),
            filtered=synchronise(
                filters={"crawl": {"exclude": ["/rooms/1$"]}, "index": {"exclude": ["/rooms/2$"]}}
            ),
        )


def test_a_site_that_lost_half_of_its_pages_is_not_deleted_by_one_sync(story: Story) -> None:
    assert story.half_lost.synced.code == 3
    assert (story.half_lost.run["deleted"], story.half_lost.run["protected"]) == (0, 10)
    assert story.half_lost.run["documents"] == 21
    assert story.half_lost.kept.documents.keys() == story.first.kept.documents.keys()


def test_a_wider_guard_lets_the_deletions_through(story: Story) -> None:
    run = story.loss_allowed.run
    assert story.loss_allowed.synced.code == 0
    assert (run["deleted"], run["protected"], run["documents"]) == (10, 0, 11)
    lost = {story.site.url(path) for path in LOST}
    assert story.loss_allowed.kept.documents.keys() == story.first.kept.documents.keys() - lost


def test_a_site_that_is_down_deletes_nothing(story: Story) -> None:
    assert story.down.synced.code == 1
    assert story.down.run["state"] == "failed"
    assert story.down.run["error"] == f"seed {story.site.url()}: the server answered 503"
    assert (story.down.run["deleted"], story.down.run["documents"]) == (0, 11)
    assert "its copy of the last day holds\n" in story.down.synced.said


def test_changed_access_rules_hold_without_reading_a_page_again(story: Story) -> None:
    assert story.restricted.statuses() <= {304, 404}
    assert story.restricted.run["unchanged"] == 11
    documents = story.restricted.kept.documents
    staff = {url for url, document in documents.items() if document.allow == ("group:staff",)}
    assert staff == {story.site.url(path) for path in ROOMS[:5]}
    assert documents[story.site.url(ROOMS[7])].allow == ("everyone",)
    assert documents[story.site.url()].allow == ()  # no rule matches: nobody


def test_whose_access_changed_is_handed_to_the_indexer_and_nobody_else(story: Story) -> None:
    before = story.down.kept.documents
    for url, document in story.restricted.kept.documents.items():
        changed = document.allow != before[url].allow
        assert document.version == before[url].version + changed


def test_a_changed_field_mapping_reads_every_page_again_and_fetches_none(story: Story) -> None:
    assert story.mapped.statuses() <= {304, 404}
    assert (story.mapped.run["changed"], story.mapped.run["unchanged"]) == (10, 1)
    assert story.mapped.kept.documents[story.site.url(ROOMS[3])].fields["department"] == "Marine"


def test_only_once(story: Story) -> None:
    assert story.mapped_again.statuses() <= {304, 404}
    assert (story.mapped_again.run["changed"], story.mapped_again.run["unchanged"]) == (0, 11)


def test_forced_hands_the_unchanged_to_the_indexer_again(story: Story) -> None:
    assert story.forced.run["mode"] == "forced"
    assert story.forced.statuses() <= {200, 404}
    before = story.mapped_again.kept.documents
    for url, document in story.forced.kept.documents.items():
        assert document.version == before[url].version + 1
        assert document.pending


def test_a_stricter_filter_deletes_what_it_excludes(story: Story) -> None:
    assert story.filtered.run["deleted"] == 2
    verdicts = story.filtered.kept.verdicts()
    assert verdicts[story.site.url("/rooms/1")] == ("refused", "excluded_by_crawl_filter")
    assert verdicts[story.site.url("/rooms/2")] == ("refused", "excluded_by_index_filter")
    assert "/rooms/1" not in {each.path for each in story.filtered.asked}


def test_each_round_reports_what_the_catalog_holds(story: Story) -> None:
    for each in (story.first, story.half_lost, story.down, story.mapped, story.forced, story.filtered):
        assert each.run["documents"] == len(each.kept.documents)


def limited(folder: Path, site: ChangingSite, max_pages: int) -> Path:
    slow = {"requests_per_minute": 120, "concurrency": 1}
    seeds = [site.url()]
    return configure(
        folder,
        {"name": "few-pages", "seeds": seeds, "scope": {"max_pages": max_pages}},
        {"name": "little-time", "seeds": seeds, "scope": {"max_duration": "2s"}, "politeness": slow},
        {"name": "few-links", "seeds": seeds, "scope": {"max_links_per_page": 4}},
    )


def test_limits_end_a_run_incomplete_and_lose_nothing(tmp_path: Path) -> None:
    with serve_site(rooms()) as site:
        config = limited(tmp_path, site, max_pages=5)
        first = sync(config, "few-pages", "few-links")
        in_time = sync(config, "little-time")
        limited(tmp_path, site, max_pages=50)
        whole = sync(config, "few-pages")
        limited(tmp_path, site, max_pages=5)
        few_again = sync(config, "few-pages")

    pages, links = first.runs["few-pages"], first.runs["few-links"]
    assert first.code == 3
    assert (pages["state"], pages["limit"], pages["documents"]) == ("incomplete", "max_pages", 5)
    assert (links["state"], links["limit"], links["documents"]) == ("succeeded", None, 5)
    assert links["refused"] == {"too_many_links": 16}
    assert in_time.code == 3
    assert (in_time.run["state"], in_time.run["limit"]) == ("incomplete", "max_duration")
    assert 1 <= in_time.run["documents"] < 21
    assert (whole.code, whole.run["limit"], whole.run["documents"]) == (0, None, 21)
    # Reaching a limit is no evidence against what was not reached.
    assert (few_again.code, few_again.run["deleted"], few_again.run["documents"]) == (3, 0, 21)
