"""What counts as a change: told by requests that are counted and by documents, over both databases."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog.database import open_catalog
from catalog.tables import document_versions, documents
from settings.load import load_settings
from tests.catalog.conftest import PostgreSQLServer, postgresql  # noqa: F401 - a fixture
from tests.support.changing_site import Answer, Asked, ChangingSite, Declared, page, serve_site
from tests.support.syncing import Kept, Synced, configure, kept, sync

FIELDS = {"department": {"type": "string", "facet": True}}
MAPPED = [{"field": "department", "from": "meta:department"}]
ADS = ("Buy a boat", "Rent a crane", "Charter a tug")
MARINE, HARBOUR = '<meta name="department" content="Marine">', '<meta name="department" content="Harbour">'
PATHS = ("/", "/noise", "/tag", "/marine", "/deep/1", "/deep/2", "/deep/3")


def noisy() -> Callable[[Mapping[str, str]], Answer]:
    """A page that is never twice the same, although it says the same each time."""
    visits = itertools.count()

    def answer(_headers: Mapping[str, str]) -> Answer:
        number = next(visits)
        attributes = ["class='story'", f"data-seen='{number}'", "lang='en'"]
        body = (
            f"<!doctype html><html lang=en><head><title>Noise</title><meta name=csrf-token content=t{number}>"
            f"</head><body><aside class=ad><p>{ADS[number % len(ADS)]}</p></aside>"
            f"<main {' '.join(attributes[number % 3 :] + attributes[: number % 3])}><h1>Noise</h1>"
            f"<p>{'What the page says stays as it is. ' * 20}</p>"
            f"<form method=post><input type=hidden name=token value=secret{number}></form></main>"
            f"<footer>Generated at 12:00:{number:02}</footer></body></html>"
        )
        return Answer(body.encode(), etag=False)

    return answer


def moving_tag() -> Callable[[Mapping[str, str]], Answer]:
    """A page whose headers move while it stands."""
    visits = itertools.count()

    def answer(_headers: Mapping[str, str]) -> Answer:
        number = next(visits)
        headers = {"ETag": f'"{number}"', "Last-Modified": f"Mon, 23 Nov 2026 12:00:{number:02} GMT"}
        return Answer(page("Tag").body, headers=headers, etag=False)

    return answer


def declared() -> dict[str, Declared]:
    return {
        "/": page("Start", "/noise", "/tag", "/marine", "/deep/1"),
        "/noise": noisy(),
        "/tag": moving_tag(),
        "/marine": page("Marine", head=MARINE),
        **{f"/deep/{n}": page(f"Depth {n}", f"/deep/{n + 1}") for n in (1, 2)},
        "/deep/3": page("Depth 3"),
    }


@dataclass(frozen=True, slots=True)
class Round:
    """A sync: its summary, what the site was asked, what the catalog then held."""

    synced: Synced
    asked: Sequence[Asked]
    kept: Kept

    def changes(self) -> tuple[int, int, int, int]:
        run = self.synced.run
        return run["added"], run["changed"], run["unchanged"], run["deleted"]

    def fetched(self) -> set[str]:
        """The paths whose page was sent."""
        return {each.path for each in self.asked if each.status == 200}

    def versions(self) -> dict[str, int]:
        return {"/" + url.split("/", 3)[3]: each.version for url, each in self.kept.documents.items()}


@dataclass
class Place:
    """A site and the configuration of its connector, to be synced again and again."""

    site: ChangingSite
    folder: Path
    store: dict[str, Any]

    def sync(self, *arguments: str, bodies: str = "latest", **settings: Any) -> Round:
        connector = {"name": "harbour", "seeds": [self.site.url()], **settings}
        store = {**self.store, "bodies": bodies}
        config = configure(self.folder, connector, fields=FIELDS, store=store)
        synced = sync(config, *arguments)
        return Round(synced, self.site.take_log(), kept(config))

    def rows(self, path: str) -> tuple[Any, list[int]]:
        """A document's row, and the numbers of its former versions."""
        settings = load_settings(self.folder / "connectors.yaml")
        catalog = open_catalog(settings.store.database, settings.store.directory)
        with catalog.read() as connection:
            row = connection.execute(select(documents).where(documents.c.url == self.site.url(path))).one()
            former = select(document_versions.c.version).where(document_versions.c.document_id == row.id)
            versions = sorted(connection.scalars(former))
        catalog.close()
        return row, versions


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("store")
    if request.param == "sqlite":
        yield {"database": f"sqlite:///{folder}/catalog.db", "directory": f"{folder}/data"}
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql")
    database = server.new_database()
    yield {"database": database, "directory": f"{folder}/data"}
    server.drop(database)


@dataclass(frozen=True, slots=True)
class Story:
    place: Place
    first: Round
    same: Round
    mapped: Round
    mapped_again: Round
    field_moved: Round
    field_row: Any
    field_versions: list[int]
    shallow: Round
    filtered: Round
    widened: Round
    forced: Round
    unkept: Round


@pytest.fixture(scope="module")
def story(store: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with serve_site(declared()) as site:
        place = Place(site, tmp_path_factory.mktemp("changes"), store)
        first, same = place.sync(), place.sync()
        mapped, mapped_again = place.sync(field_mappings=MAPPED), place.sync(field_mappings=MAPPED)
        site.pages["/marine"] = page("Marine", head=HARBOUR)
        field_moved = place.sync(field_mappings=MAPPED)
        field_row, field_versions = place.rows("/marine")
        yield Story(
            place,
            first,
            same,
            mapped,
            mapped_again,
            field_moved,
            field_row,
            field_versions,
            shallow=place.sync(field_mappings=MAPPED, scope={"max_depth": 2}),
            filtered=place.sync(field_mappings=MAPPED, filters={"crawl": {"exclude": ["/deep/2$"]}}),
            widened=place.sync(field_mappings=MAPPED),
            forced=place.sync("--mode", "forced", field_mappings=MAPPED),
            unkept=place.sync(bodies="none"),
        )


def test_a_timestamp_a_token_an_ad_and_reordered_attributes_are_no_change(story: Story) -> None:
    assert story.first.changes() == (len(PATHS), 0, 0, 0)
    assert story.same.changes() == (0, 0, len(PATHS), 0)
    assert story.same.versions() == dict.fromkeys(PATHS, 1)


def test_what_stands_is_told_by_304_and_headers_that_move_are_no_change(story: Story) -> None:
    statuses = Counter(each.status for each in story.same.asked)
    assert story.same.fetched() == {"/noise", "/tag"}
    assert statuses == {304: len(PATHS) - 2, 200: 2}


def test_a_validator_that_moved_is_the_one_that_is_sent_next(story: Story) -> None:
    (before,) = (each for each in story.same.asked if each.path == "/tag")
    (after,) = (each for each in story.mapped.asked if each.path == "/tag")
    assert (before.headers["if-none-match"], after.headers["if-none-match"]) == ('"0"', '"1"')


def test_a_changed_mapping_is_read_from_kept_bodies_and_nothing_is_fetched(story: Story) -> None:
    assert story.mapped.fetched() == {"/noise", "/tag"}  # they have no validator, or another each time
    assert story.mapped.changes() == (0, 1, len(PATHS) - 1, 0)
    marine = story.mapped.kept.documents[story.place.site.url("/marine")]
    assert (marine.fields["department"], marine.version) == ("Marine", 2)


def test_only_once(story: Story) -> None:
    assert story.mapped_again.changes() == (0, 0, len(PATHS), 0)
    assert story.mapped_again.versions() == story.mapped.versions()


def test_a_field_that_moved_alone_is_a_new_version_of_a_content_that_did_not_change(story: Story) -> None:
    assert story.field_moved.changes() == (0, 1, len(PATHS) - 1, 0)
    marine = story.field_moved.kept.documents[story.place.site.url("/marine")]
    assert (marine.fields["department"], marine.version) == ("Harbour", 3)
    assert story.field_versions == [1, 2]
    assert story.field_row.changed_at == story.field_row.created_at


def test_a_smaller_depth_holds_where_every_page_answers_304(story: Story) -> None:
    assert story.shallow.fetched() == {"/noise", "/tag"}
    site = story.place.site
    # What lies too deep now is asked for directly before anything is deleted, and still answers.
    assert story.shallow.kept.verdicts()[site.url("/deep/2")] == ("unchanged", None)
    assert "/deep/3" not in {each.path for each in story.shallow.asked}
    assert story.shallow.kept.verdicts()[site.url("/deep/3")] == ("refused", "too_deep")


def test_a_crawl_filter_holds_where_every_page_answers_304(story: Story) -> None:
    site, verdicts = story.place.site, story.filtered.kept.verdicts()
    assert story.filtered.fetched() == {"/noise", "/tag"}
    assert verdicts[site.url("/deep/2")] == ("refused", "excluded_by_crawl_filter")
    assert site.url("/deep/2") not in story.filtered.kept.documents


def test_what_the_filter_let_in_again_is_found_by_the_links_of_pages_that_answer_304(story: Story) -> None:
    assert set(story.widened.versions()) == set(PATHS)
    assert story.widened.fetched() == {"/noise", "/tag", "/deep/2", "/deep/3"}


def test_forced_asks_for_all_and_hands_all_to_the_indexer_without_a_second_document(story: Story) -> None:
    assert story.forced.fetched() == set(PATHS)
    assert story.forced.changes() == (0, 0, len(PATHS), 0)
    before = story.widened.versions()
    assert story.forced.versions() == {path: version + 1 for path, version in before.items()}
    assert all(each.pending for each in story.forced.kept.documents.values())


def test_where_no_bodies_are_kept_a_changed_mapping_fetches_again(story: Story) -> None:
    """The first sync that keeps none can still read those of before; the next has to fetch."""
    again = story.place.sync(bodies="none", field_mappings=MAPPED)
    assert again.fetched() == set(PATHS)
    conditional = [each.path for each in again.asked if "if-none-match" in each.headers]
    assert conditional == []
    assert again.kept.documents[story.place.site.url("/marine")].fields["department"] == "Harbour"


def test_a_body_that_was_lost_is_fetched_again_in_full(tmp_path: Path) -> None:
    with serve_site(declared()) as site:
        place = Place(site, tmp_path, {})
        place.sync()
        for shard in (tmp_path / "data" / "bodies").iterdir():
            shard.unlink()
        again = place.sync(field_mappings=MAPPED)
    assert again.changes() == (0, 1, len(PATHS) - 1, 0)
    statuses = [each.status for each in again.asked if each.path == "/marine"]
    assert statuses == [304, 200]


def test_a_page_that_lost_its_links_leads_nowhere(tmp_path: Path) -> None:
    with serve_site(
        {"/": page("Start", "/hub"), "/hub": page("Hub", "/leaf"), "/leaf": page("Leaf")}
    ) as site:
        place = Place(site, tmp_path, {})
        place.sync()
        site.pages["/hub"] = page("Hub without links")
        place.sync()
        third = place.sync()
    assert third.fetched() == set()
    assert third.kept.verdicts()[site.url("/leaf")] == ("unchanged", "not_linked_any_more")


def test_a_changed_title_or_text_is_a_change_and_a_changed_description_too(tmp_path: Path) -> None:
    described = page("Described", head='<meta name="description" content="Of old">')
    pages: dict[str, Declared] = {"/": page("Start", "/described", "/titled"), "/described": described}
    with serve_site({**pages, "/titled": page("Titled", text="The same words. " * 9)}) as site:
        place = Place(site, tmp_path, {})
        place.sync()
        site.pages["/described"] = replace(described, body=described.body.replace(b"Of old", b"Of late"))
        site.pages["/titled"] = page("Another title", text="The same words. " * 9)
        again = place.sync()
        described_row, titled_row = place.rows("/described")[0], place.rows("/titled")[0]
    assert again.changes() == (0, 2, 1, 0)
    assert described_row.fields["description"] == "Of late"
    assert described_row.changed_at == described_row.created_at
    assert titled_row.changed_at > titled_row.created_at


def test_an_incremental_run_reads_by_changed_rules_what_it_would_not_have_visited(tmp_path: Path) -> None:
    pages = {
        "/": page("Start", "/marine", "/deep"),
        "/marine": page("Marine", head=MARINE),
        "/deep": page("Deep"),
    }
    with serve_site(pages) as site:
        place = Place(site, tmp_path, {})
        place.sync()
        idle = place.sync("--mode", "incremental")
        mapped = place.sync("--mode", "incremental", field_mappings=MAPPED)
    assert "/marine" not in {each.path for each in idle.asked}
    assert mapped.fetched() == set()
    assert mapped.kept.documents[site.url("/marine")].fields["department"] == "Marine"
